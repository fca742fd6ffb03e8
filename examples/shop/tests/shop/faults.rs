//! Each fault, seen from outside.

use std::{collections::BTreeSet, net::Ipv4Addr, sync::Arc, time::Duration};

use axum::http::StatusCode;
use holdpoint_shop::{Deployed, Fault, Service, ServiceConfig, Shop, ShopConfig};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use serde_json::json;
use tokio::{net::TcpStream, time::Instant};
use tokio_rustls::TlsConnector;

use crate::browser::Browser;

async fn service_with(faults: &[Fault]) -> (Service, Browser) {
    let mut config = ServiceConfig::on_free_ports(Deployed::old());
    config.faults = faults.to_vec();
    let service = Service::start(config).await.unwrap();
    let browser = Browser::at(&format!("http://{}", service.address()));
    (service, browser)
}

/// Returns the revisions that nine answers of three replicas state.
async fn revisions(browser: &mut Browser) -> BTreeSet<(String, String)> {
    let mut seen = BTreeSet::new();
    for _ in 0..9 {
        let version = browser.get("/version").await.json();
        let word = |field: &str| version[field].as_str().unwrap().to_owned();
        seen.insert((word("replica"), word("revision")));
    }
    seen
}

#[tokio::test]
async fn a_sound_service_has_none_of_the_faults() {
    let (_service, mut browser) = service_with(&[]).await;

    let cart = browser.log_in_and_fill_cart().await;

    assert_eq!(browser.get("/health").await.json(), json!({ "status": "ok", "dependencies": { "inventory": "ok" } }));
    let same = Deployed::old().revision().to_owned();
    let all: BTreeSet<_> = (1..=3).map(|n| (format!("shop-{n}"), same.clone())).collect();
    assert_eq!(revisions(&mut browser).await, all);
    let ordered = browser.post_json("/api/checkout", &json!({ "cart": cart }).to_string()).await;
    assert_eq!(ordered.status, StatusCode::CREATED);
}

#[tokio::test]
async fn checkout_broken_answers_500_and_keeps_the_cart() {
    let (_service, mut browser) = service_with(&[Fault::CheckoutBroken]).await;
    let cart = browser.log_in_and_fill_cart().await;

    let answer = browser.post_json("/api/checkout", &json!({ "cart": cart }).to_string()).await;

    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(browser.get("/health").await.status, StatusCode::OK);
    assert_eq!(browser.get("/api/cart").await.json()["cart"]["id"], cart);
}

#[tokio::test]
async fn a_wrong_build_shows_on_one_replica_only() {
    let (_service, mut browser) = service_with(&[Fault::WrongBuild]).await;

    let seen = revisions(&mut browser).await;

    let right = Deployed::old().revision().to_owned();
    let wrong: Vec<_> = seen.iter().filter(|(_, revision)| *revision != right).collect();
    assert_eq!(seen.len(), 3, "{seen:?}");
    assert_eq!(wrong.iter().map(|(replica, _)| replica.as_str()).collect::<Vec<_>>(), ["shop-3"]);
}

#[tokio::test]
async fn slow_holds_pages_back_and_leaves_health_alone() {
    let (_service, mut browser) = service_with(&[Fault::Slow]).await;

    let began = Instant::now();
    browser.get("/").await;

    // A lower bound: the service may be later than its fault says, never earlier.
    assert!(began.elapsed() >= Duration::from_secs(2));
    browser.get("/health").await;
    let metrics = browser.get("/metrics").await.body;
    let within = |path: &str, bound: &str, count: u8| {
        metrics.contains(&format!("_bucket{{version=\"1.4.0\",path=\"{path}\",le=\"{bound}\"}} {count}\n"))
    };
    assert!(within("/", "1", 0) && within("/", "+Inf", 1), "{metrics}");
    assert!(within("/health", "1", 1), "{metrics}");
}

