//! A plugin's author at work: fixtures played, blessed, watched; one call in the real world; what it costs.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use holdpoint_tests::{holdpoint, said, target};
use serde_json::Value;
use tempfile::TempDir;

/// Longer than anything takes that comes to an end.
const DEADLINE: Duration = Duration::from_mins(2);

const FIXTURE: &str = r#"{
  "fixture": 1,
  "settings": {"do": "answer", "url": "endpoint:shop/health"},
  "exchanges": [{"method": "GET", "url": "endpoint:shop/health", "answer": {"status": 503}}],
  "expect": {"outcome": "fail", "findings": [{"subject": "status", "observed": "503"}]}
}
"#;

/// A command on the conformance plugin.
fn on_plugin(folder: &Path, word: &str) -> Command {
    let plugin = target().join("plugins/test/conformance.wasm");
    assert!(plugin.exists(), "the plugins are not there: run `cargo xtask guests` first");
    let mut command = holdpoint(folder);
    command.arg(word).arg(plugin);
    command
}

fn test(folder: &Path, options: &[&str]) -> Output {
    let mut command = on_plugin(folder, "test");
    command.arg("--fixtures").arg(folder.join("fixtures")).arg("--cache").arg(target().join("test-cache"));
    command.args(options).output().unwrap()
}

fn with_fixture(text: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("fixtures")).unwrap();
    fs::write(folder.path().join("fixtures/health.json"), text).unwrap();
    folder
}

#[test]
fn a_fixture_that_came_otherwise_is_told_with_both_sides_and_in_junit() {
    let folder = with_fixture(&FIXTURE.replace("\"observed\": \"503\"", "\"observed\": \"500\""));
    let junit = folder.path().join("junit.xml");

    let output = test(folder.path(), &["--junit", junit.to_str().unwrap()]);

    let told = said(&output);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("findings[0].observed") && told.contains("expected \"500\""), "{told}");
    assert!(told.contains("0 as expected, 1 otherwise"), "{told}");
    let report = fs::read_to_string(junit).unwrap();
    assert!(report.contains("failures=\"1\"") && report.contains("findings[0].observed: expected"), "{report}");
}

#[test]
fn every_mistake_in_fixtures_is_told_with_its_place_and_nothing_is_played() {
    let folder = with_fixture(&FIXTURE.replace("\"status\": 503", "\"staus\": 503").replace("\"fail\"", "\"failed\""));

    let output = test(folder.path(), &[]);

    let told = said(&output);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("health.json:4:77: error: unknown key \"staus\" in \"answer\""), "{told}");
    assert!(told.contains("health.json:5:25: error: a call never ends as \"failed\""), "{told}");
    assert!(told.contains("3 mistakes in fixtures, so nothing was played"), "{told}");
}

#[test]
fn blessing_writes_what_came_and_leaves_the_rest_of_the_file() {
    let bare = FIXTURE.split(",\n  \"expect\"").next().unwrap();
    let folder = with_fixture(&format!("{bare}\n}}\n"));
    let file = folder.path().join("fixtures/health.json");

    let nothing_expected = test(folder.path(), &[]);
    let blessed = test(folder.path(), &["--bless"]);
    let again = test(folder.path(), &[]);

    assert_eq!(nothing_expected.status.code(), Some(2), "{}", said(&nothing_expected));
    assert_eq!(blessed.status.code(), Some(0), "{}", said(&blessed));
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    let written = fs::read_to_string(file).unwrap();
    assert!(written.starts_with(bare), "{written}");
    let expect: Value = serde_json::from_str::<Value>(&written).unwrap()["expect"].clone();
    assert_eq!(expect["outcome"], "fail");
    assert_eq!(expect["findings"][0]["message"], "is 503 instead of 200");
}

#[test]
fn a_rollback_plugin_is_asked_what_the_fixture_says() {
    let ready = r#"{"fixture": 1, "settings": {}, "expect": {"reply": {"answer": "readiness", "readiness": {"readiness": "ready"}}}}"#;
    let plan = ready.replace("\"expect\"", "\"deed\": {\"deed\": \"plan\"}, \"expect\"");
    for (fixture, code) in [(ready, 0), (plan.as_str(), 2)] {
        let folder = with_fixture(fixture);
        let mut command = holdpoint(folder.path());
        command.arg("test").arg(target().join("plugins/test/noop-rollback.wasm")).arg("--fixtures");
        command.arg(folder.path().join("fixtures")).arg("--cache").arg(target().join("test-cache"));

        let output = command.output().unwrap();

        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        assert_eq!(said(&output).contains("expected \"readiness\""), code == 2, "{}", said(&output));
    }
}

#[test]
fn whoever_watches_sees_what_comes_of_a_change() {
    let folder = with_fixture(FIXTURE);
    let mut command = on_plugin(folder.path(), "test");
    command.arg("--fixtures").arg(folder.path().join("fixtures")).arg("--cache").arg(target().join("test-cache"));
    let mut watching = command.arg("--watch").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let (sender, lines) = mpsc::channel();
    let output = BufReader::new(watching.stdout.take().unwrap());
    thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    let until = |text: &str| -> bool {
        std::iter::from_fn(|| lines.recv_timeout(DEADLINE).ok()).any(|line| line.contains(text))
    };

    let before = until("1 as expected, 0 otherwise");
    fs::write(folder.path().join("fixtures/health.json"), FIXTURE.replace("\"503\"", "\"500\"")).unwrap();
    let after = until("0 as expected, 1 otherwise");

    watching.kill().unwrap();
    watching.wait().unwrap();
    assert!(before && after, "{before} {after}");
}

/// A server that answers every request with 200, for as long as the test runs.
fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
            lines.find(String::is_empty);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nwell");
        }
    });
    address
}

