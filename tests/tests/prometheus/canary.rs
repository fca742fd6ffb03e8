//! Cohorts at the same moment: a real Prometheus scrapes both versions of a shop whose traffic is shifted share by share,
//! and what is wrong with the new one alone shows beside the old one.

use std::path::Path;
use std::process::Output;

use holdpoint_shop::{Ready, Shop, ShopConfig};
use holdpoint_tests::{holdpoint, said, target};
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::indicators::visitors;
use crate::server::Prometheus;

/// Shifts to a quarter and then to half of the traffic, and watches both cohorts for ten seconds each.
const PLAN: &str = r#"
holdpoint = "0.1"
name = "cohorts"
[escalation]
commander = "on-call"
[endpoint.prometheus]
url = "http://127.0.0.1:1"
addresses = ["127.0.0.1"]
[endpoint.switch]
url = "http://127.0.0.1:1"
addresses = ["127.0.0.1"]
[endpoint.blue]
url = "http://127.0.0.1:1"
addresses = ["127.0.0.1"]
[plugin.prometheus]
bundle = "prometheus.wasm"
[[plugin.prometheus.grant]]
endpoint = "prometheus"
paths = ["/api/v1/query"]
[plugin.http]
bundle = "http.wasm"
[[plugin.http.grant]]
endpoint = "blue"
[plugin.weights]
bundle = "http-rollout.wasm"
[[plugin.weights.grant]]
endpoint = "switch"
methods = ["GET", "POST"]
[plugin.switch]
bundle = "http-rollback.wasm"
[[plugin.switch.grant]]
endpoint = "switch"
methods = ["GET", "POST"]
[rollout]
plugin = "weights"
[rollout.settings]
shift = { url = "endpoint:switch/api/weights", body = { to = "green", percent = "{{percent}}" } }
status = { url = "endpoint:switch/api/operations?key={{key}}", pointer = "/state" }
[[stage]]
traffic = 25
phases = ["watch"]
[[stage]]
traffic = 50
phases = ["watch"]
[[phase]]
name = "watch"
window = "10s"
initial-delay = "7s"
coverage = 50
[[phase.signal]]
name = "stable"
plugin = "prometheus"
interval = "1s"
timeout = "1s"
max-gap = "6s"
measurement = "error-rate"
[phase.signal.settings]
prometheus = "endpoint:prometheus"
indicator = "error-rate"
metric = "shop_requests_total"
range = "5s"
labels = { version = "{{release.previous-version}}", path = { not = ["/metrics", "/health"] } }
[[phase.signal]]
name = "canary"
plugin = "prometheus"
interval = "1s"
timeout = "1s"
max-gap = "6s"
measurement = "error-rate"
[phase.signal.settings]
prometheus = "endpoint:prometheus"
indicator = "error-rate"
metric = "shop_requests_total"
range = "5s"
labels = { version = "{{release.version}}", path = { not = ["/metrics", "/health"] } }
[[phase.signal.rule]]
rise = 100
baseline = "stable"
[rollback]
plugin = "switch"
[rollback.settings]
status = { url = "endpoint:switch/api/operations?key={{key}}", pointer = "/state" }
[[rollback.settings.steps]]
id = "switch"
summary = "all back"
url = "endpoint:switch/api/switch"
body = { to = "blue" }
[[rollback.check]]
name = "old-version-healthy"
plugin = "http"
settings.url = "endpoint:blue/health"
"#;

/// Starts a run of the plan.
fn shifting(folder: &Path, prometheus: &str, shop: &Ready) -> JoinHandle<Output> {
    let path = folder.join("plan.toml");
    std::fs::write(&path, PLAN).unwrap();
    let mut command = holdpoint(folder);
    command.arg("run").arg(&path).args(["--service", "shop", "-e", "test", "--release-version", "1.5.0"]);
    command.args(["--previous-version", "1.4.0", "--plugins"]).arg(target().join("plugins"));
    command.arg("--cache").arg(target().join("test-cache"));
    for (endpoint, url) in [("prometheus", prometheus), ("switch", &shop.admin), ("blue", &shop.blue.url)] {
        command.arg("--bind").arg(format!("{endpoint}={url}"));
    }
    tokio::task::spawn_blocking(move || command.output().unwrap())
}

async fn faults(version: &str, body: &'static str) {
    let url = format!("{version}/admin/faults");
    let request = reqwest::Client::new().post(url).header("content-type", "application/json").body(body);
    assert!(request.send().await.unwrap().status().is_success());
}

/// The signals of each phase that was begun, by phase and name, with their words.
fn words(folder: &Path, told: &Output) -> Vec<(String, String)> {
    let report = holdpoint(folder).args(["report", "latest", "--format", "json"]).output().unwrap();
    let report: Value = serde_json::from_slice(&report.stdout).unwrap_or_else(|_| panic!("{}", said(told)));
    let phases = report["phases"].as_array().unwrap().iter();
    let of = |phase: &Value| {
        let signals = phase["signals"].as_array().cloned().unwrap_or_default();
        let canary = signals.into_iter().find(|signal| signal["name"] == "canary").unwrap_or_default();
        (phase["name"].as_str().unwrap().to_owned(), canary["word"].as_str().unwrap_or_default().to_owned())
    };
    phases.map(of).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_both_cohorts_have_is_not_the_canarys_and_what_it_has_alone_is() {
    let folder = TempDir::new().unwrap();
    let shop = Shop::start(ShopConfig::on_free_ports()).await.unwrap();
    let ready = shop.ready().clone();
    let (blue, green) = (ready.blue.admin.clone().unwrap(), ready.green.admin.clone().unwrap());
    let (at_blue, at_green) = (ready.blue.url.clone(), ready.green.url.clone());
    let jobs = [("blue", at_blue.trim_start_matches("http://")), ("green", at_green.trim_start_matches("http://"))];
    let server = Prometheus::start(folder.path(), &jobs);
    let visitors = visitors(ready.public.clone());
    // Both answer a fifth of their pages with an error: bad, and not the release's doing.
    faults(&blue, r#"{"faults":["error-rate:20"]}"#).await;
    faults(&green, r#"{"faults":["error-rate:20"]}"#).await;
    server.answers("sum(rate(shop_requests_total{version=\"1.4.0\"}[5s])) > 5").await;

    let same = shifting(folder.path(), &server.url, &ready).await.unwrap();

    assert_eq!(same.status.code(), Some(0), "{}", said(&same));
    assert!(said(&same).contains("gave the released version 50 % of the traffic"), "{}", said(&same));

    let back = reqwest::Client::new().post(format!("{}/api/switch", ready.admin));
    back.header("content-type", "application/json").body(r#"{"to":"blue"}"#).send().await.unwrap();
    faults(&green, r#"{"faults":["error-rate:80"]}"#).await;

    let alone = shifting(folder.path(), &server.url, &ready).await.unwrap();

    assert_eq!(alone.status.code(), Some(20), "{}", said(&alone));
    let words = words(folder.path(), &alone);
    assert_eq!(words[0], ("watch-at-25".to_owned(), "fail".to_owned()), "{}", said(&alone));
    let state: Value = reqwest::get(format!("{}/api/state", ready.admin)).await.unwrap().json().await.unwrap();
    assert_eq!(state["weights"]["green"], 0);
    visitors.abort();
}
