//! Windows: ten thousand signals sampled on time, and the way from a breach to the rollback's first request.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use axum::routing::get;
use holdpoint_tests::holdpoint;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::memory::resident;
use crate::{figure, median, mib, run, serve};

const SIGNALS: usize = 10_000;
const WINDOW: &str = "60s";
const BREACHES: usize = 25;

pub(crate) fn measure(runtime: &Runtime) {
    many(runtime);
    breaches(runtime);
}

/// Every signal has its own rule, and every sample its own request.
fn many(runtime: &Runtime) {
    let provider = serve(runtime, Router::new().route("/api/v1/query", get(async || said("0.01"))));
    let folder = tempfile::tempdir().expect("a folder");
    let signals = (0..SIGNALS).map(|number| signal(&format!("signal-{number}"), "10s"));
    let plan = plan(folder.path(), provider, &signals.collect::<String>(), WINDOW);
    let began = Instant::now();
    let told = folder.path().join("told");
    let output = fs::File::create(&told).expect("the folder can be written to");
    let mut child = run(folder.path(), &plan).stdout(output).stderr(Stdio::null()).spawn().expect("holdpoint");
    let (mut memory, mut ticks) = (0, 0.0);
    let status = loop {
        if let Some(status) = child.try_wait().expect("it was started") {
            break status;
        }
        memory = resident(&child).unwrap_or_default().max(memory);
        ticks = ticks_of(&child).unwrap_or(ticks);
        std::thread::sleep(Duration::from_millis(50));
    };
    let wall = began.elapsed().as_secs_f64();
    let told = fs::read_to_string(told).expect("it was written");
    assert!(status.success(), "{status}: {}", &told[told.len().saturating_sub(2_000)..]);
    let (mut late, expected) = lateness(folder.path());
    let (samples, worst) = (count(late.len()), late.iter().copied().fold(0.0, f64::max));
    figure("f 10,000 signals every 10 s: samples, of those expected", 100.0 * samples / expected, "%");
    figure("f a sample is in after it was due, worst", worst, "ms");
    figure("f a sample is in after it was due, median", median(&mut late), "ms");
    figure("f CPU, of one core", ticks / wall, "%");
    figure("f resident memory, at most", mib(memory), "MiB");
}

/// How many milliseconds after it was due each sample was in, and how many samples there should be.
fn lateness(folder: &Path) -> (Vec<f64>, f64) {
    let shown = holdpoint(folder).args(["show", "latest", "--format", "json"]).output().expect("holdpoint");
    let shown: Value = serde_json::from_slice(&shown.stdout).expect("show prints JSON");
    let signals = shown["course"]["phases"][0]["window"]["signals"].as_array().expect("a window").clone();
    let number = |value: &Value| value.as_f64().expect("a number");
    let taken = signals.iter().flat_map(|signal| signal["taken"].as_array().expect("samples"));
    let late = taken.map(|taken| number(&taken["at"]) - number(&taken["due"])).collect();
    (late, signals.iter().map(|signal| number(&signal["expected"])).sum())
}

/// The CPU time of a process so far, in hundredths of a second.
fn ticks_of(child: &Child) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let [user, system]: [f64; 2] = [fields.next()?.parse().ok()?, fields.next()?.parse().ok()?];
    Some(user + system)
}

