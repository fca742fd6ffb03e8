//! A run that is interrupted: it ends at once, says so everywhere, and is never taken for a confirmed one.

use std::io::Read as _;
use std::net::TcpListener;
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
    let sent = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    child.wait_with_output().unwrap()
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
