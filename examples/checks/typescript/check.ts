/**
 * The `order-flow` check: orders something, as a customer does, and reads the order back.
 */

import {
  type Answer,
  Findings,
  type Host,
  type Infer,
  below,
  check,
  endpoint,
  integer,
  number,
  object,
  text,
} from "#holdpoint";

const settings = object({
  endpoint: endpoint().describe("The shop."),
  user: text().describe("Who orders."),
  password: text().describe("Their password, best as `{{secret:NAME}}`."),
  item: text().describe("What to order, by the name it has on the shelf."),
  quantity: integer({ minimum: 1, maximum: 99 }).describe("How many of it."),
  maxLatencyMs: number({ minimum: 0 }).describe("The longest acceptable time to place the order, in milliseconds."),
});

type Settings = Infer<typeof settings>;

/** What the shop says of a cart; the total in cents. */
type Filled = { cart: { id: string; total: number } };

/** What the shop says of an order; the total in cents. */
type Placed = { order: { id: string; state: string; total: number } };

export default check({
  settings,
  run(host, settings) {
    const findings = new Findings();
    order(host, settings, findings);
    return findings.verdict(`${settings.quantity} ${settings.item} can be ordered, and the order is kept`);
  },
});

/** Goes the customer's way, as far as it leads. */
function order(host: Host, settings: Settings, findings: Findings): void {
  const shop = (path: string) => below(settings.endpoint, path);

  /** Sends a request, and hands on the answer if it is the one that leads further. */
  const step = (name: string, status: number, ask: () => Answer): Answer | null => {
    const answer = findings.expectAnswer(name, ask);
    if (answer === null) return null;
    findings.expectEq(`${name}: status`, status, answer.status);
    return answer.status === status ? answer : null;
  };

  const form = step("login form", 200, () => host.get(shop("/login")));
  if (form === null) return;
  const csrf = findings.expectSome("login form: csrf", /name="csrf" value="([^"]*)"/.exec(form.text())?.[1]);
  if (csrf === null) return;
  const fields = { user: settings.user, password: settings.password, csrf };
  const login = step("login", 303, () =>
    host.post(shop("/login"), { headers: { cookie: cookies(form) }, form: fields }),
  );
  if (login === null) return;
  const headers = { cookie: cookies(login) };

  const pieces = { sku: settings.item, quantity: settings.quantity };
  const filled = step("cart", 200, () => host.post(shop("/api/cart"), { headers, json: pieces }));
  if (filled === null) return;
  const { cart } = filled.json<Filled>();

  const checkout = step("checkout", 201, () => host.post(shop("/api/checkout"), { headers, json: { cart: cart.id } }));
  if (checkout === null) return;
  findings.expectAtMost("checkout: latency", settings.maxLatencyMs, checkout.totalMs, "ms");
  findings.measure("order-latency", checkout.totalMs, "ms");
  const { order: placed } = checkout.json<Placed>();

  const answer = step("order", 200, () => host.get(shop(`/api/orders/${placed.id}`), { headers }));
  if (answer === null) return;
  const { order: kept } = answer.json<Placed>();
  findings.expectEq("order: total", cart.total, kept.total);
  findings.expectEq("order: state", "accepted", kept.state);
}

/** The cookies that an answer sets, as the next request carries them. */
function cookies(answer: Answer): string {
  return answer.headersOf("set-cookie").map((cookie) => cookie.split(";", 1)[0]).join("; ");
}