/// From the moment at which the provider begins to answer with a breach until the switch has the rollback's first
/// request: the answer's way back, the judgement, the decision, what is written down, and the request's way out.
fn breaches(runtime: &Runtime) {
    let breach: Arc<Mutex<Option<Instant>>> = Arc::default();
    let (arrived, arrival) = std::sync::mpsc::channel();
    let answered = Arc::clone(&breach);
    let query = move || async move {
        let mut first = answered.lock().expect("no holder panics");
        first.get_or_insert_with(Instant::now);
        said("0.5")
    };
    let provider = serve(runtime, Router::new().route("/api/v1/query", get(query)));
    let switch = serve(
        runtime,
        Router::new().fallback(move || async move {
            // After the first request of a run, nobody waits for more.
            let _ = arrived.send(Instant::now());
            StatusCode::SERVICE_UNAVAILABLE
        }),
    );
    let folder = tempfile::tempdir().expect("a folder");
    let plan = plan(folder.path(), provider, &(signal("errors", "1s") + &rollback(switch)), "1m");
    let mut times = Vec::new();
    for turn in 0..=BREACHES {
        let mut child =
            run(folder.path(), &plan).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("holdpoint");
        let first: Instant = arrival.recv_timeout(Duration::from_mins(1)).expect("the rollback asks the switch");
        child.kill().expect("it runs");
        child.wait().expect("it was started");
        while arrival.try_recv().is_ok() {}
        let began = breach.lock().expect("no holder panics").take().expect("the provider was asked");
        // The first start may compile.
        if turn > 0 {
            times.push(first.duration_since(began).as_secs_f64() * 1e3);
        }
    }
    figure("g breach to the rollback's first request, worst", times.iter().copied().fold(0.0, f64::max), "ms");
    figure("g breach to the rollback's first request, median", median(&mut times), "ms");
}

/// An answer of Prometheus' API: this number, of now.
fn said(number: &str) -> axum::response::Response {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    let body = format!(
        r#"{{"status":"success","data":{{"resultType":"vector","result":[{{"metric":{{}},"value":[{now},"{number}"]}}]}}}}"#
    );
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn plan(folder: &Path, provider: SocketAddr, signals: &str, window: &str) -> PathBuf {
    let head = format!(
        "holdpoint = \"0.1\"\nname = \"bench\"\n[endpoint.prometheus]\nurl = \"http://{provider}\"\n\
         addresses = [\"127.0.0.1\"]\n[plugin.prometheus]\nbundle = \"prometheus.wasm\"\n\
         [[plugin.prometheus.grant]]\nendpoint = \"prometheus\"\npaths = [\"/api/v1/query\"]\n\
         [[phase]]\nname = \"observe\"\nwindow = \"{window}\"\n"
    );
    let path = folder.join("plan.toml");
    fs::write(&path, head + signals).expect("the folder can be written to");
    path
}

fn signal(name: &str, interval: &str) -> String {
    format!(
        "[[phase.signal]]\nname = \"{name}\"\nplugin = \"prometheus\"\ninterval = \"{interval}\"\n\
         settings = {{ prometheus = \"endpoint:prometheus\", query = \"{name}\" }}\n\
         [[phase.signal.rule]]\nabove = 0.05\nseverity = \"critical\"\n"
    )
}

/// A way back over this switch.
fn rollback(switch: SocketAddr) -> String {
    format!(
        "[endpoint.switch]\nurl = \"http://{switch}\"\naddresses = [\"127.0.0.1\"]\n\
         [plugin.switch]\nbundle = \"http-rollback.wasm\"\n[[plugin.switch.grant]]\nendpoint = \"switch\"\n\
         methods = [\"GET\", \"POST\"]\npaths = [\"/**\"]\n\
         [plugin.http]\nbundle = \"http.wasm\"\n[[plugin.http.grant]]\nendpoint = \"switch\"\npaths = [\"/health\"]\n\
         [rollback]\nplugin = \"switch\"\n[rollback.settings]\n\
         status = {{ url = \"endpoint:switch/status?key={{{{key}}}}\", pointer = \"/state\" }}\n\
         [[rollback.settings.steps]]\nid = \"switch\"\nsummary = \"back\"\nurl = \"endpoint:switch/switch\"\n\
         [[rollback.check]]\nname = \"healthy\"\nplugin = \"http\"\nsettings.url = \"endpoint:switch/health\"\n"
    )
}

fn count(number: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "there are far fewer than 2^52 samples")]
    let number = number as f64;
    number
}
