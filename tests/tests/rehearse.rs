//! Rehearsals end to end: the built program, the real plugins, and the scenarios that it ships with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use holdpoint_core::id::{RunId, Sequence};
use holdpoint_core::run::entry::{Entry, What};
use holdpoint_core::run::event::Event;
use holdpoint_core::time::{Elapsed, Moment};
use holdpoint_journal::{Journal as _, Store};
use holdpoint_tests::{holdpoint, root, said, target};
use serde_json::Value;
use tempfile::TempDir;

/// Rehearses a plan; the arguments name the scenario.
fn rehearse(folder: &Path, plan: &Path, arguments: &[&str]) -> Output {
    let mut command = holdpoint(folder);
    command.arg("rehearse").arg(plan).args(["-e", "demo", "--release-version", "1.5.0", "--previous-version", "1.4.0"]);
    command.arg("--plugins").arg(target().join("plugins")).arg("--cache").arg(target().join("test-cache"));
    command.args(arguments).output().unwrap()
}

fn watched() -> PathBuf {
    root().join("examples/plans/watched.toml")
}

fn scenario(name: &str) -> String {
    root().join(format!("examples/scenarios/{name}.toml")).display().to_string()
}

/// The outcome as JSON.
fn outcome(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(output)))
}

/// A scenario like one that ships, with something more at its end and something else in the place of something.
fn changed(folder: &Path, name: &str, more: &str, (from, to): (&str, &str)) -> String {
    let text = fs::read_to_string(scenario(name)).unwrap();
    assert!(text.contains(from), "{name} holds no {from:?}");
    let path = folder.join("scenario.toml");
    let text = text.replace(from, to);
    let (before, expect) = text.split_once("[expect]").unwrap();
    fs::write(&path, format!("{before}{more}\n[expect]{expect}")).unwrap();
    path.display().to_string()
}

/// Each scenario, and a change to the plan under which it does not come as expected.
const SHIPPED: [(&str, &str, &str); 10] = [
    ("healthy", "above = 0.02\nfor = \"5m\"", "above = -1"),
    ("error-spike", "above = 0.05", "above = 0.5"),
    ("while-asked", "above = 0.05", "above = 0.5"),
    ("slow-leak", "above = 0.9\n", "above = 0.999\n"),
    ("latency-creep", "trend = \"rise\"\ntolerance = 0.2\non-fire = \"escalate\"", "trend = \"drop\""),
    ("traffic-drop", "below = 1\n", "below = 0\n"),
    ("dependency-down", "below = 0.9\n", "below = -1\n"),
    ("metrics-down", "plugin = \"prometheus\"\n", "plugin = \"prometheus\"\non-inconclusive = \"note\"\n"),
    ("flapping", "for = \"5m\"\n", ""),
    ("low-traffic", "min-traffic = { measurement = \"traffic\", least = 100 }\n", ""),
];

#[test]
fn every_scenario_that_ships_comes_as_it_expects_twice_with_the_same_journal() {
    let folder = TempDir::new().unwrap();
    for (name, ..) in SHIPPED {
        let path = scenario(name);
        let play = || rehearse(folder.path(), &watched(), &["--scenario", &path, "--format", "json"]);

        let (one, other) = (play(), play());

        assert_eq!(one.status.code(), Some(0), "{name}: {}", said(&one));
        let (one, other) = (outcome(&one), outcome(&other));
        assert!(one["head"].as_str().is_some_and(|head| head.starts_with("sha256:")), "{name}: {one:#}");
        assert_eq!(one, other, "{name}");
        assert_eq!(one["unanswered"].as_array().map(Vec::len), Some(0), "{name}: {one:#}");
    }
    assert!(!folder.path().join("store").exists(), "a rehearsal left something in the store of runs");
}

