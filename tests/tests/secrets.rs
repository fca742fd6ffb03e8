//! Secrets of a whole run: where their values come from, and when a run does not start for them.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use holdpoint_tests::{holdpoint, said, target};
use tempfile::TempDir;

const VALUE: &str = "canary-7f/3b&9d";

/// A server that hands on what it got as authorization.
fn server() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (got, heard) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
            let lines: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            let authorization = lines.iter().find_map(|line| line.strip_prefix("authorization: "));
            let _ = got.send(authorization.unwrap_or_default().to_owned());
            let answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (address, heard)
}

/// Writes a plan whose one check sends one request.
fn plan(folder: &Path, address: &str, source: &str) -> std::path::PathBuf {
    plan_for(folder, address, source, "")
}

fn plan_for(folder: &Path, address: &str, source: &str, path: &str) -> std::path::PathBuf {
    let plan = folder.join("plan.toml");
    let text = format!(
        "holdpoint = \"0.1\"\nname = \"secret\"\n[escalation]\ncommander = \"on-call\"\n[endpoint.shop]\n\
         url = \"http://{address}\"\naddresses = [\"127.0.0.1\"]\nallow-plain-http = [\"token\"]\n[secret.token]\n\
         {source}\nendpoint = \"shop\"\nheader = \"Authorization\"\ntext = \"Bearer {{}}\"\n[plugin.http]\n\
         bundle = \"http.wasm\"\ngrant = [{{ endpoint = \"shop\" }}]\n[[phase]]\nname = \"smoke\"\n[[phase.check]]\n\
         name = \"echo\"\nplugin = \"http\"\non-fail = \"escalate\"\n\
         settings = {{ url = \"endpoint:shop/{path}\" }}\n"
    );
    fs::write(&plan, text).unwrap();
    plan
}

fn run(plan: &Path, more: &[&str], value: Option<&str>) -> Output {
    let folder = plan.parent().unwrap();
    let mut command = holdpoint(folder);
    command.arg("run").arg(plan).args(["--service", "shop", "-e", "test", "--release-version", "1", "--plugins"]);
    command.arg(target().join("plugins")).arg("--cache").arg(target().join("test-cache")).args(more);
    match value {
        Some(value) => command.env("CANARY", value),
        None => command.env_remove("CANARY"),
    };
    command.output().unwrap()
}

#[test]
fn a_run_does_not_start_without_its_secret() {
    let folder = TempDir::new().unwrap();
    let (address, heard) = server();
    let plan = plan(folder.path(), &address, "variable = \"CANARY\"");

    for value in [None, Some(""), Some("tiny5")] {
        let output = run(&plan, &[], value);

        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains("CANARY") || said(&output).contains("secret token"), "{}", said(&output));
    }
    assert!(heard.try_recv().is_err());
}

#[test]
fn a_file_that_everyone_may_read_holds_no_secret() {
    let folder = TempDir::new().unwrap();
    let (address, heard) = server();
    let plan = plan(folder.path(), &address, "file = \"token\"");
    let token = folder.path().join("token");
    fs::write(&token, format!("{VALUE}\n")).unwrap();

    fs::set_permissions(&token, fs::Permissions::from_mode(0o644)).unwrap();
    let open = run(&plan, &[], None);
    assert_eq!(open.status.code(), Some(2), "{}", said(&open));
    assert!(heard.try_recv().is_err());

    fs::set_permissions(&token, fs::Permissions::from_mode(0o600)).unwrap();
    let closed = run(&plan, &[], None);
    assert_eq!(closed.status.code(), Some(0), "{}", said(&closed));
    assert_eq!(heard.recv().unwrap(), format!("Bearer {VALUE}"));
}

#[test]
fn what_a_command_prints_is_a_secret() {
    let folder = TempDir::new().unwrap();
    let (address, heard) = server();
    fs::write(folder.path().join("kept"), format!("{VALUE}\n")).unwrap();

    let good = run(&plan(folder.path(), &address, "command = [\"cat\", \"kept\"]"), &[], None);
    assert_eq!(good.status.code(), Some(0), "{}", said(&good));
    assert_eq!(heard.recv().unwrap(), format!("Bearer {VALUE}"));

    for (command, why) in [
        ("[\"false\"]", "ended with exit status: 1"),
        ("[\"true\"]", "is empty"),
        ("[\"no-such-program\"]", "could not start"),
        ("[\"head\", \"-c\", \"99999\", \"/dev/zero\"]", "more than 65536 bytes"),
    ] {
        let bad = run(&plan(folder.path(), &address, &format!("command = {command}")), &[], None);
        assert_eq!(bad.status.code(), Some(2), "{}", said(&bad));
        assert!(said(&bad).contains(why), "{why}: {}", said(&bad));
    }
    assert!(heard.try_recv().is_err());
}

#[test]
fn a_run_does_not_start_when_its_plan_holds_the_value() {
    let folder = TempDir::new().unwrap();
    let (address, heard) = server();
    let plan = plan_for(folder.path(), &address, "variable = \"CANARY\"", "?token=canary-7f%2F3b%269d");

    let output = run(&plan, &[], Some(VALUE));

    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("stands in the plan itself"), "{}", said(&output));
    assert!(heard.try_recv().is_err());
}
