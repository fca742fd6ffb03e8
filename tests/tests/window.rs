//! Windows end to end: the built program samples a provider, judges, decides, and tells.

use std::path::Path;
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use axum::routing::get;
use holdpoint_tests::{holdpoint, replayed, said, target};
use serde_json::Value;
use tempfile::TempDir;

/// What the provider answers to its nth query, from 0.
type Answers = fn(usize) -> Option<f64>;

/// A provider that speaks Prometheus' API: a number, or no answer that could be used.
async fn provider(answers: Answers) -> (String, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let query = move || async move {
        let Some(number) = answers(counted.fetch_add(1, Ordering::SeqCst)) else {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        };
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
        let body = format!(
            r#"{{"status":"success","data":{{"resultType":"vector","result":[{{"metric":{{}},"value":[{now},"{number}"]}}]}}}}"#
        );
        ([(header::CONTENT_TYPE, "application/json")], body).into_response()
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new().route("/api/v1/query", get(query.clone()).post(query));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, asked)
}

/// Runs a plan whose window has a sample a second for six seconds, judged by these rules.
async fn watched(folder: &Path, url: &str, rules: &str) -> Output {
    watched_for("6s", folder, url, rules).await
}

async fn watched_for(window: &str, folder: &Path, url: &str, rules: &str) -> Output {
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
paths = ["/api/v1/**"]
[[phase]]
name = "observe"
window = "{window}"
[[phase.signal]]
name = "errors"
plugin = "prometheus"
interval = "1s"
settings = {{ prometheus = "endpoint:prometheus", query = "errors" }}
{rules}
"#
    );
    let path = folder.join("plan.toml");
    std::fs::write(&path, plan).unwrap();
    let mut command = holdpoint(folder);
    command.arg("run").arg(&path).args(["--service", "shop", "-e", "test", "--release-version", "1"]);
    command.arg("--plugins").arg(target().join("plugins")).arg("--cache").arg(target().join("test-cache"));
    tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap()
}

/// The signal as the JSON report tells it.
fn signal(folder: &Path) -> Value {
    let report = holdpoint(folder).args(["report", "latest", "--format", "json"]).output().unwrap();
    let report: Value = serde_json::from_slice(&report.stdout).unwrap_or_else(|_| panic!("{}", said(&report)));
    report["phases"][0]["signals"][0].clone()
}

const ABOVE: &str = "[[phase.signal.rule]]\nabove = 0.05\non-fire = \"escalate\"";

#[tokio::test(flavor = "multi_thread")]
async fn a_window_without_a_breach_is_confirmed_and_replays() {
    let (folder, (url, asked)) = (TempDir::new().unwrap(), provider(|_| Some(0.01)).await);

    let output = watched(folder.path(), &url, ABOVE).await;

    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(asked.load(Ordering::SeqCst), 7, "{}", said(&output));
    let signal = signal(folder.path());
    assert_eq!((&signal["word"], signal["samples"].as_array().unwrap().len()), (&Value::from("pass"), 7), "{signal:#}");
    assert!(said(&output).contains("7 of 7 samples, 1 rules"), "{}", said(&output));
    replayed(folder.path());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_breach_is_answered_at_its_sample_and_drawn() {
    let (folder, (url, asked)) =
        (TempDir::new().unwrap(), provider(|count| Some(if count < 3 { 0.01 } else { 0.5 })).await);

    let output = watched(folder.path(), &url, ABOVE).await;

    assert_eq!(output.status.code(), Some(30), "{}", said(&output));
    assert_eq!(asked.load(Ordering::SeqCst), 4, "it is not watched any further");
    let signal = signal(folder.path());
    assert_eq!(signal["rules"][0]["fired"]["found"], "0.5 against 0.05 at most", "{signal:#}");
    let html = holdpoint(folder.path()).args(["report", "latest", "--format", "html"]).output().unwrap();
    let html = said(&html);
    assert!(html.contains("<line class=\"fired\"") && html.contains("<path class=\"line\""), "no picture in {html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_stops_within_the_window_escalates_and_never_confirms() {
    let (folder, (url, _)) = (TempDir::new().unwrap(), provider(|count| (count < 2).then_some(0.01)).await);

    let output = watched(folder.path(), &url, ABOVE).await;

    assert_eq!(output.status.code(), Some(30), "{}", said(&output));
    let signal = signal(folder.path());
    assert_eq!(signal["word"], "inconclusive", "{signal:#}");
    assert_eq!(signal["samples"][4]["class"], "provider-down", "{signal:#}");
    assert!(signal["summary"].as_str().unwrap().starts_with("data was missing for"), "{signal:#}");
}

const RISE: &str = "[[phase.signal.rule]]\nrise = 20\nhistory = 3\non-fire = \"escalate\"";

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_judged_by_what_the_last_confirmed_ones_saw() {
    // Four samples a run; the run in which errors are many is not confirmed, and so is no past.
    let levels: Answers = |count| Some([0.010, 0.010, 0.4, 0.010, 0.011, 0.011, 0.014][(count / 4).min(6)]);
    let (folder, (url, _)) = (TempDir::new().unwrap(), provider(levels).await);
    let run = async |rules| watched_for("3s", folder.path(), &url, rules).await;
    let quiet = "[[phase.signal.rule]]\nabove = 0.05\non-fire = \"hotfix\"";

    let before = [run(quiet).await, run(quiet).await, run(quiet).await];
    let too_early = run(RISE).await;
    let third = run(quiet).await;
    let same = run(RISE).await;
    let worse = run(RISE).await;

    let codes = |outputs: &[Output]| outputs.iter().map(|it| it.status.code().unwrap()).collect::<Vec<_>>();
    assert_eq!(codes(&before), [0, 0, 10], "{}", said(&before[2]));
    assert_eq!(codes(&[too_early.clone(), third]), [30, 0], "{}", said(&too_early));
    let told = "note: signal errors is compared with past runs, and 2 of at least 3 confirmed runs have measured it";
    assert!(said(&too_early).contains(told), "{}", said(&too_early));
    assert_eq!(codes(&[same.clone(), worse.clone()]), [0, 30], "{}\n{}", said(&same), said(&worse));
    let found = signal(folder.path())["rules"][0]["fired"]["found"].as_str().unwrap().to_owned();
    assert!(found.starts_with("0.014 against 0.0132 at most (0.011 in the confirmed runs "), "{found}");
    replayed(folder.path());
}