#[test]
fn a_fault_of_the_canary_alone_is_told_from_one_that_both_versions_have() {
    let folder = TempDir::new().unwrap();
    let plan = root().join("examples/plans/cohorts.toml");
    let against_a_number = folder.path().join("plan.toml");
    let text = fs::read_to_string(&plan).unwrap().replace("rise = 100\nbaseline = \"errors-stable\"", "above = 0.03");
    fs::write(&against_a_number, text).unwrap();
    let path = scenario("cohorts/canary-only-fault");
    let arguments = ["--scenario", &path, "--format", "json"];

    let (cohorts, number) =
        (rehearse(folder.path(), &plan, &arguments), rehearse(folder.path(), &against_a_number, &arguments));

    assert_eq!(cohorts.status.code(), Some(0), "{}", said(&cohorts));
    assert_eq!(number.status.code(), Some(2), "{}", said(&number));
    assert!(said(&number).contains("should not have been before 22m"), "{}", said(&number));
}

#[test]
fn every_scenario_that_ships_can_fail() {
    let folder = TempDir::new().unwrap();
    let plan = folder.path().join("plan.toml");
    for (name, from, to) in SHIPPED {
        let text = fs::read_to_string(watched()).unwrap();
        assert!(text.contains(from), "{name}: the plan holds no {from:?}");
        fs::write(&plan, text.replace(from, to)).unwrap();

        let output = rehearse(folder.path(), &plan, &["--scenario", &scenario(name), "--format", "json"]);

        assert_eq!(output.status.code(), Some(2), "{name}: {}", said(&output));
        assert_ne!(outcome(&output)["unmet"], Value::Array(Vec::new()), "{name}");
    }
}

#[test]
fn a_rule_with_a_history_is_rehearsed_against_the_past_that_the_scenario_tells() {
    let folder = TempDir::new().unwrap();
    let plan = folder.path().join("plan.toml");
    let text = fs::read_to_string(watched()).unwrap();
    let (from, to) =
        ("differs = \"rise\"\nbaseline = \"latency-before\"\ntolerance = 0.1\n", "rise = 20\nhistory = 5\n");
    assert!(text.contains(from));
    fs::write(&plan, text.replace(from, to)).unwrap();
    let series = "signal = \"latency\"\n";
    let with_past = |past: &str| {
        let scenario = changed(folder.path(), "healthy", "", (series, &format!("{series}{past}")));
        rehearse(folder.path(), &plan, &["--scenario", &scenario])
    };

    let (without, alike, faster) =
        (with_past(""), with_past("past = \"118 + noise(4)\"\n"), with_past("past = \"80 + noise(4)\"\n"));

    assert!(said(&without).contains("began without a past"), "{}", said(&without));
    assert_eq!(alike.status.code(), Some(0), "{}", said(&alike));
    assert_eq!(faster.status.code(), Some(2), "{}", said(&faster));
    assert!(said(&faster).contains("before-1, before-2"), "{}", said(&faster));
}

