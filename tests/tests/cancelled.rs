//! A run that is interrupted: it ends at once, says so everywhere, and is never taken for a confirmed one.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};

use holdpoint_tests::{holdpoint, said, target};
use serde_json::Value;
use tempfile::TempDir;

/// Starts a run whose check waits for a server that never answers, sends it a signal while it waits, and returns how
/// the run ended.
fn interrupted(folder: &TempDir, signal: &str) -> Output {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let plan = folder.path().join("plan.toml");
    let text = format!(
        "holdpoint = \"0.1\"\nname = \"slow\"\n[escalation]\ncommander = \"on-call\"\n[endpoint.slow]\n\
         url = \"http://{}\"\naddresses = [\"127.0.0.1\"]\n[plugin.http]\nbundle = \"http.wasm\"\n\
         [[plugin.http.grant]]\nendpoint = \"slow\"\n[[phase]]\nname = \"smoke\"\n[[phase.check]]\nname = \"home\"\n\
         plugin = \"http\"\non-fail = \"escalate\"\nsettings.url = \"endpoint:slow/\"\n",
        listener.local_addr().unwrap()
    );
    std::fs::write(&plan, text).unwrap();
    let mut command = holdpoint(folder.path());
    command.arg("run").arg(&plan).args(["--service", "shop", "-e", "test", "--release-version", "1", "--plugins"]);
    command.arg(target().join("plugins")).arg("--cache").arg(target().join("test-cache"));
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut asked, _) = listener.accept().unwrap();
    asked.read_exact(&mut [0; 1]).unwrap();
    send(signal, child.id());
    child.wait_with_output().unwrap()
}

fn send(signal: &str, process: u32) {
    let sent = Command::new("kill").args([&format!("-{signal}"), &process.to_string()]).status().unwrap();
    assert!(sent.success());
}

/// A run whose check fails, and whose rollback goes through the deploy tool that this listener plays.
fn rolling_back(folder: &TempDir, tool: &TcpListener) -> Command {
    let plan = folder.path().join("plan.toml");
    let text = format!(
        "holdpoint = \"0.1\"\nname = \"slow\"\n[escalation]\ncommander = \"on-call\"\n[endpoint.tool]\n\
         url = \"http://{}\"\naddresses = [\"127.0.0.1\"]\n[plugin.http]\nbundle = \"http.wasm\"\n\
         [[plugin.http.grant]]\nendpoint = \"tool\"\n[plugin.tool]\nbundle = \"http-rollback.wasm\"\n\
         [[plugin.tool.grant]]\nendpoint = \"tool\"\nmethods = [\"GET\", \"POST\"]\n[[phase]]\nname = \"smoke\"\n\
         [[phase.check]]\nname = \"home\"\nplugin = \"http\"\nsettings.url = \"endpoint:tool/broken\"\n\
         settings.expect.status = 204\n[rollback]\nplugin = \"tool\"\n[rollback.settings]\n\
         status = {{ url = \"endpoint:tool/status?key={{{{key}}}}\", pointer = \"/state\" }}\n\
         [[rollback.settings.steps]]\nid = \"switch\"\nsummary = \"switch\"\nmethod = \"POST\"\n\
         url = \"endpoint:tool/switch\"\n[[rollback.check]]\nname = \"old\"\nplugin = \"http\"\n\
         settings.url = \"endpoint:tool/old\"\n",
        tool.local_addr().unwrap()
    );
    std::fs::write(&plan, text).unwrap();
    let mut command = holdpoint(folder.path());
    command.arg("run").arg(&plan).args(["--service", "shop", "-e", "test", "--release-version", "1"]);
    command.args(["--previous-version", "0", "--plugins"]).arg(target().join("plugins"));
    command.arg("--cache").arg(target().join("test-cache"));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The next request's first line, and the connection to answer it on.
fn asked(tool: &TcpListener) -> (String, TcpStream) {
    let (stream, _) = tool.accept().unwrap();
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
    let first = lines.next().unwrap();
    lines.find(String::is_empty).unwrap();
    (first, stream)
}

fn answer(mut stream: &TcpStream, body: &str) {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
    write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len()).unwrap();
}

#[test]
fn a_rollback_that_has_begun_is_not_left_half_way_however_often_it_is_interrupted() {
    let folder = TempDir::new().unwrap();
    let tool = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut child = rolling_back(&folder, &tool).spawn().unwrap();
    let mut told = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let (check, stream) = asked(&tool);
    answer(&stream, "{}");
    let (step, held) = asked(&tool);

    for _ in 0..2 {
        send("INT", child.id());
        told.find(|line| line.contains("not left half-way")).expect("the interruption is answered");
    }
    answer(&held, "{}");
    let (status, stream) = asked(&tool);
    answer(&stream, "{\"state\": \"complete\"}");
    let rest: Vec<String> = told.collect();

    assert_eq!(child.wait().unwrap().code(), Some(21), "{rest:#?}");
    assert_eq!(check, "GET /broken HTTP/1.1");
    assert_eq!(step, "POST /switch HTTP/1.1");
    assert!(status.starts_with("GET /status?key="), "{status}");
    assert!(rest.iter().any(|line| line == "ROLLBACK FAILED"), "{rest:#?}");
}

#[test]
fn a_run_that_nobody_reads_any_more_goes_on_to_its_end() {
    let folder = TempDir::new().unwrap();
    let tool = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut child = rolling_back(&folder, &tool).spawn().unwrap();
    let (_, stream) = asked(&tool);
    drop((child.stdout.take(), child.stderr.take()));
    answer(&stream, "{}");

    for body in ["{}", "{\"state\": \"complete\"}", "{}"] {
        answer(&asked(&tool).1, body);
    }

    assert_eq!(child.wait().unwrap().code(), Some(20));
}

#[test]
fn a_report_that_can_not_be_written_is_told_before_anything_runs() {
    let folder = TempDir::new().unwrap();
    let tool = TcpListener::bind("127.0.0.1:0").unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();

    let output = rolling_back(&folder, &tool).arg("--report").arg(file.join("report.html")).output().unwrap();

    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("could not write the report"), "{}", said(&output));
    let runs = holdpoint(folder.path()).arg("runs").output().unwrap();
    assert!(said(&runs).contains("there are no runs"), "{}", said(&runs));
}

#[test]
fn an_interrupted_run_ends_as_cancelled_and_is_kept_as_such() {
    for signal in ["INT", "TERM"] {
        let folder = TempDir::new().unwrap();

        let output = interrupted(&folder, signal);

        assert_eq!(output.status.code(), Some(130), "{signal}: {}", said(&output));
        assert!(said(&output).contains(&format!("SIG{signal}")), "{}", said(&output));
        let shown = holdpoint(folder.path()).args(["show", "--format", "json"]).output().unwrap();
        let shown: Value = serde_json::from_slice(&shown.stdout).unwrap_or_else(|_| panic!("{}", said(&shown)));
        assert_eq!(shown["ending"], "cancelled", "{shown:#}");
        let report = holdpoint(folder.path()).args(["report", "latest", "--format", "junit"]).output().unwrap();
        assert!(said(&report).contains("type=\"cancelled\""), "{}", said(&report));
    }
}
