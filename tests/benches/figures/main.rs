//! The program's figures on this machine, each beside something to compare it with. `cargo xtask bench` runs it.
//!
//! Prints one JSON object a figure. `HOLDPOINT_FIGURES=watch` measures only those of that file.

#![expect(clippy::print_stdout, reason = "the figures are what this is for")]

mod http;
mod memory;
mod rehearse;
mod start;
mod watch;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use holdpoint_tests::{holdpoint, target};

/// Measures and prints the figures of one file.
type Measure = fn(&tokio::runtime::Runtime);

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let chosen = std::env::var("HOLDPOINT_FIGURES").ok();
    let all: [(&str, Measure); 5] = [
        ("http", http::measure),
        ("start", start::measure),
        ("memory", memory::measure),
        ("watch", watch::measure),
        ("rehearse", rehearse::measure),
    ];
    for (name, measure) in all {
        if chosen.as_ref().is_none_or(|chosen| chosen == name) {
            measure(&runtime);
        }
    }
}

fn figure(name: &str, value: f64, unit: &str) {
    println!("{}", serde_json::json!({ "figure": name, "value": value, "unit": unit }));
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A server on loopback that answers `/health` with 200 after thinking. It serves for as long as the runtime lives.
fn server(runtime: &tokio::runtime::Runtime, thinks: Duration) -> SocketAddr {
    let answer = move || async move {
        // The shortest sleep is a whole millisecond.
        if !thinks.is_zero() {
            tokio::time::sleep(thinks).await;
        }
        "ok"
    };
    serve(runtime, Router::new().route("/health", get(answer)))
}

/// Serves these routes on loopback for as long as the runtime lives.
fn serve(runtime: &tokio::runtime::Runtime, routes: Router) -> SocketAddr {
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
    let address = listener.local_addr().expect("a bound port has an address");
    let serving = axum::serve(listener, routes);
    runtime.spawn(async move { serving.await });
    address
}

fn mib(bytes: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a process has far fewer than 2^52 bytes")]
    let bytes = bytes as f64;
    bytes / f64::from(1_u32 << 20)
}

/// A plan whose one phase calls the `http` plugin so many times side by side.
fn plan(folder: &Path, server: SocketAddr, checks: usize) -> PathBuf {
    let head = format!(
        "holdpoint = \"0.1\"\nname = \"bench\"\n[endpoint.server]\nurl = \"http://{server}\"\naddresses = [\"127.0.0.1\"]\n\
         [plugin.http]\nbundle = \"http.wasm\"\n[[plugin.http.grant]]\nendpoint = \"server\"\nmethods = [\"GET\"]\n\
         paths = [\"/health\"]\n[[phase]]\nname = \"verify\"\nparallel = {checks}\n"
    );
    let one = |number| {
        format!(
            "[[phase.check]]\nname = \"check-{number}\"\nplugin = \"http\"\non-fail = \"escalate\"\n\
             settings = {{ url = \"endpoint:server/health\", expect = {{ status = 200 }} }}\n"
        )
    };
    let plan = head + &(0..checks).map(one).collect::<String>();
    let path = folder.join("plan.toml");
    std::fs::write(&path, plan).expect("the folder can be written to");
    path
}

/// The run of a plan, its compile cache warm from earlier runs.
fn run(folder: &Path, plan: &Path) -> Command {
    let mut command = holdpoint(folder);
    command
        .arg("run")
        .arg(plan)
        .args(["--service", "server", "-e", "bench", "--release-version", "1", "--plugins"])
        .arg(target().join("plugins"))
        .arg("--cache")
        .arg(target().join("bench-cache"));
    command
}
