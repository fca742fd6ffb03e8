//! Causes end to end: a real shop whose inventory goes down before its pages do, and one whose pages fail alone.

use std::path::Path;
use std::process::Output;
use std::time::Duration;

use holdpoint_shop::{Shop, ShopConfig};
use holdpoint_tests::{holdpoint, replayed, said, target};
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// How long anything may take. Catches hangs, measures nothing.
const PATIENCE: Duration = Duration::from_mins(2);

/// A shop that is live in blue, with these faults from the start.
async fn shop(faults: &[&str]) -> Shop {
    let mut config = ShopConfig::on_free_ports();
    config.blue_faults = faults.iter().map(|fault| fault.parse().expect("a fault")).collect();
    Shop::start(config).await.expect("a shop starts")
}

/// Starts a run that watches the shop's inventory and its pages, a sample of each a second.
fn watching(folder: &Path, shop: &Shop) -> JoinHandle<Output> {
    let url = &shop.ready().blue.url;
    let plan = format!(
        r#"
holdpoint = "0.1"
name = "watched"
[escalation]
commander = "release captain"
[[escalation.path]]
severity = "critical"
response = "escalate"
ways = ["page", "ticket"]
to = "shop on-call"
[endpoint.shop]
url = "{url}"
addresses = ["127.0.0.1"]
[plugin.http]
bundle = "http.wasm"
[[plugin.http.grant]]
endpoint = "shop"
[[phase]]
name = "observe"
window = "60s"
[[phase.signal]]
name = "inventory"
plugin = "http"
interval = "1s"
measurement = "latency"
severity = "minor"
cause = "dependency"
settings.url = "endpoint:shop/health"
[[phase.signal]]
name = "pages"
plugin = "http"
interval = "1s"
measurement = "latency"
severity = "critical"
cause = "code"
settings.url = "endpoint:shop/"
"#
    );
    let path = folder.join("plan.toml");
    std::fs::write(&path, plan).unwrap();
    let mut command = holdpoint(folder);
    command.arg("run").arg(&path).args(["--service", "shop", "-e", "test", "--release-version", "1"]);
    command.arg("--plugins").arg(target().join("plugins")).arg("--cache").arg(target().join("test-cache"));
    tokio::task::spawn_blocking(move || command.output().unwrap())
}

/// Waits until the inventory has been asked for so many times.
async fn asked_for_health(shop: &Shop, times: u64) {
    let url = format!("{}/metrics", shop.ready().blue.url);
    let count = |metrics: &str| {
        let counts = metrics.lines().filter(|it| it.starts_with("shop_requests_total") && it.contains("\"/health\""));
        counts.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum::<u64>()
    };
    let reached = async {
        loop {
            let metrics = reqwest::get(&url).await.unwrap().text().await.unwrap();
            if count(&metrics) >= times {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, reached).await.expect("the run asks for the shop's health");
}

/// Puts these faults in the place of those that there were.
async fn switch(shop: &Shop, faults: &'static str) {
    let admin = format!("{}/admin/faults", shop.ready().blue.admin.clone().expect("blue has an admin API"));
    let body = reqwest::Client::new().post(&admin).header("content-type", "application/json").body(faults);
    assert!(body.send().await.unwrap().status().is_success());
}

/// What another command tells of the run.
fn told(folder: &Path, words: &[&str]) -> String {
    said(&holdpoint(folder).args(words).output().unwrap())
}

fn report(folder: &Path) -> Value {
    let report = holdpoint(folder).args(["report", "latest", "--format", "json"]).output().unwrap();
    serde_json::from_slice(&report.stdout).unwrap_or_else(|_| panic!("{}", said(&report)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dependency_that_goes_down_first_is_told_wherever_the_decision_is() {
    // A second installation is refused, and the first is the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (shop, folder) = (shop(&["dependency-down"]).await, TempDir::new().unwrap());

    let run = watching(folder.path(), &shop);
    asked_for_health(&shop, 3).await;
    switch(&shop, r#"{"faults":["dependency-down","error-rate:100"]}"#).await;
    let output = run.await.unwrap();

    assert_eq!(output.status.code(), Some(30), "{}", said(&output));
    let hint = "service may not be at fault: dependency inventory failed ";
    let path = "scalation path 1 (critical): shop on-call, to be told by: page, ticket";
    let shown = told(folder.path(), &["show"]);
    let html = told(folder.path(), &["report", "latest", "--format", "html"]);
    for text in [&said(&output), &shown, &html] {
        assert!(text.contains(hint) && text.contains(" before pages"), "{text}");
        assert!(text.contains(path), "{text}");
    }
    let markdown = told(folder.path(), &["report", "latest", "--format", "markdown"]);
    assert!(markdown.contains(hint), "{markdown}");
    let json = report(folder.path());
    assert_eq!((&json["hint"]["dependency"], &json["hint"]["own"]), (&"inventory".into(), &"pages".into()), "{json:#}");
    assert!(json["hint"]["ahead-ms"].as_u64().is_some_and(|ahead| ahead >= 1_000), "{:#}", json["hint"]);
    assert_eq!(json["path"]["ways"], serde_json::json!(["page", "ticket"]));
    replayed(folder.path());
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_fail_while_the_inventory_is_up_have_no_excuse() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (shop, folder) = (shop(&["error-rate:100"]).await, TempDir::new().unwrap());

    let output = watching(folder.path(), &shop).await.unwrap();

    assert_eq!(output.status.code(), Some(30), "{}", said(&output));
    assert!(said(&output).contains("check pages (critical, code): fail"), "{}", said(&output));
    assert!(!said(&output).contains("may not be at fault"), "{}", said(&output));
    let json = report(folder.path());
    assert!(json["hint"].is_null(), "{json:#}");
}
