//! A real Prometheus, as Debian ships it.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long it may take until Prometheus has scraped what a test waits for. Catches hangs, measures nothing.
const PATIENCE: Duration = Duration::from_mins(2);

/// A Prometheus that scrapes itself, as job `self`, and a test's targets every second; ended with the test.
pub(crate) struct Prometheus {
    child: Child,
    pub(crate) url: String,
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Prometheus {
    /// Starts it in a folder, with jobs and where each is scraped.
    pub(crate) fn start(folder: &Path, jobs: &[(&str, &str)]) -> Self {
        // For the tests' own requests; another test of this process may have been first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let own = format!("127.0.0.1:{port}");
        let job = |(job, target): &(&str, &str)| {
            format!("- job_name: {job}\n  static_configs: [{{targets: ['{target}']}}]\n")
        };
        let jobs: String = [("self", own.as_str())].iter().chain(jobs).map(job).collect();
        let config = format!("global: {{scrape_interval: 1s}}\nscrape_configs:\n{jobs}");
        let file = folder.join("prometheus.yml");
        std::fs::write(&file, config).unwrap();
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("tsdb").display()))
            .arg(format!("--web.listen-address={own}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("prometheus is installed by `cargo xtask test`");
        Self { child, url: format!("http://{own}") }
    }

    /// Waits until a query answers with something.
    pub(crate) async fn answers(&self, query: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.result(query).await.is_none_or(|result| result.is_empty()) {
            assert!(Instant::now() < deadline, "prometheus does not answer {query}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn result(&self, query: &str) -> Option<Vec<Value>> {
        let encoded = query.bytes().fold(String::new(), |done, byte| format!("{done}%{byte:02x}"));
        let answer = reqwest::get(format!("{}/api/v1/query?query={encoded}", self.url)).await.ok()?;
        answer.json::<Value>().await.ok()?.pointer("/data/result")?.as_array().cloned()
    }
}
