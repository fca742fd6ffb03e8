//! The switch's admin API: keys, refusals, status, entitlement.

use std::time::Duration;

use axum::http::StatusCode;
use holdpoint_shop::{Colour, Fault, Mishap, Shop, ShopConfig};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::browser::{Answer, Browser};

/// Catches a hang; nothing is measured by it.
const PATIENCE: Duration = Duration::from_secs(30);

async fn shop(change: impl FnOnce(&mut ShopConfig)) -> (Shop, Browser) {
    let mut config = ShopConfig::on_free_ports();
    change(&mut config);
    let shop = Shop::start(config).await.unwrap();
    let admin = Browser::at(&shop.ready().admin);
    (shop, admin)
}

async fn switch(admin: &mut Browser, to: &str, key: &str) -> Answer {
    admin.post_json_with("/api/switch", &json!({ "to": to }).to_string(), &[("idempotency-key", key)]).await
}

async fn colour_of(shop: &Shop) -> String {
    Browser::at(&shop.ready().public).get("/").await.header("x-shop-colour").to_owned()
}

/// Asks by key until the operation has ended.
async fn ended(admin: &mut Browser, key: &str) -> Value {
    let poll = async {
        loop {
            let operation = admin.get(&format!("/api/operations?key={key}")).await.json();
            if operation["state"] != "under-way" {
                return operation;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, poll).await.expect("an operation that ends")
}

#[tokio::test]
async fn a_switch_moves_the_traffic_and_can_be_asked_about() {
    let (shop, mut admin) = shop(|_| {}).await;
    assert_eq!(colour_of(&shop).await, "blue");

    let answer = switch(&mut admin, "green", "k-1").await;

    assert_eq!(answer.status, StatusCode::OK);
    let operation = answer.json();
    assert_eq!(
        operation,
        json!({
            "operation": "op-1", "state": "complete", "from": "blue", "to": "green", "percent": 100,
            "changed": true, "key": "k-1", "reason": null, "repeated": false,
        })
    );
    assert_eq!(colour_of(&shop).await, "green");
    assert_eq!(admin.get("/api/state").await.json()["live"], "green");
    for path in ["/api/operations/op-1", "/api/operations?key=k-1"] {
        assert_eq!(admin.get(path).await.json()["state"], "complete", "{path}");
    }
}

#[tokio::test]
async fn the_same_key_again_gets_the_same_answer_and_moves_nothing() {
    let (shop, mut admin) = shop(|_| {}).await;
    let first = switch(&mut admin, "green", "k-1").await.json();
    switch(&mut admin, "blue", "k-2").await;

    let answer = switch(&mut admin, "green", "k-1").await;

    let mut expected = first;
    expected["repeated"] = json!(true);
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, expected));
    assert_eq!(colour_of(&shop).await, "blue");
    let history = admin.get("/api/history").await.json();
    let met: Vec<_> = history["history"].as_array().unwrap().iter().map(|asked| asked["met"].clone()).collect();
    assert_eq!(met, ["taken-up", "taken-up", "repeated"]);
}

#[tokio::test]
async fn a_key_that_asked_for_another_colour_is_refused() {
    let (shop, mut admin) = shop(|_| {}).await;
    switch(&mut admin, "green", "k-1").await;

    let answer = switch(&mut admin, "blue", "k-1").await;

    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(shop.live(), Colour::Green);
}

