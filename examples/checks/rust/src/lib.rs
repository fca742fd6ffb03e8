//! The `order-flow` check: orders something, as a customer does, and reads the order back.

#[cfg(test)]
mod tests;

use holdpoint_sdk::http::{Answer, Outgoing};
use holdpoint_sdk::{Call, CheckResult, Endpoint, Failure, Findings, Host};
use serde_json::json;

/// What to order, where, and how long it may take.
#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Settings {
    /// The shop.
    endpoint: Endpoint,
    /// Who orders.
    user: String,
    /// Their password, best as `{{secret:NAME}}`.
    password: String,
    /// What to order, by the name it has on the shelf.
    item: String,
    /// How many of it.
    #[schemars(range(min = 1, max = 99))]
    quantity: u32,
    /// The longest acceptable time to place the order, in milliseconds.
    #[schemars(range(min = 0))]
    max_latency_ms: f64,
}

/// What the shop says of a cart; the total in cents.
#[derive(serde::Deserialize)]
struct Filled {
    cart: Cart,
}

#[derive(serde::Deserialize)]
struct Cart {
    id: String,
    total: u64,
}

/// What the shop says of an order; the total in cents.
#[derive(serde::Deserialize)]
struct Placed {
    order: Order,
}

#[derive(serde::Deserialize)]
struct Order {
    id: String,
    state: String,
    total: u64,
}

fn check(settings: &Settings, host: &Host, _call: &Call) -> CheckResult {
    let mut findings = Findings::new();
    order(settings, host, &mut findings)?;
    Ok(findings.verdict(format!("{} {} can be ordered, and the order is kept", settings.quantity, settings.item)))
}

/// Goes the customer's way, as far as it leads.
fn order(settings: &Settings, host: &Host, findings: &mut Findings) -> Result<Option<()>, Failure> {
    let shop = |path: &str| settings.endpoint.below(path);

    let Some(form) = step(findings, "login form", 200, host.get(shop("/login")))? else { return Ok(None) };
    let Some(csrf) = findings.expect_some("login form: csrf", csrf(&form)) else { return Ok(None) };
    let fields = [("user", &settings.user), ("password", &settings.password), ("csrf", &csrf)];
    let login = host.post(shop("/login")).header("cookie", cookies(&form)).form(fields);
    let Some(login) = step(findings, "login", 303, login)? else { return Ok(None) };
    let session = cookies(&login);

    let pieces = json!({"sku": settings.item, "quantity": settings.quantity});
    let cart = host.post(shop("/api/cart")).header("cookie", &session).json(&pieces);
    let Some(cart) = step(findings, "cart", 200, cart)? else { return Ok(None) };
    let Filled { cart } = cart.json()?;

    let checkout = host.post(shop("/api/checkout")).header("cookie", &session).json(&json!({"cart": cart.id}));
    let Some(placed) = step(findings, "checkout", 201, checkout)? else { return Ok(None) };
    findings.expect_at_most("checkout: latency", settings.max_latency_ms, placed.total_ms(), "ms");
    findings.measure("order-latency", placed.total_ms(), "ms");
    let Placed { order: placed } = placed.json()?;

    let kept = host.get(shop(&format!("/api/orders/{}", placed.id))).header("cookie", &session);
    let Some(kept) = step(findings, "order", 200, kept)? else { return Ok(None) };
    let Placed { order: kept } = kept.json()?;
    findings.expect_eq("order: total", cart.total, kept.total);
    findings.expect_eq("order: state", "accepted", &kept.state);
    Ok(Some(()))
}

/// Sends a request, and hands on the answer if it is the one that leads further.
fn step(findings: &mut Findings, name: &str, status: u16, request: Outgoing) -> Result<Option<Answer>, Failure> {
    let Some(answer) = findings.expect_answer(name, request.send())? else { return Ok(None) };
    findings.expect_eq(&format!("{name}: status"), status, answer.status);
    Ok((answer.status == status).then_some(answer))
}

/// The hidden field of the login form.
fn csrf(form: &Answer) -> Option<String> {
    let text = form.text();
    let (_, rest) = text.split_once("name=\"csrf\" value=\"")?;
    Some(rest.split_once('"')?.0.to_owned())
}

/// The cookies that an answer sets, as the next request carries them.
fn cookies(answer: &Answer) -> String {
    let pairs: Vec<&str> = answer.headers_of("set-cookie").filter_map(|cookie| cookie.split(';').next()).collect();
    pairs.join("; ")
}

holdpoint_sdk::check!(Settings, check);
