//! Traffic that is split between the colours: shares, visitors who stay, and the way back.

use std::time::Duration;

use axum::http::StatusCode;
use holdpoint_shop::{Fault, Mishap, Shop, ShopConfig};
use serde_json::json;

use crate::browser::{Answer, Browser};

async fn shop(change: impl FnOnce(&mut ShopConfig)) -> (Shop, Browser) {
    let mut config = ShopConfig::on_free_ports();
    change(&mut config);
    let shop = Shop::start(config).await.unwrap();
    let admin = Browser::at(&shop.ready().admin);
    (shop, admin)
}

async fn weigh(admin: &mut Browser, to: &str, percent: u16, key: &str) -> Answer {
    let body = json!({ "to": to, "percent": percent }).to_string();
    admin.post_json_with("/api/weights", &body, &[("idempotency-key", key)]).await
}

/// Sends this many visitors, each with one request and no cookies, and counts those whom green answered.
async fn green_among(shop: &Shop, visitors: usize) -> usize {
    let mut green = 0;
    for _ in 0..visitors {
        let answer = Browser::at(&shop.ready().public).get("/version").await;
        green += usize::from(answer.header("x-shop-colour") == "green");
    }
    green
}

#[tokio::test]
async fn each_colour_answers_its_share_of_the_visitors() {
    let (shop, mut admin) = shop(|_| {}).await;

    let answer = weigh(&mut admin, "green", 25, "k-1").await;

    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.json(),
        json!({
            "operation": "op-1", "state": "complete", "from": "blue", "to": "green", "percent": 25,
            "changed": true, "key": "k-1", "reason": null, "repeated": false,
        })
    );
    assert_eq!(admin.get("/api/state").await.json()["weights"], json!({ "blue": 75, "green": 25 }));
    assert_eq!(green_among(&shop, 200).await, 50);
}

#[tokio::test]
async fn a_visitor_keeps_the_colour_while_its_share_grows() {
    let (shop, mut admin) = shop(|_| {}).await;
    weigh(&mut admin, "green", 50, "k-1").await;
    let mut visitors: Vec<Browser> = (0..10).map(|_| Browser::at(&shop.ready().public)).collect();
    let mut first = Vec::new();
    for visitor in &mut visitors {
        first.push(visitor.get("/").await.header("x-shop-colour").to_owned());
    }
    assert!(first.iter().any(|colour| colour == "green") && first.iter().any(|colour| colour == "blue"));

    weigh(&mut admin, "green", 60, "k-2").await;

    for (visitor, before) in visitors.iter_mut().zip(first) {
        let (again, once_more) = (visitor.get("/").await, visitor.get("/version").await);
        assert_eq!(again.header("x-shop-colour"), once_more.header("x-shop-colour"));
        assert!(before == "blue" || again.header("x-shop-colour") == "green", "a visitor went back from green");
    }
}

#[tokio::test]
async fn a_switch_brings_everybody_to_one_colour_again() {
    let (shop, mut admin) = shop(|_| {}).await;
    weigh(&mut admin, "green", 50, "k-1").await;
    let mut visitors: Vec<Browser> = (0..4).map(|_| Browser::at(&shop.ready().public)).collect();
    for visitor in &mut visitors {
        visitor.get("/").await;
    }

    let answer = admin.post_json_with("/api/switch", r#"{"to":"blue"}"#, &[("idempotency-key", "k-2")]).await;

    assert_eq!((answer.status, &answer.json()["changed"]), (StatusCode::OK, &json!(true)));
    for visitor in &mut visitors {
        assert_eq!(visitor.get("/").await.header("x-shop-colour"), "blue");
    }
    assert_eq!(admin.get("/api/state").await.json()["weights"], json!({ "blue": 100, "green": 0 }));
}

#[tokio::test]
async fn a_share_for_an_unhealthy_colour_is_refused_and_taking_one_away_is_not() {
    let (shop, mut admin) = shop(|_| {}).await;
    weigh(&mut admin, "green", 50, "k-1").await;
    let mut green = Browser::at(shop.ready().green.admin.as_ref().unwrap());
    green.post_json("/admin/faults", &json!({ "faults": [Fault::DependencyDown.to_string()] }).to_string()).await;

    let more = weigh(&mut admin, "green", 60, "k-2").await;
    let less = weigh(&mut admin, "green", 0, "k-3").await;

    assert_eq!((more.status, less.status), (StatusCode::CONFLICT, StatusCode::OK));
    assert_eq!(green_among(&shop, 10).await, 0);
}

#[tokio::test]
async fn a_change_of_weights_that_hangs_does_not_hold_up_the_way_back() {
    let (shop, mut admin) = shop(|config| {
        config.switch_mishap = Some(Mishap::ShiftHangs);
        config.switch_takes = Duration::from_millis(1);
    })
    .await;
    assert_eq!(weigh(&mut admin, "green", 25, "k-1").await.status, StatusCode::ACCEPTED);

    let answer = admin.post_json_with("/api/switch", r#"{"to":"blue"}"#, &[("idempotency-key", "k-2")]).await;

    assert_eq!((answer.status, &answer.json()["state"]), (StatusCode::OK, &json!("complete")));
    let stuck = admin.get("/api/operations?key=k-1").await.json();
    assert_eq!((&stuck["state"], &stuck["reason"]), (&json!("failed"), &json!("overtaken by op-2")));
    assert_eq!(green_among(&shop, 5).await, 0);
}

#[tokio::test]
async fn a_change_of_weights_that_fails_leaves_the_traffic() {
    let (shop, mut admin) = shop(|config| config.switch_mishap = Some(Mishap::ShiftFails)).await;

    let answer = weigh(&mut admin, "green", 25, "k-1").await;

    assert_eq!((answer.status, &answer.json()["state"]), (StatusCode::INTERNAL_SERVER_ERROR, &json!("failed")));
    assert_eq!(green_among(&shop, 10).await, 0);
}

#[tokio::test]
async fn a_share_that_is_none_is_refused() {
    let (_shop, mut admin) = shop(|_| {}).await;

    assert_eq!(weigh(&mut admin, "green", 101, "k-1").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(weigh(&mut admin, "green", 300, "k-1").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(weigh(&mut admin, "red", 5, "k-1").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(admin.get("/api/history").await.json(), json!({ "history": [] }));
}
