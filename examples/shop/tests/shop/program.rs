//! The program: its ready line, its ends, its help.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::browser::Browser;

/// A running program that is killed when the test ends, whichever way.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Already gone when the test went well.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn start(arguments: &[&str]) -> (Running, Value) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_shop"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (Running(child), serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}")))
}

#[tokio::test]
async fn the_whole_shop_says_where_it_is_and_ends_when_stdin_closes() {
    let (mut running, ready) =
        start(&["all", "--port-base", "0", "--live", "green", "--fault-green", "slow", "--until-stdin-closes"]);

    let version = Browser::at(ready["public"].as_str().unwrap()).get("/version").await.json();
    assert_eq!((&version["version"], &version["revision"]), (&ready["green"]["version"], &ready["green"]["revision"]));
    drop(running.0.stdin.take());

    assert!(running.0.wait().unwrap().success());
}

#[tokio::test]
async fn separate_processes_make_the_same_shop() {
    let free = "127.0.0.1:0";
    let (_blue, blue) = start(&["serve", "--listen", free, "--version", "2.0.0", "--colour", "blue"]);
    let (_green, green) = start(&["serve", "--listen", free, "--version", "2.1.0", "--colour", "green"]);
    let (blue, green) = (blue["public"].as_str().unwrap(), green["public"].as_str().unwrap());
    let (_switch, switch) = start(&["switch", "--listen", free, "--admin", free, "--blue", blue, "--green", green]);
    let mut browser = Browser::at(switch["public"].as_str().unwrap());

    assert_eq!(browser.get("/version").await.json()["version"], "2.0.0");
    let mut admin = Browser::at(switch["admin"].as_str().unwrap());
    admin.post_json("/api/switch", r#"{"to":"green"}"#).await;

    let version = browser.get("/version").await.json();
    assert_eq!(version["version"], "2.1.0");
    assert!(version["replica"].as_str().unwrap().starts_with("green-"), "{version}");
}

#[test]
fn sigterm_ends_the_program_well() {
    let (mut running, _) = start(&["serve", "--listen", "127.0.0.1:0"]);

    let told = Command::new("kill").args(["-TERM", &running.0.id().to_string()]).status().unwrap();

    assert!(told.success());
    assert!(running.0.wait().unwrap().success());
}

#[test]
fn a_taken_port_is_an_error_that_names_it() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();

    let output = Command::new(env!("CARGO_BIN_EXE_shop")).args(["serve", "--listen", &address]).output().unwrap();

    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains(&format!("could not listen on {address}")), "{said}");
}

#[test]
fn each_command_explains_itself() {
    for command in ["serve", "switch", "all"] {
        let output = Command::new(env!("CARGO_BIN_EXE_shop")).args([command, "--help"]).output().unwrap();

        assert!(output.status.success());
        assert!(String::from_utf8(output.stdout).unwrap().contains("Usage: shop"), "{command}");
    }
}