#[tokio::test]
async fn a_switch_to_an_unhealthy_colour_is_refused_with_a_reason() {
    let (shop, mut admin) = shop(|config| config.green_faults = vec![Fault::DependencyDown]).await;

    let answer = switch(&mut admin, "green", "k-1").await;

    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(answer.json()["state"], "failed");
    assert_eq!(answer.json()["reason"], "green is not healthy: /health answered 503");
    assert_eq!(shop.live(), Colour::Blue);
    assert_eq!(admin.get("/api/operations?key=k-1").await.json()["state"], "failed");
    assert_eq!(switch(&mut admin, "green", "k-1").await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn an_operation_that_takes_time_is_under_way_and_then_complete() {
    let (shop, mut admin) = shop(|config| config.switch_takes = Duration::from_secs(1)).await;

    let answer = switch(&mut admin, "green", "k-1").await;
    assert_eq!((answer.status, &answer.json()["state"]), (StatusCode::ACCEPTED, &json!("under-way")));

    assert_eq!(ended(&mut admin, "k-1").await["state"], "complete");
    assert_eq!(shop.live(), Colour::Green);
}

#[tokio::test]
async fn a_hanging_operation_stays_under_way_and_holds_off_others() {
    let (shop, mut admin) = shop(|config| config.switch_mishap = Some(Mishap::Hangs)).await;
    switch(&mut admin, "green", "k-1").await;

    let other = switch(&mut admin, "green", "k-2").await;

    assert_eq!((other.status, &other.json()["error"]["code"]), (StatusCode::CONFLICT, &json!("busy")));
    assert_eq!(admin.get("/api/operations?key=k-1").await.json()["state"], "under-way");
    assert_eq!(admin.get("/api/operations?key=k-2").await.status, StatusCode::NOT_FOUND);
    assert_eq!(shop.live(), Colour::Blue);
}

#[tokio::test]
async fn a_failing_operation_says_so_and_leaves_the_traffic() {
    let (shop, mut admin) = shop(|config| config.switch_mishap = Some(Mishap::Fails)).await;

    let answer = switch(&mut admin, "green", "k-1").await;

    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(ended(&mut admin, "k-1").await["state"], "failed");
    assert_eq!(shop.live(), Colour::Blue);
}

#[tokio::test]
async fn a_switch_to_the_live_colour_is_complete_and_changes_nothing() {
    let (_shop, mut admin) = shop(|config| config.live = Colour::Green).await;

    let operation = switch(&mut admin, "green", "k-1").await.json();

    assert_eq!((&operation["state"], &operation["changed"]), (&json!("complete"), &json!(false)));
}

#[tokio::test]
async fn a_dropped_shop_stops_listening() {
    let (shop, _) = shop(|_| {}).await;
    let addresses: Vec<_> = {
        let ready = shop.ready();
        let urls = [&ready.public, &ready.admin, &ready.blue.url, ready.green.admin.as_ref().unwrap()];
        urls.into_iter().map(|url| url.strip_prefix("http://").unwrap().to_owned()).collect()
    };

    drop(shop);

    for address in addresses {
        let refused = async {
            while TcpStream::connect(&address).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, refused).await.expect("a closed port");
    }
}

#[tokio::test]
async fn an_unknown_key_or_operation_is_a_404() {
    let (_shop, mut admin) = shop(|_| {}).await;

    for path in ["/api/operations?key=nobody", "/api/operations/op-1", "/api/operations/%00"] {
        assert_eq!(admin.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn malformed_requests_are_refused_and_not_remembered() {
    let (_shop, mut admin) = shop(|_| {}).await;

    assert_eq!(switch(&mut admin, "red", "k").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(switch(&mut admin, "green", "").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(admin.post_json("/api/switch", "{").await.status, StatusCode::BAD_REQUEST);
    for path in ["/api/operations", "/api/operations/%ff", "/api/operations?key=a&key=b"] {
        let answer = admin.get(path).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
        assert!(answer.json()["error"]["message"].is_string(), "{path}");
    }
    assert_eq!(admin.get("/api/history").await.json(), json!({ "history": [] }));
}

#[tokio::test]
async fn without_the_token_the_admin_api_does_nothing() {
    let (shop, mut admin) = shop(|config| config.admin_token = Some("t-1".to_owned())).await;
    let body = r#"{"to":"green"}"#;

    for headers in [&[][..], &[("authorization", "Bearer t-2")], &[("authorization", "t-1")]] {
        let answer = admin.post_json_with("/api/switch", body, headers).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(admin.get("/api/state").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(shop.live(), Colour::Blue);
    let entitled = admin.post_json_with("/api/switch", body, &[("authorization", "Bearer t-1")]).await;
    assert_eq!(entitled.status, StatusCode::OK);
}

#[tokio::test]
async fn each_colours_version_and_health_can_be_seen() {
    let (_shop, mut admin) = shop(|config| config.green_faults = vec![Fault::DependencyDown]).await;

    let colours = admin.get("/api/colours").await.json();

    let seen = |colour: &str| {
        let colour = &colours[colour];
        json!([colour["live"], colour["health"], colour["health_code"], colour["version"]["version"]])
    };
    assert_eq!(seen("blue"), json!([true, "ok", 200, "1.4.0"]));
    assert_eq!(seen("green"), json!([false, "unhealthy", 503, "1.5.0"]));
}
