//! The `kubernetes-rollback` plugin through the program, against a stub API that checks what it receives.

mod stub;

use std::path::Path;
use std::process::Output;

use holdpoint_tests::{holdpoint, replayed, said, target};
use serde_json::Value;
use stub::Cluster;
use tempfile::TempDir;

/// A plan whose one check finds 1.5.0 broken, and whose recovery asks for 1.4.0.
fn plan(url: &str) -> String {
    format!(
        r#"
holdpoint = "0.1"
name = "a Deployment"
[escalation]
commander = "on-call"
[endpoint.kube]
url = "{url}"
addresses = ["127.0.0.1"]
[plugin.http]
bundle = "http.wasm"
[[plugin.http.grant]]
endpoint = "kube"
methods = ["GET"]
paths = ["/health"]
[plugin.kube]
bundle = "kubernetes-rollback.wasm"
[[plugin.kube.grant]]
endpoint = "kube"
methods = ["GET", "PATCH"]
paths = ["/apis/apps/v1/namespaces/prod/**"]
[[phase]]
name = "smoke"
[[phase.check]]
name = "health"
plugin = "http"
settings = {{ url = "endpoint:kube/health", expect = {{ status = 200 }} }}
[rollback]
plugin = "kube"
timeout = "3s"
poll = "50ms"
[rollback.settings]
api = "endpoint:kube"
namespace = "prod"
deployment = "shop"
images = {{ shop = "shop:{{{{previous-version}}}}" }}
[[rollback.check]]
name = "old-version"
plugin = "http"
settings.url = "endpoint:kube/health"
settings.expect.json."/version".equals = "shop:1.4.0"
"#
    )
}

/// Runs a plan, without blocking the stub.
async fn run(folder: &Path, plan: &str) -> Output {
    let path = folder.join("plan.toml");
    std::fs::write(&path, plan).unwrap();
    let mut command = holdpoint(folder);
    command.arg("run").arg(&path).args(["--service", "shop", "-e", "test", "--release-version", "1.5.0"]);
    command.args(["--previous-version", "1.4.0", "--plugins"]).arg(target().join("plugins"));
    command.arg("--cache").arg(target().join("test-cache"));
    let folder = folder.to_path_buf();
    let run = move || {
        let output = command.output().unwrap();
        replayed(&folder);
        output
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

/// What the plugin was asked and answered, from the journal: `ready: refused`, `status: under-way`, …
fn deeds(folder: &Path) -> Vec<String> {
    let report = holdpoint(folder).args(["report", "latest", "--format", "json"]).output().unwrap();
    let report: Value = serde_json::from_slice(&report.stdout).unwrap_or_else(|_| panic!("{}", said(&report)));
    let calls = report["rollback"]["deeds"].as_array().unwrap_or_else(|| panic!("{:#}", report["rollback"]));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    calls.iter().map(|call| format!("{}: {}", text(&call["deed"]), text(&call["word"]))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_release_is_set_back_and_followed_until_every_replica_runs() {
    let (folder, (cluster, url)) = (TempDir::new().unwrap(), Cluster::start().await);

    let output = run(folder.path(), &plan(&url)).await;

    assert_eq!(output.status.code(), Some(20), "{}", said(&output));
    assert_eq!(cluster.seen(), ("shop:1.4.0".to_owned(), 1, vec![]));
    let deeds = deeds(folder.path());
    assert!(deeds.iter().filter(|deed| deed.starts_with("status: under")).count() >= 2, "{deeds:?}");
    assert_eq!(deeds.last().map(String::as_str), Some("status: complete"), "{deeds:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_previous_version_that_runs_already_is_left_alone() {
    let (folder, (cluster, url)) = (TempDir::new().unwrap(), Cluster::start().await);
    cluster.run_the_previous();
    let wants_the_new = plan(&url).replacen("expect = { status = 200 }", "expect = { status = 404 }", 1);

    let output = run(folder.path(), &wants_the_new).await;

    assert_eq!(output.status.code(), Some(20), "{}", said(&output));
    assert_eq!(cluster.seen(), ("shop:1.4.0".to_owned(), 0, vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_set_back_is_refused_before_anything_is_changed() {
    for word in ["paused", "no revision"] {
        let (folder, (cluster, url)) = (TempDir::new().unwrap(), Cluster::start().await);
        if word == "paused" {
            cluster.pause();
        } else {
            cluster.prune();
        }

        let output = run(folder.path(), &plan(&url)).await;

        assert_eq!(output.status.code(), Some(21), "{word}: {}", said(&output));
        assert!(said(&output).contains(word), "{word}: {}", said(&output));
        assert_eq!(cluster.seen(), ("shop:1.5.0".to_owned(), 0, vec![]), "{word}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_deploys_meanwhile_is_not_overwritten() {
    let (folder, (cluster, url)) = (TempDir::new().unwrap(), Cluster::start().await);
    cluster.meddle();

    let output = run(folder.path(), &plan(&url)).await;

    assert_eq!(output.status.code(), Some(21), "{}", said(&output));
    assert_eq!(cluster.seen(), ("shop:1.6.0".to_owned(), 0, vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollout_that_hangs_is_a_failed_rollback() {
    let (folder, (cluster, url)) = (TempDir::new().unwrap(), Cluster::start().await);
    cluster.hang();

    let output = run(folder.path(), &plan(&url)).await;

    assert_eq!(output.status.code(), Some(21), "{}", said(&output));
    assert_eq!(cluster.seen(), ("shop:1.4.0".to_owned(), 1, vec![]));
}
