//! The `prometheus` plugin against a real Prometheus, through the program: what is a number, and what is none.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use holdpoint_tests::{holdpoint, replayed, said, target};
use serde_json::Value;
use tempfile::TempDir;

/// A Prometheus that scrapes nothing but itself; ended with the test.
struct Prometheus {
    child: Child,
    url: String,
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn prometheus(folder: &Path) -> Prometheus {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let config = folder.join("prometheus.yml");
    let scrape = format!(
        "global: {{scrape_interval: 1s}}\nscrape_configs:\n- job_name: self\n  static_configs: [{{targets: ['127.0.0.1:{port}']}}]\n"
    );
    std::fs::write(&config, scrape).unwrap();
    let child = Command::new("prometheus")
        .arg(format!("--config.file={}", config.display()))
        .arg(format!("--storage.tsdb.path={}", folder.join("tsdb").display()))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("prometheus is installed by `cargo xtask test`");
    Prometheus { child, url: format!("http://127.0.0.1:{port}") }
}

/// A plan with one check for each query. None stops the run, so that each is judged.
fn plan(url: &str, queries: &[(&str, &str)]) -> String {
    let mut plan = format!(
        "holdpoint = \"0.1\"\nname = \"metrics\"\n[endpoint.prometheus]\nurl = \"{url}\"\naddresses = [\"127.0.0.1\"]\n\
         [plugin.prometheus]\nbundle = \"prometheus.wasm\"\n[[plugin.prometheus.grant]]\nendpoint = \"prometheus\"\n\
         methods = [\"GET\"]\npaths = [\"/api/v1/query\"]\n[[phase]]\nname = \"verify\"\n"
    );
    for (name, query) in queries {
        let one = format!(
            "[[phase.check]]\nname = \"{name}\"\nplugin = \"prometheus\"\non-inconclusive = \"note\"\non-fail = \"note\"\n\
             settings = {{ prometheus = \"endpoint:prometheus\", query = '{query}', fail-above = 5.0 }}\n"
        );
        plan += &one;
    }
    plan
}

/// Runs the plan and returns each check's outcome, in words, from the journal.
fn outcomes(folder: &Path, url: &str, queries: &[(&str, &str)]) -> (Vec<(String, String)>, String) {
    let path = folder.join("plan.toml");
    std::fs::write(&path, plan(url, queries)).unwrap();
    let output = holdpoint(folder)
        .arg("run")
        .arg(&path)
        .args(["--service", "shop", "-e", "test", "--release-version", "1", "--plugins"])
        .arg(target().join("plugins"))
        .arg("--cache")
        .arg(target().join("test-cache"))
        .output()
        .unwrap();
    let shown = holdpoint(folder).args(["show", "--format", "json"]).output().unwrap();
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    let asked =
        shown["course"]["phases"][0]["closed"]["gate"]["asked"].as_array().unwrap_or_else(|| panic!("{shown:#}"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let found = asked.iter().map(|asked| (text(&asked["cause"]["check"]), text(&asked["cause"]["word"])));
    (found.collect(), said(&output))
}

#[test]
fn only_a_number_passes_or_fails() {
    let folder = TempDir::new().unwrap();
    let server = prometheus(folder.path());
    // Ready when it has scraped itself: the first query that answers with data says so.
    let deadline = Instant::now() + Duration::from_secs(90);
    loop {
        let (found, told) = outcomes(folder.path(), &server.url, &[("up", "up")]);
        if found.iter().any(|(_, word)| word == "pass") {
            break;
        }
        assert!(Instant::now() < deadline, "prometheus has not scraped itself: {told}");
        std::thread::sleep(Duration::from_millis(500));
    }
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
    let queries: Vec<(&str, &str)> = cases.iter().map(|(name, query, _)| (*name, *query)).collect();
    let (found, told) = outcomes(folder.path(), &server.url, &queries);
    for (name, _, wanted) in cases {
        let word = found.iter().find(|(check, _)| check == name).map(|(_, word)| word.as_str());
        assert_eq!(word, Some(wanted), "{name}: {told}");
    }
    drop(server);
    let (found, told) = outcomes(folder.path(), "http://127.0.0.1:9", &[("down", "up")]);
    assert_eq!(found, [("down".to_owned(), "inconclusive".to_owned())], "{told}");
    replayed(folder.path());
}
