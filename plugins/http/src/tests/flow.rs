//! Flows: a shop with a login form, a session cookie, a cart and a checkout.

use holdpoint_sdk::fake::{Reply, World};
use holdpoint_sdk::http::Request;
use holdpoint_sdk::{Failure, Outcome};
use serde_json::{Value, json};

use super::{subjects, verdict};

/// A shop that lets nobody in who has not logged in, and takes no form without its hidden field.
fn shop() -> World {
    let world = World::new();
    world.answer_with(|request| Some(answer(request)));
    world
}

fn answer(request: &Request) -> Reply {
    let cookie = request.headers.iter().find(|(name, _)| name == "cookie").map_or("", |(_, value)| value.as_str());
    let body = String::from_utf8_lossy(request.body.as_deref().unwrap_or_default()).into_owned();
    let path = request.url.trim_start_matches("endpoint:shop").trim_start_matches("https://shop.test");
    match (request.method.as_str(), path, cookie) {
        ("GET", "/login", "") => Reply::status(200)
            .html(r#"<form><input type="hidden" name="csrf" value="a&amp;b=c"></form>"#)
            .header("set-cookie", "visit=1; Path=/login"),
        ("POST", "/login", "visit=1") if body == "csrf=a%26b%3Dc&password={{secret:test-password}}&user=tester" => {
            Reply::status(303)
                .header("location", "/dashboard")
                .header("set-cookie", "session=s3; Path=/; HttpOnly; Secure")
        }
        ("GET", "/dashboard", "session=s3") => Reply::status(200).html("Welcome, tester"),
        ("POST", "/api/cart", "session=s3") if body == r#"{"quantity":1,"sku":"tea"}"# => {
            Reply::status(200).json(&json!({"cart": {"id": 17}}))
        }
        ("POST", "/api/checkout", "session=s3") if body == r#"{"cart":17,"note":"cart 17 of 2.0.0"}"# => {
            Reply::status(201).json(&json!({"order": {"id": "o-1", "state": "accepted"}}))
        }
        ("GET", "/api/carts/17", "session=s3") => Reply::status(200).json(&json!({"id": 17})),
        _ => Reply::status(403).text("who are you?"),
    }
}

fn log_in() -> Value {
    json!({
        "name": "log in", "url": "endpoint:shop/login", "method": "POST", "redirects": 1,
        "form": {"user": "tester", "password": "{{secret:test-password}}", "csrf": "{{csrf}}"},
        "expect": {"body": [{"contains": "Welcome, tester"}]},
    })
}

fn checkout() -> Value {
    json!({"steps": [
        {
            "name": "open the form", "url": "endpoint:shop/login",
            "capture": {"csrf": {"regex": "name=\"csrf\" value=\"([^\"]*)\""}},
        },
        log_in(),
        {
            "name": "fill the cart", "url": "endpoint:shop/api/cart", "method": "POST",
            "json": {"sku": "tea", "quantity": 1}, "capture": {"cart": {"json": "/cart/id"}},
        },
        {
            "name": "look at the cart", "url": "endpoint:shop/api/carts/{{cart}}",
            "expect": {"json": {"/id": {"equals": "{{cart}}"}}},
        },
        {
            "name": "check out", "url": "endpoint:shop/api/checkout", "method": "POST",
            "json": {"cart": "{{cart}}", "note": "cart {{cart}} of {{release.version}}"},
            "expect": {"status": 201, "json": {"/order/state": {"equals": "accepted"}}},
        },
    ]})
}

#[test]
fn a_test_user_logs_in_fills_the_cart_and_checks_out() {
    let world = shop();

    let verdict = verdict(&world, &checkout());

    assert_eq!(verdict.findings, []);
    assert_eq!(verdict.outcome, Outcome::Pass);
    assert_eq!(verdict.summary, "all 5 steps went as expected in 30 ms");
    assert_eq!(world.requests().len(), 6);
}

#[test]
fn the_settings_of_the_flow_have_no_problem() {
    let settings: crate::settings::Settings = serde_json::from_value(checkout()).expect("settings");

    assert_eq!(crate::validate::problems(&settings), []);
}

#[test]
fn the_first_step_that_fails_ends_the_flow() {
    let world = shop();
    let mut settings = checkout();
    settings["steps"][2]["json"]["sku"] = json!("gold");

    let verdict = verdict(&world, &settings);

    assert_eq!(verdict.summary, "fill the cart: status is 403 instead of 2xx (and 1 more)");
    assert_eq!(subjects(&verdict), ["fill the cart: status", "fill the cart: captured `cart`", "flow"]);
    assert_eq!(verdict.findings[2].message, "ended at `fill the cart`; steps not taken: 2");
    assert_eq!(world.requests().len(), 4);
}