/// The rows of the only run in a store.
fn rows(store: &Path) -> Vec<(i64, String, String)> {
    let database = rusqlite::Connection::open(store.join("journal.db")).unwrap();
    let mut query = database.prepare("SELECT moment, body, link FROM entry ORDER BY sequence").unwrap();
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn a_rehearsal_that_is_kept_is_the_same_byte_for_byte_and_is_never_taken_for_a_run() {
    let folder = TempDir::new().unwrap();
    let stores = ["one", "other"].map(|name| folder.path().join(name));
    let report = folder.path().join("report.md");
    for store in &stores {
        let kept = ["--keep", store.to_str().unwrap(), "--report", report.to_str().unwrap()];
        let path = scenario("error-spike");
        let output = rehearse(folder.path(), &watched(), &[&["--scenario", &path], &kept[..]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert!(said(&output).contains("REHEARSAL"), "{}", said(&output));
    }

    let [one, other] = stores.each_ref().map(|store| rows(store));

    assert!(one.len() > 300 && one == other, "{} and {} rows", one.len(), other.len());
    assert!(fs::read_to_string(&report).unwrap().contains("REHEARSAL, in which nothing was real"));
    let ask = |what: &[&str]| {
        let mut command = std::process::Command::new(holdpoint_tests::program());
        said(&command.arg("--store").arg(&stores[0]).args(what).output().unwrap())
    };
    assert!(ask(&["runs"]).contains("rehearsal-"), "{}", ask(&["runs"]));
    assert!(ask(&["verify"]).contains("whole"), "{}", ask(&["verify"]));
    assert!(ask(&["report", "latest", "--format", "html"]).contains("<strong>REHEARSAL</strong>"));
}

#[test]
fn a_rehearsal_is_not_kept_among_runs() {
    let folder = TempDir::new().unwrap();
    let store = folder.path().join("runs");
    let (run, at) = (RunId::parse("0197c0de-1").unwrap(), Elapsed(0));
    let entry = Entry { sequence: Sequence(1), at, moment: Moment(0), what: What::Event { event: Event::Woke } };
    Store::open(&store).unwrap().journal_mut().append(&run, Sequence(1), &[entry]).unwrap();

    let path = scenario("error-spike");
    let output = rehearse(folder.path(), &watched(), &["--scenario", &path, "--keep", store.to_str().unwrap()]);

    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("holds runs, and rehearsals are kept apart from them"), "{}", said(&output));
    assert_eq!(rows(&store).len(), 1);
}

#[test]
fn another_seed_is_another_rehearsal_and_many_are_counted() {
    let folder = TempDir::new().unwrap();
    let path = scenario("error-spike");
    let head = |seed| {
        let arguments = ["--scenario", &path, "--format", "json", "--seed", seed];
        outcome(&rehearse(folder.path(), &watched(), &arguments))["head"].clone()
    };

    let counted = rehearse(folder.path(), &watched(), &["--scenario", &path, "--seeds", "5"]);

    assert_ne!(head("1"), head("2"));
    assert!(said(&counted).contains("5 of 5 rolled back"), "{}", said(&counted));
}

#[test]
fn an_answer_of_a_person_is_heard_when_the_scenario_says() {
    let folder = TempDir::new().unwrap();
    let person = "[[person]]\nafter = \"2m\"\nanswer = \"roll-back\"\nreason = \"too slow\"\nwho = \"Ada\"\n";
    let path = changed(folder.path(), "latency-creep", person, ("ending = \"escalated\"", "ending = \"rolled-back\""));
    let path = {
        let text = fs::read_to_string(&path).unwrap().replace("decision = \"escalate\"", "decision = \"roll-back\"");
        fs::write(&path, text).unwrap();
        path
    };

    let output = rehearse(folder.path(), &watched(), &["--scenario", &path]);

    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("Ada answered: roll back, because too slow"), "{}", said(&output));
}

#[test]
fn a_host_that_dies_in_the_middle_of_a_rollback_looks_before_it_goes_on() {
    let folder = TempDir::new().unwrap();
    // The switch is asked 10 min 60 ms after the start, and answers 20 ms later.
    let crash = "[[crash]]\nat = \"10m70ms\"\n";
    let path = changed(folder.path(), "error-spike", crash, ("", ""));

    let output = rehearse(folder.path(), &watched(), &["--scenario", &path]);

    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let told = said(&output);
    assert!(told.contains("the host stopped before the call ended"), "{told}");
    assert_eq!(told.matches("→ switch").count(), 1, "the step was repeated: {told}");
    assert!(told.contains("status complete"), "{told}");
}

#[test]
fn what_no_script_answers_is_refused_and_told() {
    let folder = TempDir::new().unwrap();
    let path = changed(folder.path(), "healthy", "", ("path = \"/health\"", "path = \"/other\""));

    let output = rehearse(folder.path(), &watched(), &["--scenario", &path]);

    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(
        said(&output).contains("not in the scenario: health asks GET /health of endpoint shop"),
        "{}",
        said(&output)
    );
    assert!(said(&output).contains("not as expected: it ended"), "{}", said(&output));
}

#[test]
fn a_scenario_for_a_signal_that_the_plan_does_not_have_is_told_with_its_place() {
    let folder = TempDir::new().unwrap();
    let path = changed(folder.path(), "healthy", "", ("signal = \"errors\"", "signal = \"erors\""));

    let output = rehearse(folder.path(), &watched(), &["--scenario", &path]);

    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let told = said(&output);
    assert!(told.contains("the plan has no check or signal \"erors\"; did you mean \"errors\"?"), "{told}");
    assert!(told.contains("scenario.toml:14:10: error:"), "{told}");
}

#[test]
fn a_folder_of_scenarios_is_a_table_that_says_which_did_not_come_as_expected() {
    let folder = TempDir::new().unwrap();
    let scenarios = folder.path().join("scenarios");
    fs::create_dir(&scenarios).unwrap();
    let good = fs::read_to_string(scenario("healthy")).unwrap();
    fs::write(scenarios.join("a.toml"), &good).unwrap();
    let bad = good.replace("name = \"healthy\"", "name = \"wrong\"").replace("\"confirmed\"", "\"rolled-back\"");
    fs::write(scenarios.join("b.toml"), bad).unwrap();

    let output = rehearse(folder.path(), &watched(), &["--scenario", scenarios.to_str().unwrap()]);

    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let told = said(&output);
    let line = |name: &str| told.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    assert!(line("healthy").contains("confirmed") && !line("healthy").contains("NOT"), "{told}");
    assert!(line("wrong").contains("NOT as expected"), "{told}");
}

/// What makes a staged rollout of the cohorts' plan.
const STAGES: &str = r#"
[plugin.weights]
bundle = "http-rollout.wasm"
[[plugin.weights.grant]]
endpoint = "switch"
methods = ["GET", "POST"]
paths = ["/api/**"]
[rollout]
plugin = "weights"
timeout = "1m"
on-fail = "roll-back"
[rollout.settings]
shift = { url = "endpoint:switch/api/weights", body = { to = "green", percent = "{{percent}}" } }
status = { url = "endpoint:switch/api/operations?key={{key}}", pointer = "/state" }
[[stage]]
traffic = 5
phases = ["observe"]
[[stage]]
traffic = 50
phases = ["observe"]
"#;

/// A switch of which a fault depends: the canary fails once it has half of the traffic.
const SHIFTS: &str = r#"
[[answer]]
endpoint = "switch"
method = "POST"
path = "/api/weights"
contains = "\"percent\":50"
sets = "half"
[[answer]]
endpoint = "switch"
method = "POST"
path = "/api/weights"
"#;

#[test]
fn a_staged_rollout_is_rehearsed_with_its_shifts_and_comes_back_from_the_stage_that_fails() {
    let folder = TempDir::new().unwrap();
    let plan = folder.path().join("plan.toml");
    let text = fs::read_to_string(root().join("examples/plans/cohorts.toml")).unwrap();
    let (head, phases) = text.split_once("[[phase]]\nname = \"observe\"\nwindow = \"30m\"").unwrap();
    fs::write(&plan, format!("{head}{STAGES}\n[[phase]]\nname = \"observe\"\nwindow = \"10m\"{phases}")).unwrap();
    let text = fs::read_to_string(scenario("cohorts/canary-only-fault")).unwrap();
    let text = text.replace(" + step(5m, 15m, 0.04)", "").replace("after(20m, 0.05)", "half * 0.05");
    let text = text.replace("after = \"22m\"\nbefore = \"23m\"", "after = \"12m\"\nbefore = \"13m\"");
    let text = text.replace("when = \"rolled-back\"\n", "");
    let (before, expect) = text.split_once("[expect]").unwrap();
    let path = folder.path().join("scenario.toml");
    fs::write(&path, format!("{before}{SHIFTS}\n[expect]{expect}")).unwrap();

    let output = rehearse(folder.path(), &plan, &["--scenario", path.to_str().unwrap()]);

    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let told = said(&output);
    assert!(told.contains("gate observe-at-5: go") && told.contains("gate observe-at-50: no-go"), "{told}");
    assert!(told.contains("ROLLED BACK"), "{told}");
}
