//! `holdpoint replay`: a past run's calls, made again from their records alone, end as they did.

#![expect(clippy::print_stdout, reason = "figures, and what was skipped")]

use std::path::Path;
use std::process::{Command, Output};

use holdpoint_shop::{Shop, ShopConfig};
use holdpoint_tests::wat::Core;
use holdpoint_tests::{edit_evidence, holdpoint, said, shop_run, target};
use serde_json::Value;
use tempfile::TempDir;
use wiremock::matchers::{body_string, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A run of the shop's plan, and the exit code that it must have.
async fn ran(faults: &[&str], code: i32) -> TempDir {
    let (folder, mut config) = (TempDir::new().unwrap(), ShopConfig::on_free_ports());
    config.live = "green".parse().unwrap();
    config.green_faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    let shop = Shop::start(config).await.unwrap();
    let mut command = shop_run(folder.path(), &shop.ready().public, &shop.ready().admin);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    assert_eq!(output.status.code(), Some(code), "{}", said(&output));
    folder
}

fn replay(folder: &Path, flags: &[&str]) -> Command {
    let mut command = holdpoint(folder);
    command.arg("replay").args(flags).arg("--cache").arg(target().join("test-cache"));
    command
}

/// The same command in a namespace that has no network at all; as it is where namespaces are not permitted, and says so.
fn offline(command: &Command) -> Command {
    if !Command::new("unshare").args(["--net", "true"]).status().is_ok_and(|status| status.success()) {
        println!("SKIPPED: no network namespaces are permitted here, so the replay runs with the network there");
        let mut same = Command::new(command.get_program());
        same.args(command.get_args());
        return same;
    }
    let mut alone = Command::new("unshare");
    alone.arg("--net").arg(command.get_program()).args(command.get_args());
    alone
}

fn calls(output: &Output) -> Vec<Value> {
    let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(output)));
    told["calls"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_of_a_good_and_of_a_bad_release_ends_as_it_did_with_the_network_off() {
    for (faults, code, least) in [(&[][..], 0, 4), (&["checkout-broken"], 20, 9)] {
        // The shop is gone when the run is replayed.
        let folder = ran(faults, code).await;

        let output = offline(&replay(folder.path(), &["--format", "json"])).output().unwrap();

        let calls = calls(&output);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert!(calls.len() >= least && calls.iter().all(|call| call["came"] == "same"), "{calls:#?}");
        let mut micros: Vec<u64> = calls.iter().filter_map(|call| call["micros"].as_u64()).collect();
        micros.sort_unstable();
        println!("{} calls replayed, {} µs each (median)", calls.len(), micros[micros.len() / 2]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_is_lost_is_not_replayed_and_one_that_was_changed_is_refused() {
    let folder = ran(&[], 0).await;
    assert_eq!(edit_evidence(folder.path(), "UPDATE blob SET body = CAST('{}' AS BLOB)"), 1);

    let output = replay(folder.path(), &["--format", "json"]).output().unwrap();

    let not: Vec<Value> = calls(&output).into_iter().filter(|call| call["came"] == "not-replayed").collect();
    assert_eq!(not.len(), 1, "{}", said(&output));
    assert!(not[0]["why"].as_str().unwrap().contains("lost"), "{not:#?}");
}

#[test]
fn a_new_version_of_a_plugin_shows_which_verdicts_would_change() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("judge.wasm"), Core::default().bundle("judge")).unwrap();
    let stricter = "(i32.store8 (i32.const 68) (i32.const 2)) i32.const 64";
    let new = folder.path().join("new.wasm");
    std::fs::write(&new, Core { run: stricter, ..Core::default() }.bundle("judge")).unwrap();
    let plan = folder.path().join("plan.toml");
    let text = "holdpoint = \"0.1\"\nname = \"judged\"\n[escalation]\ncommander = \"on-call\"\n[plugin.judge]\n\
                bundle = \"judge.wasm\"\n[[phase]]\nname = \"smoke\"\n[[phase.check]]\nname = \"fine\"\n\
                plugin = \"judge\"\non-fail = \"escalate\"\n";
    std::fs::write(&plan, text).unwrap();
    let mut run = holdpoint(folder.path());
    run.arg("run").arg(&plan).args(["--service", "shop", "-e", "test", "--release-version", "1"]);
    let ran = run.output().unwrap();
    assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
    // What is beside the plan no longer matters.
    std::fs::remove_file(folder.path().join("judge.wasm")).unwrap();

    let same = replay(folder.path(), &[]).output().unwrap();
    let with = replay(folder.path(), &["latest", "fine", "--with", &new.display().to_string()]).output().unwrap();

    assert_eq!(same.status.code(), Some(0), "{}", said(&same));
    assert_eq!(with.status.code(), Some(2), "{}", said(&with));
    let words = said(&with);
    assert!(words.contains("OTHERWISE") && words.contains("pass") && words.contains("fail"), "{words}");
}

/// A plan with one check of a plugin that lies beside it.
fn plan(plugin: &str, rest: &str, settings: &str) -> String {
    format!(
        "holdpoint = \"0.1\"\nname = \"one\"\n[escalation]\ncommander = \"on-call\"\n{rest}\n\
         [[phase]]\nname = \"smoke\"\n[[phase.check]]\nname = \"one\"\nplugin = \"{plugin}\"\n\
         on-fail = \"escalate\"\n{settings}\n"
    )
}

fn run(folder: &Path, plan: &str) {
    let path = folder.join("plan.toml");
    std::fs::write(&path, plan).unwrap();
    let mut run = holdpoint(folder);
    run.arg("run").arg(&path).args(["--service", "shop", "-e", "test", "--release-version", "1"]);
    let ran = run.arg("--cache").arg(target().join("test-cache")).output().unwrap();
    assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_plugin_saw_through_wasi_comes_again_clocks_chance_and_answers() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(201).set_body_string("made");
    Mock::given(method("POST"))
        .and(path("/orders"))
        .and(body_string("one tea"))
        .respond_with(answer)
        .mount(&server)
        .await;
    let folder = TempDir::new().unwrap();
    let url = format!("http://{}", server.address());
    let rest = format!(
        "[endpoint.shop]\nurl = \"{url}\"\naddresses = [\"127.0.0.1\"]\n\
         [plugin.ordinary]\nbundle = {:?}\n[[plugin.ordinary.grant]]\nendpoint = \"shop\"\n\
         methods = [\"POST\"]\npaths = [\"/orders\"]",
        target().join("plugins/test/ordinary.wasm").display().to_string()
    );
    let settings =
        format!("settings = {{ authority = \"{}\", path = \"/orders\", body = \"one tea\" }}", server.address());
    let plan = plan("ordinary", &rest, &settings);
    let runs = folder.path().to_path_buf();
    tokio::task::spawn_blocking(move || run(&runs, &plan)).await.unwrap();
    let asked = server.received_requests().await.unwrap().len();

    let output = offline(&replay(folder.path(), &["--format", "json"])).output().unwrap();

    let calls = calls(&output);
    assert!(calls.len() == 1 && calls[0]["came"] == "same", "{calls:#?}");
    let shown = holdpoint(folder.path()).args(["show", "--format", "json"]).output().unwrap();
    assert!(said(&shown).contains("answered Some(Ok((201, \\\"made\\\")))"), "{}", said(&shown));
    assert_eq!((asked, server.received_requests().await.unwrap().len()), (1, 1), "a replay asks nobody");
}

#[test]
fn a_new_version_that_asks_for_more_is_told_that_the_record_does_not_hold_it() {
    let folder = TempDir::new().unwrap();
    let asking = "(import \"holdpoint:plugin/clock@0.1.0\" \"now\" (func $now (result i64)))";
    let once = Core { imports: asking, run: "(drop (call $now)) i32.const 64", ..Core::default() };
    let twice = Core { run: "(drop (call $now)) (drop (call $now)) i32.const 64", ..once.clone() };
    std::fs::write(folder.path().join("clock.wasm"), once.bundle("clock")).unwrap();
    let new = folder.path().join("new.wasm");
    std::fs::write(&new, twice.bundle("clock")).unwrap();
    let plan = plan("clock", "[plugin.clock]\nbundle = \"clock.wasm\"", "min-evidence = 0");
    run(folder.path(), &plan);
    run(folder.path(), &plan);

    let same = replay(folder.path(), &["all", "--format", "json"]).output().unwrap();
    let with = replay(folder.path(), &["all", "one", "--with", &new.display().to_string()]).output().unwrap();

    assert_eq!((same.status.code(), with.status.code()), (Some(0), Some(2)), "{}{}", said(&same), said(&with));
    assert_eq!(said(&same).matches("\"came\":\"same\"").count(), 2, "{}", said(&same));
    let words = said(&with);
    assert_eq!(words.matches("NOT IN THE RECORD").count(), 2, "{words}");
    assert!(
        words.contains("now  clock.now") && words.contains("all: 0 same, 0 otherwise, 2 not in the record"),
        "{words}"
    );
}
