/**
 * Fixtures: calls that were recorded with `holdpoint run --record DIR`, played again without a network.
 */

import { Reply } from "./reply.js";
import { World } from "./world.js";

/** The form that is read here. */
const FORMAT = 1;

const KEYS = new Set([
  "fixture", "name", "what", "check", "attempt", "plugin", "settings", "release", "began", "endpoints", "exchanges",
  "left-out", "ended", "expect",
]);
const ANSWER_KEYS = new Set(["status", "headers", "body", "body-hex", "body-lost", "truncated", "micros"]);
const PARTS = new Set(["dns", "connect", "tls", "timeout", "protocol", "limit", "invalid-request"]);

/** A recorded call: what the check was given, what it saw, and how it ended. */
export class Fixture {
  #recorded;

  constructor(recorded) {
    this.#recorded = recorded;
  }

  /** Reads a fixture's text. Throws with the place of what is wrong with it. */
  static read(text) {
    const recorded = JSON.parse(text);
    known(recorded, KEYS, "the fixture");
    if (recorded.fixture !== FORMAT) {
      throw new Error(`the fixture has format ${recorded.fixture}, and format ${FORMAT} is read here`);
    }
    for (const [index, exchange] of (recorded.exchanges ?? []).entries()) {
      playable(exchange, `exchange ${index + 1} of the fixture, ${exchange.method} ${exchange.url}`);
    }
    return new Fixture(recorded);
  }

  get settings() {
    return this.#recorded.settings ?? {};
  }

  /** How the call ended in a word, or is expected to. */
  get word() {
    return this.#recorded.expect?.outcome ?? this.#recorded.ended?.word ?? null;
  }

  get summary() {
    return this.#recorded.expect?.summary ?? this.#recorded.ended?.outcome?.verdict?.summary ?? null;
  }

  /** How many uses of the network were not over HTTP, and so are not in the fixture. */
  get leftOut() {
    return this.#recorded["left-out"] ?? 0;
  }

  /** Returns a world in which the recorded requests are answered as they were. */
  world() {
    const { endpoints = {}, began, exchanges = [] } = this.#recorded;
    const world = new World();
    for (const [name, url] of Object.entries(endpoints)) world.bind(name, url);
    if (typeof began === "number") world.begin(began);
    const replies = new Map();
    for (const exchange of exchanges) {
      const key = JSON.stringify([exchange.method, world.absolute(exchange.url)]);
      replies.set(key, [...(replies.get(key) ?? []), replyOf(exchange)]);
    }
    for (const [key, recorded] of replies) {
      const [method, url] = JSON.parse(key);
      const more = `the fixture holds ${recorded.length} answers to ${method} ${url}, and this is one request more`;
      world.on(method, url, ...recorded, Reply.failed("denied", more));
    }
    return world;
  }

  /** Runs a check on what was recorded, with other settings where a test wants to try some. */
  async check(plugin, settings = this.settings) {
    const { check: name, attempt = 1, release = {} } = this.#recorded;
    const { "previous-version": previousVersion = null, ...rest } = release;
    const changes = { ...(name === undefined ? {} : { name }), attempt, release: { ...rest, previousVersion } };
    return this.world().check(plugin, settings, changes);
  }
}

/** Whether there is exactly one end, and all of it. */
function playable(exchange, where) {
  known(exchange, new Set(["method", "url", "request", "answer", "denied", "failed"]), where);
  const ends = ["answer", "denied", "failed"].filter((end) => exchange[end] !== undefined && exchange[end] !== null);
  if (ends.length !== 1) throw new Error(`${where}: one of \`answer\`, \`denied\` and \`failed\` is to stand here`);
  if (ends[0] === "failed" && !PARTS.has(exchange.failed.part)) {
    throw new Error(`${where}: unknown part \`${exchange.failed.part}\``);
  }
  if (ends[0] !== "answer") return;
  const { answer } = exchange;
  known(answer, ANSWER_KEYS, where);
  if (answer["body-lost"] !== undefined && answer["body-lost"] !== null) {
    const lost = `the answer's body of ${answer["body-lost"]} bytes was not kept`;
    throw new Error(`${where}: ${lost}: put one in \`body\`, or take this out`);
  }
  const hex = answer["body-hex"] ?? null;
  if (hex !== null && !/^([0-9a-fA-F]{2})*$/.test(hex)) throw new Error(`${where}: its body-hex is not hexadecimal`);
  if (hex !== null && (answer.body ?? null) !== null) {
    throw new Error(`${where}: \`body\` and \`body-hex\` can't both stand here`);
  }
}

function replyOf({ answer, denied, failed }) {
  if (failed) return Reply.failed(failed.part, failed.why);
  if (!answer) return Reply.failed("denied", denied);
  const body = bytesOf(answer);
  const reply = (answer.headers ?? []).reduce((made, [name, value]) => made.header(name, value), Reply.status(answer.status));
  // One byte more than was kept, which is cut again.
  const whole = answer.truncated ? reply.body(Uint8Array.of(...body, 0)).cutAt(body.length) : reply.body(body);
  return whole.after((answer.micros ?? 0) / 1000);
}

function bytesOf(answer) {
  const hex = answer["body-hex"] ?? null;
  return hex === null ? new TextEncoder().encode(answer.body ?? "") : Uint8Array.from(Buffer.from(hex, "hex"));
}

function known(value, keys, where) {
  const stray = Object.keys(value).find((key) => !keys.has(key));
  if (stray !== undefined) throw new Error(`${where}: unknown field \`${stray}\``);
}
