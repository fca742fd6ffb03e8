//! Logging in, filling the cart, checking out.

use axum::http::StatusCode;
use holdpoint_shop::{Deployed, Service, ServiceConfig, Shop, ShopConfig, TEST_PASSWORD, TEST_USER};
use serde_json::json;

use crate::browser::Browser;

async fn service() -> (Service, Browser) {
    let service = Service::start(ServiceConfig::on_free_ports(Deployed::old())).await.unwrap();
    let browser = Browser::at(&format!("http://{}", service.address()));
    (service, browser)
}

#[tokio::test]
async fn an_order_goes_from_the_login_form_to_the_order_number() {
    let shop = Shop::start(ShopConfig::on_free_ports()).await.unwrap();
    let mut browser = Browser::at(&shop.ready().public);

    let home = browser.get("/").await;
    assert_eq!(home.status, StatusCode::OK);
    assert!(home.body.contains("<footer>shop <span id=\"version\">1.4.0</span></footer>"), "{}", home.body);

    let login = browser.log_in().await;
    assert_eq!((login.status, login.header("location")), (StatusCode::SEE_OTHER, "/dashboard"));
    let dashboard = browser.get("/dashboard").await;
    assert!(dashboard.body.contains("<span id=\"user\">test-user</span>"), "{}", dashboard.body);

    let cart = browser.post_json("/api/cart", r#"{"sku":"mug","quantity":2}"#).await.json()["cart"].clone();
    assert_eq!(cart["total"], 2500);
    assert_eq!(browser.get("/api/cart").await.json()["cart"], cart);

    let ordered = browser.post_json("/api/checkout", &json!({ "cart": cart["id"] }).to_string()).await;
    assert_eq!(ordered.status, StatusCode::CREATED);
    let order = ordered.json()["order"].clone();
    assert_eq!((&order["state"], &order["total"]), (&json!("accepted"), &json!(2500)));
    assert_eq!(browser.get(ordered.header("location")).await.json()["order"], order);
    assert_eq!(browser.get("/api/cart").await.json()["cart"], json!(null));
    assert!(browser.get("/dashboard").await.body.contains(order["id"].as_str().unwrap()));
}

#[tokio::test]
async fn the_dashboard_sends_a_stranger_to_the_login() {
    let (_service, mut browser) = service().await;

    let answer = browser.get("/dashboard").await;

    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/login"));
}

#[tokio::test]
async fn the_api_refuses_a_stranger() {
    let (_service, mut browser) = service().await;

    for answer in [
        browser.get("/api/cart").await,
        browser.post_json("/api/cart", r#"{"sku":"mug","quantity":1}"#).await,
        browser.post_json("/api/checkout", r#"{"cart":"cart-1"}"#).await,
        browser.get("/api/orders/order-1").await,
    ] {
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.json()["error"]["code"], "no-session");
    }
}

#[tokio::test]
async fn a_login_without_the_hidden_token_is_refused() {
    let (_service, mut browser) = service().await;
    browser.csrf().await;

    let answer = browser.post_form("/login", &format!("user={TEST_USER}&password={TEST_PASSWORD}")).await;

    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_login_with_the_token_of_another_browser_is_refused() {
    let (service, mut browser) = service().await;
    let mut other = Browser::at(&format!("http://{}", service.address()));
    browser.csrf().await;
    let csrf = other.csrf().await;

    let body = format!("user={TEST_USER}&password={TEST_PASSWORD}&csrf={csrf}");

    assert_eq!(browser.post_form("/login", &body).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_wrong_password_opens_no_session() {
    let (_service, mut browser) = service().await;
    let csrf = browser.csrf().await;

    let answer = browser.post_form("/login", &format!("user={TEST_USER}&password=no&csrf={csrf}")).await;

    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(browser.get("/dashboard").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_session_cookie_is_out_of_reach_of_scripts() {
    let (_service, mut browser) = service().await;

    let answer = browser.log_in().await;

    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap()).collect();
    let session = cookies.iter().find(|line| line.starts_with("shop_session=")).expect("a session cookie");
    assert!(session.contains("; HttpOnly"), "{session}");
}

#[tokio::test]
async fn a_session_goes_on_after_the_other_version_took_over() {
    let shop = Shop::start(ShopConfig::on_free_ports()).await.unwrap();
    let mut browser = Browser::at(&shop.ready().public);
    browser.log_in().await;

    Browser::at(&shop.ready().admin).post_json("/api/switch", r#"{"to":"green"}"#).await;
    let dashboard = browser.get("/dashboard").await;

    assert_eq!((dashboard.status, dashboard.header("x-shop-version")), (StatusCode::OK, "1.5.0"));
}

#[tokio::test]
async fn nonsense_is_answered_with_what_is_wrong_and_the_service_goes_on() {
    let (_service, mut browser) = service().await;
    let cart = browser.log_in_and_fill_cart().await;

    for (path, body, status) in [
        ("/api/cart", "", StatusCode::BAD_REQUEST),
        ("/api/cart", "{", StatusCode::BAD_REQUEST),
        ("/api/cart", r#"{"sku":"mug","quantity":-1}"#, StatusCode::UNPROCESSABLE_ENTITY),
        ("/api/cart", r#"{"sku":"mug","quantity":4294967295}"#, StatusCode::UNPROCESSABLE_ENTITY),
        ("/api/cart", r#"{"sku":"mug","quantity":1e400}"#, StatusCode::BAD_REQUEST),
        ("/api/cart", r#"{"sku":"yacht","quantity":1}"#, StatusCode::UNPROCESSABLE_ENTITY),
        ("/api/cart", r#"{"sku":"mug","quantity":1,"price":0}"#, StatusCode::UNPROCESSABLE_ENTITY),
        ("/api/checkout", r#"{"cart":"cart-999"}"#, StatusCode::NOT_FOUND),
        ("/api/checkout", "[]", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let answer = browser.post_json(path, body).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.body);
        assert!(answer.json()["error"]["message"].is_string(), "{body}");
    }
    assert_eq!(browser.get("/nowhere").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/api/checkout").await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(browser.post_form("/login", "user=%ff%fe&&&=").await.status, StatusCode::FORBIDDEN);
    let ordered = browser.post_json("/api/checkout", &json!({ "cart": cart }).to_string()).await;
    assert_eq!(ordered.status, StatusCode::CREATED);
}
