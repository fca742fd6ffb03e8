//! The `prometheus` plugin through the program: what is a number, what is none, and what the indicators measure of a real
//! shop that a real Prometheus scrapes.

mod asking;
mod canary;
mod indicators;
mod kinds;
mod server;
mod stub;
mod watched;

use holdpoint_tests::replayed;
use tempfile::TempDir;

use asking::{Asked, Plan};
use server::Prometheus;

#[tokio::test(flavor = "multi_thread")]
async fn only_a_number_passes_or_fails() {
    let folder = TempDir::new().unwrap();
    let server = Prometheus::start(folder.path(), &[]);
    server.answers("up == 1").await;
    let cases = [
        ("number", "up", "pass"),
        ("too-high", "up * 10", "fail"),
        ("scalar", "scalar(up)", "pass"),
        ("no-data", "metric_that_is_not_there", "inconclusive"),
        ("nan", "up * 0 / 0", "inconclusive"),
        ("infinite", "up / 0", "inconclusive"),
        ("several", "{job=\"self\"}", "inconclusive"),
        ("string", "\"text\"", "inconclusive"),
        ("range", "up[1m]", "inconclusive"),
        ("unreadable", "sum(", "error"),
    ];

    let mut plan = Plan::of(&server.url);
    for (name, query, _) in cases {
        plan = plan.check(name, &format!("query = '{query}', fail-above = 5.0"));
    }
    let run = plan.noting().run(folder.path());

    for (name, _, wanted) in cases {
        assert_eq!(run.check(name).outcome, wanted, "{name}: {}", run.told);
    }
    drop(server);
    let down = Plan::of("http://127.0.0.1:9").check("down", "query = 'up', fail-above = 5.0").noting();
    let run = down.run(folder.path());
    let Asked { outcome, class, .. } = run.check("down");
    assert_eq!((outcome.as_str(), class.as_str()), ("inconclusive", "provider-down"), "{}", run.told);
    replayed(folder.path());
}
