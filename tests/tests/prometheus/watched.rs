//! A window over a real shop that a real Prometheus scrapes: quiet, with a fault that begins in the middle, and with
//! Prometheus gone in the middle.

use std::path::Path;
use std::process::Output;
use std::time::Duration;

use holdpoint_shop::{Shop, ShopConfig};
use holdpoint_tests::{holdpoint, said, target};
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::indicators::visitors;
use crate::server::Prometheus;

/// What Prometheus is asked for the errors of the shop's pages.
const ERRORS: &str = "sum(rate(shop_requests_total{job=\"shop\"}[6s]))";

/// Starts a run that watches the share of errors for 14 seconds, a sample every two.
fn watching(folder: &Path, url: &str) -> JoinHandle<Output> {
    let plan = format!(
        r#"
holdpoint = "0.1"
name = "watched"
[escalation]
commander = "on-call"
[endpoint.prometheus]
url = "{url}"
addresses = ["127.0.0.1"]
[plugin.prometheus]
bundle = "prometheus.wasm"
[[plugin.prometheus.grant]]
endpoint = "prometheus"
paths = ["/api/v1/query"]
[[phase]]
name = "observe"
window = "14s"
coverage = 60
[[phase.signal]]
name = "errors"
plugin = "prometheus"
interval = "2s"
max-gap = "6s"
timeout = "2s"
measurement = "error-rate"
min-traffic = {{ measurement = "traffic", least = 10 }}
[phase.signal.settings]
prometheus = "endpoint:prometheus"
indicator = "error-rate"
metric = "shop_requests_total"
range = "6s"
labels = {{ job = "shop", path = {{ not = ["/metrics", "/health"] }} }}
[[phase.signal.rule]]
above = 0.1
on-fire = "escalate"
"#
    );
    let path = folder.join("plan.toml");
    std::fs::write(&path, plan).unwrap();
    let mut command = holdpoint(folder);
    command.arg("run").arg(&path).args(["--service", "shop", "-e", "test", "--release-version", "1"]);
    command.arg("--plugins").arg(target().join("plugins")).arg("--cache").arg(target().join("test-cache"));
    tokio::task::spawn_blocking(move || command.output().unwrap())
}

fn signal(folder: &Path, told: &Output) -> Value {
    let report = holdpoint(folder).args(["report", "latest", "--format", "json"]).output().unwrap();
    let report: Value = serde_json::from_slice(&report.stdout).unwrap_or_else(|_| panic!("{}", said(told)));
    report["phases"][0]["signals"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_release_is_watched_and_what_begins_in_the_window_is_answered_in_it() {
    let folder = TempDir::new().unwrap();
    let shop = Shop::start(ShopConfig::on_free_ports()).await.unwrap();
    let blue = shop.ready().blue.clone();
    let server = Prometheus::start(folder.path(), &[("shop", blue.url.trim_start_matches("http://"))]);
    let visitors = visitors(blue.url.clone());
    server.answers(&format!("{ERRORS} > 5")).await;

    let quiet = watching(folder.path(), &server.url).await.unwrap();
    assert_eq!(quiet.status.code(), Some(0), "{}", said(&quiet));
    let samples = signal(folder.path(), &quiet)["samples"].as_array().unwrap().len();
    assert_eq!(samples, 8, "{}", said(&quiet));

    let run = watching(folder.path(), &server.url);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let admin = format!("{}/admin/faults", blue.admin.unwrap());
    let faults = |body: &'static str| {
        reqwest::Client::new().post(&admin).header("content-type", "application/json").body(body).send()
    };
    assert!(faults(r#"{"faults":["error-rate:50"]}"#).await.unwrap().status().is_success());
    let breached = run.await.unwrap();
    assert_eq!(breached.status.code(), Some(30), "{}", said(&breached));
    let errors = signal(folder.path(), &breached);
    let fired = &errors["rules"][0]["fired"];
    assert!(fired["at-ms"].as_u64().is_some_and(|at| (2_000..=14_000).contains(&at)), "{errors:#}");
    assert_eq!(errors["word"], "fail", "{errors:#}");

    assert!(faults(r#"{"faults":[]}"#).await.unwrap().status().is_success());
    tokio::time::sleep(Duration::from_secs(8)).await;
    let run = watching(folder.path(), &server.url);
    tokio::time::sleep(Duration::from_secs(3)).await;
    drop(server);
    let blind = run.await.unwrap();
    assert_eq!(blind.status.code(), Some(30), "{}", said(&blind));
    let errors = signal(folder.path(), &blind);
    assert_eq!(errors["word"], "inconclusive", "{errors:#}");
    assert!(errors["rules"][0]["fired"].is_null(), "{errors:#}");
    visitors.abort();
}