#[tokio::test]
async fn dependency_down_shows_in_health_metrics_and_checkout() {
    let (_service, mut browser) = service_with(&[Fault::DependencyDown]).await;
    let cart = browser.log_in_and_fill_cart().await;

    let health = browser.get("/health").await;
    let checkout = browser.post_json("/api/checkout", &json!({ "cart": cart }).to_string()).await;

    assert_eq!(health.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(health.json()["dependencies"]["inventory"], "down");
    assert_eq!(checkout.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(browser.get("/metrics").await.body.contains("shop_dependency_up{dependency=\"inventory\"} 0\n"));
}

#[tokio::test]
async fn a_real_inventory_that_goes_away_makes_the_service_unhealthy() {
    let (inventory, _) = service_with(&[]).await;
    let mut config = ServiceConfig::on_free_ports(Deployed::old());
    config.upstream = Some(format!("http://{}/health", inventory.address()).parse().unwrap());
    let service = Service::start(config).await.unwrap();
    let mut browser = Browser::at(&format!("http://{}", service.address()));
    assert_eq!(browser.get("/health").await.status, StatusCode::OK);

    inventory.stop().await;

    assert_eq!(browser.get("/health").await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn an_error_rate_fails_its_share_and_spares_operators() {
    let (_service, mut browser) = service_with(&[Fault::ErrorRate(25)]).await;
    let mut failed = 0;

    for _ in 0..20 {
        assert_eq!(browser.get("/health").await.status, StatusCode::OK);
        failed += u8::from(browser.get("/").await.status == StatusCode::INTERNAL_SERVER_ERROR);
    }

    assert_eq!(failed, 5);
}

#[tokio::test]
async fn faults_change_while_the_service_runs() {
    let (service, mut browser) = service_with(&[]).await;
    let mut admin = Browser::at(&format!("http://{}", service.admin().unwrap()));

    let set = admin.post_json("/admin/faults", r#"{"faults":["dependency-down"]}"#).await;
    assert_eq!(set.json(), json!({ "faults": ["dependency-down"] }));
    assert_eq!(browser.get("/health").await.status, StatusCode::SERVICE_UNAVAILABLE);

    admin.post_json("/admin/faults", r#"{"faults":[]}"#).await;
    assert_eq!(browser.get("/health").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_unknown_fault_changes_nothing() {
    let (service, _) = service_with(&[Fault::Slow]).await;
    let mut admin = Browser::at(&format!("http://{}", service.admin().unwrap()));

    let answer = admin.post_json("/admin/faults", r#"{"faults":["checkout-broken","on-fire"]}"#).await;

    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(admin.get("/admin/faults").await.json(), json!({ "faults": ["slow"] }));
}

#[tokio::test]
async fn the_faults_of_a_version_cannot_be_changed_through_its_public_address() {
    let (_service, mut browser) = service_with(&[]).await;

    let answer = browser.post_json("/admin/faults", r#"{"faults":["slow"]}"#).await;

    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

/// Connects, verifying against the shop's own authority, and returns the days its certificate has left.
async fn certificate_days_left(shop: &Shop) -> i64 {
    let pem = shop.ready().ca.as_ref().unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let address = shop.ready().https.as_ref().unwrap().strip_prefix("https://").unwrap();
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::from(std::net::IpAddr::from(Ipv4Addr::LOCALHOST));
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    let certificates = stream.get_ref().1.peer_certificates().unwrap();
    let (_, certificate) = x509_parser::parse_x509_certificate(&certificates[0]).unwrap();
    certificate.validity().time_to_expiration().unwrap().whole_days()
}

#[tokio::test]
async fn a_certificate_near_its_end_goes_live_with_its_version() {
    let mut config = ShopConfig::on_free_ports();
    config.listen = config.listen.with_https();
    config.green_faults = vec![Fault::CertificateNearEnd];
    let shop = Shop::start(config).await.unwrap();
    let mut admin = Browser::at(&shop.ready().admin);

    assert_eq!(certificate_days_left(&shop).await, 90);
    admin.post_json("/api/switch", r#"{"to":"green"}"#).await;
    assert_eq!(certificate_days_left(&shop).await, 3);
}
