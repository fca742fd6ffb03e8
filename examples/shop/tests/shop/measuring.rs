//! The metrics page, read by the rules of its format.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_shop::{Shop, ShopConfig};
use serde_json::json;

use crate::browser::Browser;

/// Reads the text format: the kind of each family, and each series with its value.
fn read(text: &str) -> (BTreeMap<&str, &str>, BTreeMap<&str, f64>) {
    assert!(text.ends_with('\n'), "the last line must end");
    let (mut kinds, mut helped, mut series) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            assert!(helped.insert(help.split(' ').next().unwrap()), "help twice: {line}");
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            assert!(helped.contains(name) && kinds.insert(name, kind).is_none(), "{line}");
        } else {
            let (name, value) = line.rsplit_once(' ').unwrap();
            let family = name.split('{').next().unwrap();
            let stem = ["_bucket", "_sum", "_count"].iter().find_map(|end| family.strip_suffix(end));
            let kind = kinds.get(family).or_else(|| kinds.get(stem.unwrap_or_default()));
            assert!(kind.is_some(), "no TYPE before {line}");
            assert!(series.insert(name, value.parse().unwrap()).is_none(), "series twice: {line}");
        }
    }
    (kinds, series)
}

#[tokio::test]
async fn the_metrics_page_is_well_formed_and_counts_what_happened() {
    let shop = Shop::start(ShopConfig::on_free_ports()).await.unwrap();
    let mut browser = Browser::at(&shop.ready().public);
    let cart = browser.log_in_and_fill_cart().await;
    browser.post_json("/api/checkout", &json!({ "cart": cart }).to_string()).await;
    browser.post_json("/api/checkout", &json!({ "cart": cart }).to_string()).await;
    browser.get("/made-up/1").await;
    browser.get("/made-up/2").await;

    let answer = browser.get("/metrics").await;

    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let (kinds, series) = read(&answer.body);
    assert_eq!(
        kinds,
        BTreeMap::from([
            ("shop_requests_total", "counter"),
            ("shop_request_duration_seconds", "histogram"),
            ("shop_orders_total", "counter"),
            ("shop_dependency_up", "gauge"),
            ("shop_build_info", "gauge"),
        ])
    );
    for (name, value) in [
        ("shop_requests_total{version=\"1.4.0\",path=\"/login\",code=\"303\"}", 1.0),
        ("shop_requests_total{version=\"1.4.0\",path=\"/api/checkout\",code=\"201\"}", 1.0),
        ("shop_requests_total{version=\"1.4.0\",path=\"/api/checkout\",code=\"404\"}", 1.0),
        ("shop_requests_total{version=\"1.4.0\",path=\"other\",code=\"404\"}", 2.0),
        ("shop_request_duration_seconds_count{version=\"1.4.0\",path=\"/api/checkout\"}", 2.0),
        ("shop_orders_total{version=\"1.4.0\",state=\"accepted\"}", 1.0),
        ("shop_orders_total{version=\"1.4.0\",state=\"refused\"}", 1.0),
        ("shop_orders_total{version=\"1.4.0\",state=\"failed\"}", 0.0),
        ("shop_dependency_up{dependency=\"inventory\"}", 1.0),
        ("shop_build_info{version=\"1.4.0\",revision=\"3f9c1d2\"}", 1.0),
    ] {
        assert_eq!(series.get(name), Some(&value), "{name} in\n{}", answer.body);
    }
}
