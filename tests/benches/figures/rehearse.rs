//! What rehearsing costs: a window of two hours with ten signals every 10 s, in a process of its own, on one core.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use holdpoint_tests::{program, said, target};
use tempfile::TempDir;

use crate::{figure, median};

const SIGNALS: usize = 10;
const WINDOW_S: f64 = 7_200.0;
const ROUNDS: usize = 5;

pub(crate) fn measure(_: &tokio::runtime::Runtime) {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("plan.toml"), plan()).expect("the folder can be written to");
    fs::write(folder.path().join("scenario.toml"), scenario()).expect("the folder can be written to");
    // The first fills the cache of compiled plugins.
    let (_, first) = rehearsed(folder.path());
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let (time, journal) = rehearsed(folder.path());
        assert_eq!(journal, first, "the same rehearsal has another journal");
        times.push(time);
    }
    let time = median(&mut times);
    figure("h a window of 2 h, 10 signals every 10 s: rehearsed on one core", time, "s");
    figure("h the window / its rehearsal", WINDOW_S / time, "x");
}

/// Rehearses, and returns how long that took in seconds and the journal's head.
fn rehearsed(folder: &Path) -> (f64, String) {
    let mut command = Command::new("taskset");
    command.args(["-c", "0"]).arg(program()).arg("rehearse").arg(folder.join("plan.toml"));
    command.arg("--scenario").arg(folder.join("scenario.toml"));
    command.args(["--service", "shop", "-e", "bench", "--release-version", "1", "--format", "json", "--plugins"]);
    command.arg(target().join("plugins")).arg("--cache").arg(target().join("bench-cache"));
    let began = Instant::now();
    let output = command.output().expect("the program starts");
    let time = began.elapsed().as_secs_f64();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one object");
    assert!(told["entries"].as_u64().is_some_and(|entries| entries > 14_400), "{told:#}");
    (time, told["head"].to_string())
}

fn plan() -> String {
    let mut plan = String::from(
        "holdpoint = \"0.1\"\nname = \"bench\"\n[endpoint.prometheus]\nurl = \"http://127.0.0.1:9\"\n\
         addresses = [\"127.0.0.1\"]\n[plugin.prometheus]\nbundle = \"prometheus.wasm\"\n\
         [[plugin.prometheus.grant]]\nendpoint = \"prometheus\"\npaths = [\"/api/v1/query\"]\n\
         [[phase]]\nname = \"before\"\nwindow = \"5m\"\n",
    );
    signal(&mut plan, "usual", "");
    plan.push_str("[[phase]]\nname = \"observe\"\nwindow = \"2h\"\n");
    for number in 0..SIGNALS {
        let rules = "[[phase.signal.rule]]\nabove = 200\nfor = \"5m\"\non-fire = \"escalate\"\n\
                     [[phase.signal.rule]]\ndiffers = \"rise\"\nbaseline = \"usual\"\non-fire = \"escalate\"\n\
                     tolerance = 0.05\n";
        signal(&mut plan, &format!("signal-{number}"), rules);
    }
    plan
}

fn signal(plan: &mut String, name: &str, rules: &str) {
    // Writing to a text can't fail.
    let _ = write!(
        plan,
        "[[phase.signal]]\nname = \"{name}\"\nplugin = \"prometheus\"\n\
         settings = {{ prometheus = \"endpoint:prometheus\", query = \"{name}\" }}\n{rules}"
    );
}

fn scenario() -> String {
    let mut scenario = String::from("holdpoint = \"0.1\"\nname = \"two hours\"\n");
    let names = (0..SIGNALS).map(|number| format!("signal-{number}")).chain(["usual".to_owned()]);
    for name in names {
        // As above.
        let _ = write!(scenario, "[[series]]\nsignal = \"{name}\"\nvalue = \"100 + noise(5)\"\n");
    }
    scenario.push_str("[expect]\nending = \"confirmed\"\n");
    scenario
}