fn tried(folder: &Path, address: &str, options: &[&str]) -> Output {
    let mut command = on_plugin(folder, "try");
    command.args(["--set", "do=answer", "--set", "url=endpoint:shop/api/health?x=1"]);
    command.args(["--endpoint", &format!("shop=http://{address}/api")]);
    command.arg("--cache").arg(target().join("test-cache")).args(options);
    command.output().unwrap()
}

#[test]
fn the_flag_that_a_denied_call_prints_allows_it() {
    let (folder, address) = (TempDir::new().unwrap(), server());

    let denied = tried(folder.path(), &address, &[]);

    let told = String::from_utf8(denied.stdout.clone()).unwrap();
    assert_eq!(denied.status.code(), Some(3), "{}", said(&denied));
    assert!(told.starts_with("error"), "{told}");
    let flag = told.lines().map(str::trim).find_map(|line| line.strip_prefix("--grant '")).expect("a flag to paste");
    let allowed = tried(folder.path(), &address, &["--grant", flag.trim_end_matches('\'')]);
    let told = said(&allowed);
    assert_eq!(allowed.status.code(), Some(0), "{flag}: {told}");
    assert!(told.contains("pass  it answers"), "{told}");
    assert!(told.contains(&format!("GET http://{address}/api/api/health?x=1")), "{told}");
    assert!(told.contains("200, 4 bytes") && told.contains("1 requests left, 0 denied"), "{told}");
}

#[test]
fn the_lines_of_a_plan_that_a_denied_call_prints_allow_it_too() {
    let (folder, address) = (TempDir::new().unwrap(), server());

    let denied = tried(folder.path(), &address, &["--format", "json"]);

    let told: Value = serde_json::from_slice(&denied.stdout).unwrap();
    let lines = told["denied"][0]["lines"].as_str().expect("lines to paste");
    let file = folder.path().join("grants.toml");
    fs::write(&file, lines).unwrap();
    let allowed = tried(folder.path(), &address, &["--with", file.to_str().unwrap()]);
    assert_eq!(allowed.status.code(), Some(0), "{lines}\n{}", said(&allowed));
}

#[test]
fn a_recorded_call_is_played_again_without_the_world() {
    let (folder, address) = (TempDir::new().unwrap(), server());
    let file = folder.path().join("fixtures/recorded.json");
    let grant = "http GET endpoint:shop/**";

    let recorded = tried(folder.path(), &address, &["--grant", grant, "--record", file.to_str().unwrap()]);
    let played = test(folder.path(), &[]);

    assert_eq!(recorded.status.code(), Some(0), "{}", said(&recorded));
    assert_eq!(played.status.code(), Some(0), "{}", said(&played));
    assert!(said(&played).contains("1 as expected, 0 otherwise"), "{}", said(&played));
}

#[test]
fn a_secret_of_a_call_is_sent_and_never_shown() {
    let (folder, address) = (TempDir::new().unwrap(), server());
    let options = ["--grant", "http GET endpoint:shop/**", "--secret", "token=SHOP_TOKEN@shop:Authorization=Bearer {}"];
    let mut command = on_plugin(folder.path(), "try");
    command.args([
        "--set",
        "do=need",
        "--set",
        "url=endpoint:shop/health",
        "--endpoint",
        &format!("shop=http://{address}"),
    ]);
    command.arg("--cache").arg(target().join("test-cache")).args(options).env("SHOP_TOKEN", "c4n4ry-of-a-try");

    let output = command.args(["--format", "json"]).output().unwrap();

    let told = said(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("{{secret:token}}") && !told.contains("c4n4ry"), "{told}");
}

#[test]
fn a_call_whose_flags_are_wrong_is_not_made() {
    let folder = TempDir::new().unwrap();
    for (options, wanted) in [
        (["--grant", "http GET shop/"], "--grant \"http GET shop/\" can't be understood"),
        (["--endpoint", "shop"], "--endpoint \"shop\" does not say NAME=URL"),
        (["--grant", "http GET endpoint:shop/"], "\"shop\""),
        (["--set", "do"], "--set \"do\" does not say KEY=VALUE"),
    ] {
        let output = on_plugin(folder.path(), "try").args(options).output().unwrap();

        assert_eq!(output.status.code(), Some(2), "{options:?}: {}", said(&output));
        assert!(said(&output).contains(wanted), "{options:?}: {}", said(&output));
    }
}

#[test]
fn a_bench_measures_calls_beside_a_process() {
    let folder = with_fixture(FIXTURE);
    let fixture = folder.path().join("fixtures/health.json");
    let mut command = on_plugin(folder.path(), "bench");
    command.arg("--fixture").arg(fixture).args(["--for", "300ms", "--beside", "true", "--format", "json"]);

    let output = command.output().unwrap();

    let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    let number = |pointer: &str| told.pointer(pointer).and_then(Value::as_f64).unwrap_or_default();
    for pointer in [
        "/load/cold-micros",
        "/load/warm-micros",
        "/call/count",
        "/call/median-micros",
        "/side-by-side/per-second",
        "/peak-memory",
        "/beside/median-micros",
        "/beside/times-a-call",
    ] {
        assert!(number(pointer) > 0.0, "{pointer}: {told:#}");
    }
    assert!(number("/call/median-micros") <= number("/call/p99-micros"), "{told:#}");
    assert!(number("/load/warm-micros") < number("/load/cold-micros"), "{told:#}");
}

#[test]
fn in_no_time_nothing_is_measured() {
    let folder = TempDir::new().unwrap();

    let output = holdpoint(folder.path()).args(["bench", "http.wasm", "--for", "0s"]).output().unwrap();

    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("in no time nothing can be measured"), "{}", said(&output));
}