#[test]
fn each_measurement_says_its_step() {
    let verdict = verdict(&shop(), &checkout());

    let labels: Vec<_> =
        verdict.measurements.iter().filter(|one| one.name == "latency").map(|one| one.labels[0].1.as_str()).collect();
    assert_eq!(labels, ["open the form", "log in", "fill the cart", "look at the cart", "check out"]);
}

#[test]
fn a_value_that_is_not_there_fails_the_step_that_should_capture_it() {
    let world = shop();
    let mut settings = checkout();
    settings["steps"][0]["capture"]["csrf"] = json!({"regex": "name=\"token\" value=\"(.*?)\""});

    let verdict = verdict(&world, &settings);

    assert_eq!(verdict.summary, "open the form: captured `csrf` is not in the answer");
    assert_eq!(world.requests().len(), 1);
}

#[test]
fn a_service_can_not_plant_a_placeholder_for_a_secret() {
    let world = World::new();
    world.on("GET", "endpoint:shop/a", Reply::status(200).header("x-next", "{{secret:admin}}"));
    let settings = json!({"steps": [
        {"name": "ask", "url": "endpoint:shop/a", "capture": {"next": {"header": "x-next"}}},
        {"url": "endpoint:shop/b", "headers": {"x-back": "{{next}}"}},
    ]});

    let verdict = verdict(&world, &settings);

    assert_eq!(verdict.outcome, Outcome::Fail);
    assert_eq!(world.requests().len(), 1);
}

#[test]
fn a_captured_value_stays_in_its_place_in_a_url() {
    let world = World::new();
    world.on("GET", "endpoint:shop/a", Reply::status(200).header("x-id", "../admin?all=1"));
    world.answer_with(|_| Some(Reply::status(200)));
    let settings = json!({"steps": [
        {"url": "endpoint:shop/a", "capture": {"id": {"header": "x-id"}}},
        {"url": "endpoint:shop/items/{{id}}"},
    ]});

    let verdict = verdict(&world, &settings);

    assert_eq!(verdict.outcome, Outcome::Pass);
    assert_eq!(world.requests()[1].url, "endpoint:shop/items/..%2Fadmin%3Fall%3D1");
}

#[test]
fn a_captured_address_can_be_the_whole_url() {
    let world = World::new();
    world.on("POST", "endpoint:shop/orders", Reply::status(201).header("location", "https://shop.test/orders/1"));
    world.on("GET", "https://shop.test/orders/1", Reply::status(200));
    let settings = json!({"steps": [
        {"url": "endpoint:shop/orders", "method": "POST", "capture": {"order": {"header": "location"}}},
        {"url": "{{order}}"},
    ]});

    assert_eq!(verdict(&world, &settings).outcome, Outcome::Pass);
}

#[test]
fn cookies_of_one_service_are_not_sent_to_another() {
    let world = World::new();
    world.on("GET", "endpoint:shop/", Reply::status(200).header("set-cookie", "s=1"));
    world.on("GET", "endpoint:bank/", Reply::status(200));
    let settings = json!({"steps": [
        {"url": "endpoint:bank/"}, {"url": "endpoint:shop/"}, {"url": "endpoint:bank/"}, {"url": "endpoint:shop/"},
    ]});

    let verdict = verdict(&world, &settings);

    assert_eq!(verdict.outcome, Outcome::Pass);
    let cookies: Vec<usize> = world.requests().iter().map(|request| request.headers.len()).collect();
    assert_eq!(cookies, [0, 0, 0, 1]);
}

#[test]
fn an_endpoint_bound_below_a_path_gets_the_cookies_of_that_path() {
    let world = World::new();
    world.bind("shop", "http://127.0.0.1:8080/eu");
    world.on("GET", "endpoint:shop/a", Reply::status(200).header("set-cookie", "s=1; Path=/eu"));
    world.on("GET", "endpoint:shop/b", Reply::status(200));

    let settings = json!({"steps": [{"url": "endpoint:shop/a"}, {"url": "endpoint:shop/b"}]});
    assert_eq!(verdict(&world, &settings).outcome, Outcome::Pass);

    assert_eq!(world.requests()[1].headers, [("cookie".to_owned(), "s=1".to_owned())]);
}

#[test]
fn a_fact_that_the_release_does_not_have_is_a_failure() {
    let world = shop();

    let failure = world.check(crate::flow::run, &json!({"url": "endpoint:shop/{{release.revision}}"}));

    assert!(matches!(failure, Err(Failure::Settings(_))));
    assert!(world.requests().is_empty());
}
