//! A request that the plan does not grant: the run says which lines would allow it, and with them it is allowed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Output;
use std::thread;

use holdpoint_tests::{holdpoint, replayed, said, target};
use tempfile::TempDir;

/// A server that answers every request with 200, for as long as the test runs.
fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
            lines.find(String::is_empty);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
    });
    address
}

fn run(plan: &Path) -> Output {
    let mut command = holdpoint(plan.parent().unwrap());
    command.arg("run").arg(plan).args(["--service", "shop", "-e", "test", "--release-version", "1", "--plugins"]);
    command.arg(target().join("plugins")).arg("--cache").arg(target().join("test-cache"));
    command.output().unwrap()
}

#[test]
fn the_lines_that_a_denial_prints_allow_the_request() {
    let folder = TempDir::new().unwrap();
    let plan = folder.path().join("plan.toml");
    let text = format!(
        "holdpoint = \"0.1\"\nname = \"narrow\"\n[escalation]\ncommander = \"on-call\"\n[endpoint.shop]\n\
         url = \"http://{}\"\naddresses = [\"127.0.0.1\"]\n[plugin.http]\nbundle = \"http.wasm\"\n\
         [[plugin.http.grant]]\nendpoint = \"shop\"\npaths = [\"/health\"]\n[[phase]]\nname = \"smoke\"\n\
         [[phase.check]]\nname = \"cart\"\nplugin = \"http\"\non-fail = \"escalate\"\n\
         settings = {{ url = \"endpoint:shop/api/cart\", method = \"POST\", expect = {{ status = 200 }} }}\n",
        server()
    );
    std::fs::write(&plan, &text).unwrap();

    let denied = run(&plan);

    assert_eq!(denied.status.code(), Some(30), "{}", said(&denied));
    let told = String::from_utf8(denied.stdout).unwrap();
    let lines: Vec<&str> =
        told.lines().skip_while(|line| !line.starts_with('[')).take_while(|line| !line.is_empty()).collect();
    std::fs::write(&plan, format!("{text}{}\n", lines.join("\n"))).unwrap();
    let allowed = run(&plan);
    assert_eq!(allowed.status.code(), Some(0), "{lines:#?}\n{}", said(&allowed));
    assert!(!said(&allowed).contains("denied"), "{}", said(&allowed));
    replayed(folder.path());
}
