"""The `order-flow` check: orders something, as a customer does, and reads the order back."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from holdpoint import Answer, Call, Endpoint, Findings, Host, Verdict, check, setting


@dataclass(frozen=True)
class Settings:
    """What to order, where, and how long it may take."""

    endpoint: Endpoint = setting("The shop.")
    user: str = setting("Who orders.")
    password: str = setting("Their password, best as `{{secret:NAME}}`.")
    item: str = setting("What to order, by the name it has on the shelf.")
    quantity: int = setting("How many of it.", minimum=1, maximum=99)
    max_latency_ms: float = setting(
        "The longest acceptable time to place the order, in milliseconds.", minimum=0
    )


@check
def run(host: Host, settings: Settings, call: Call) -> Verdict:
    """Order, and look."""
    findings = Findings()
    order(host, settings, findings)
    ordered = f"{settings.quantity} {settings.item}"
    return findings.verdict(f"{ordered} can be ordered, and the order is kept")


def order(host: Host, settings: Settings, findings: Findings) -> None:
    """Go the customer's way, as far as it leads."""
    shop = settings.endpoint.below

    def step(name: str, status: int, ask: Callable[[], Answer]) -> Answer | None:
        """Send a request, and hand on the answer if it is the one that leads further."""
        answer = findings.expect_answer(name, ask)
        if answer is None:
            return None
        findings.expect_eq(f"{name}: status", status, answer.status)
        return answer if answer.status == status else None

    form = step("login form", 200, lambda: host.get(shop("/login")))
    if form is None:
        return
    hidden = re.search(r'name="csrf" value="([^"]*)"', form.text)
    csrf = findings.expect_some("login form: csrf", hidden and hidden[1])
    if csrf is None:
        return
    fields = {"user": settings.user, "password": settings.password, "csrf": csrf}
    headers = {"cookie": cookies(form)}
    login = step("login", 303, lambda: host.post(shop("/login"), headers=headers, form=fields))
    if login is None:
        return
    session = {"cookie": cookies(login)}

    pieces = {"sku": settings.item, "quantity": settings.quantity}
    filled = step("cart", 200, lambda: host.post(shop("/api/cart"), headers=session, json=pieces))
    if filled is None:
        return
    cart = filled.json()["cart"]

    wanted = {"cart": cart["id"]}
    checkout = step(
        "checkout", 201, lambda: host.post(shop("/api/checkout"), headers=session, json=wanted)
    )
    if checkout is None:
        return
    findings.expect_at_most("checkout: latency", settings.max_latency_ms, checkout.total_ms, "ms")
    findings.measure("order-latency", checkout.total_ms, "ms")
    placed = checkout.json()["order"]

    address = shop(f"/api/orders/{placed['id']}")
    answer = step("order", 200, lambda: host.get(address, headers=session))
    if answer is None:
        return
    kept = answer.json()["order"]
    findings.expect_eq("order: total", cart["total"], kept["total"])
    findings.expect_eq("order: state", "accepted", kept["state"])


def cookies(answer: Answer) -> str:
    """Return the cookies that an answer sets, as the next request carries them."""
    return "; ".join(cookie.partition(";")[0] for cookie in answer.headers_of("set-cookie"))
