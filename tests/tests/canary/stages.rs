//! Runs with stages over a real shop: a good release, one that is bad in its own colour alone, and shifts that go wrong.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use holdpoint_core::id::Sequence;
use holdpoint_core::rollout::Deed;
use holdpoint_core::run::Run;
use holdpoint_core::run::command::Command as Order;
use holdpoint_core::run::entry::{Entry, What};
use holdpoint_core::run::event::Event;
use holdpoint_journal::{Journal as _, Store};
use holdpoint_shop::{Mishap, Ready, Shop, ShopConfig};
use holdpoint_tests::{holdpoint, replayed, said, target};
use reqwest::Client;
use serde_json::Value;
use tempfile::TempDir;

use crate::crowd::{Crowd, counted, green_share};

/// A plan of 5, 25 and 100 %, each watched for three seconds by what green itself answers.
const PLAN: &str = r#"
holdpoint = "0.1"
name = "canary"
[escalation]
commander = "on-call"
[endpoint.shop]
url = "http://127.0.0.1:1"
addresses = ["127.0.0.1"]
[endpoint.switch]
url = "http://127.0.0.1:1"
addresses = ["127.0.0.1"]
[endpoint.blue]
url = "http://127.0.0.1:1"
addresses = ["127.0.0.1"]
[endpoint.green]
url = "http://127.0.0.1:1"
addresses = ["127.0.0.1"]
[plugin.http]
bundle = "http.wasm"
[[plugin.http.grant]]
endpoint = "shop"
[[plugin.http.grant]]
endpoint = "green"
[plugin.weights]
bundle = "http-rollout.wasm"
[[plugin.weights.grant]]
endpoint = "switch"
methods = ["GET", "POST"]
[plugin.switch]
bundle = "http-rollback.wasm"
[[plugin.switch.grant]]
endpoint = "switch"
methods = ["GET", "POST"]
[[plugin.switch.grant]]
endpoint = "blue"
[rollout]
plugin = "weights"
timeout = "3s"
call-timeout = "2s"
poll = "100ms"
on-fail = "ON-FAIL"
[rollout.settings]
shift = { url = "endpoint:switch/api/weights", body = { to = "green", percent = "{{percent}}" } }
status = { url = "endpoint:switch/api/operations?key={{key}}", pointer = "/state" }
share = { url = "endpoint:switch/api/state", pointer = "/weights/green" }
[[stage]]
traffic = 5
phases = ["watch"]
[[stage]]
traffic = 25
phases = ["watch"]
[[stage]]
traffic = 100
phases = ["watch"]
[[phase]]
name = "preflight"
[[phase.check]]
name = "green-healthy"
plugin = "http"
settings.url = "endpoint:green/health"
[[phase]]
name = "watch"
window = "3s"
[[phase.signal]]
name = "canary"
plugin = "http"
interval = "1s"
timeout = "800ms"
measurement = "latency"
settings.url = "endpoint:green/"
[rollback]
plugin = "switch"
timeout = "30s"
call-timeout = "5s"
poll = "100ms"
[rollback.settings]
ready = { url = "endpoint:blue/health" }
already-there = { url = "endpoint:switch/api/state", pointer = "/live", equals = "blue" }
status = { url = "endpoint:switch/api/operations?key={{key}}", pointer = "/state" }
[[rollback.settings.steps]]
id = "switch"
summary = "send all traffic back to blue"
url = "endpoint:switch/api/switch"
body = { to = "blue" }
[[rollback.check]]
name = "old-version-healthy"
plugin = "http"
settings.url = "endpoint:shop/health"
"#;

async fn shop(change: impl FnOnce(&mut ShopConfig)) -> Shop {
    let mut config = ShopConfig::on_free_ports();
    change(&mut config);
    Shop::start(config).await.unwrap()
}

/// A run of the plan over a shop; what a failed shift leads to is `on_fail`.
fn run(folder: &Path, shop: &Ready, on_fail: &str) -> Command {
    let plan = folder.join("plan.toml");
    std::fs::write(&plan, PLAN.replace("ON-FAIL", on_fail)).unwrap();
    let mut command = holdpoint(folder);
    command.arg("run").arg(&plan).args(["--service", "shop", "-e", "test", "--release-version", "1.5.0"]);
    command.args(["--previous-version", "1.4.0", "--plugins"]).arg(target().join("plugins"));
    command.arg("--cache").arg(target().join("test-cache"));
    for (endpoint, url) in
        [("shop", &shop.public), ("switch", &shop.admin), ("blue", &shop.blue.url), ("green", &shop.green.url)]
    {
        command.arg("--bind").arg(format!("{endpoint}={url}"));
    }
    command
}

async fn ended(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn report(folder: &Path) -> Value {
    let output = holdpoint(folder).args(["report", "latest", "--format", "json"]).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)))
}

/// The words of the shifts that were begun.
fn shifts(report: &Value) -> Vec<String> {
    let stages = report["rollout"]["stages"].as_array().unwrap();
    stages.iter().filter_map(|stage| stage["shift"]["word"].as_str()).map(str::to_owned).collect()
}

/// What the switch was asked, in order: the colour and its share.
async fn asked(shop: &Ready) -> Vec<(String, u64)> {
    let history: Value = reqwest::get(format!("{}/api/history", shop.admin)).await.unwrap().json().await.unwrap();
    let asked = history["history"].as_array().unwrap().iter();
    asked.map(|it| (it["to"].as_str().unwrap().to_owned(), it["percent"].as_u64().unwrap())).collect()
}

/// From now on every request to green fails.
async fn breaks(faults: &str) {
    let body = r#"{"faults":["error-rate:100"]}"#;
    let request = Client::new().post(format!("{faults}/admin/faults")).header("content-type", "application/json");
    request.body(body).send().await.unwrap().error_for_status().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_release_gets_its_shares_one_after_the_other_and_is_confirmed() {
    let folder = TempDir::new().unwrap();
    let shop = shop(|_| {}).await;
    let crowd = Crowd::at(shop.ready());

    let output = ended(run(folder.path(), shop.ready(), "escalate")).await;

    let share = green_share(&Client::new(), &shop.ready().admin).await;
    let seen = crowd.goes_home().await;
    assert_eq!((output.status.code(), share), (Some(0), 100), "{}", said(&output));
    for share in [5, 25, 100] {
        let batches = seen.green.get(&share).unwrap_or_else(|| panic!("nobody came at {share} %: {seen:?}"));
        let (least, most) = (batches.iter().min(), batches.iter().max());
        println!("at {share} %, {} times 100 visitors: green answered {least:?} to {most:?}", batches.len());
        let wanted = usize::try_from(share).unwrap();
        assert!(batches.iter().all(|green| green.abs_diff(wanted) <= 1), "{share} %: {batches:?}");
    }
    // The signal looks at green itself, four times a stage; one visitor may have been on the way when all went home.
    let (blue, green) = (counted(&shop.ready().blue.url).await, counted(&shop.ready().green.url).await);
    assert!(blue.abs_diff(seen.answers["blue"]) <= 1, "blue counts {blue}, the visitors {:?}", seen.answers);
    assert!(green.abs_diff(seen.answers["green"] + 12) <= 1, "green counts {green}, the visitors {:?}", seen.answers);
    let told = said(&output);
    for line in ["stage 1 of 3: 5 % of the traffic", "stage 3 of 3: 100 % of the traffic", "watch-at-25"] {
        assert!(told.contains(line), "{line} is not told:\n{told}");
    }
    assert!(told.contains("the run gave the released version 100 % of the traffic"), "{told}");
    assert_eq!(shifts(&report(folder.path())), ["complete"; 3]);
    replayed(folder.path());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_the_new_version_alone_takes_all_traffic_back() {
    let folder = TempDir::new().unwrap();
    let shop = shop(|_| {}).await;
    let crowd = Crowd::at(shop.ready());
    let (admin, faults) = (shop.ready().admin.clone(), shop.ready().green.admin.clone().unwrap());
    let breaking = tokio::spawn(async move {
        while green_share(&Client::new(), &admin).await < 25 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        breaks(&faults).await;
    });

    let output = ended(run(folder.path(), shop.ready(), "escalate")).await;

    breaking.abort();
    let seen = crowd.goes_home().await;
    assert_eq!(output.status.code(), Some(20), "{}", said(&output));
    // At 25 % blue is live for whoever only looks at which colour has more: the run knows better.
    assert_eq!(
        asked(shop.ready()).await,
        [("green".to_owned(), 5), ("green".to_owned(), 25), ("blue".to_owned(), 100)]
    );
    assert_eq!(green_share(&Client::new(), &shop.ready().admin).await, 0);
    assert!(!seen.green.contains_key(&100), "{seen:?}");
    let report = report(folder.path());
    assert_eq!(shifts(&report), ["complete"; 2]);
    let gates: Vec<&Value> = report["phases"].as_array().unwrap().iter().map(|phase| &phase["name"]).collect();
    assert_eq!(gates, ["preflight", "watch-at-5", "watch-at-25", "watch-at-100"]);
    replayed(folder.path());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shift_that_fails_is_answered_as_the_plan_says() {
    for (on_fail, code, traffic_asked) in [("escalate", 30, 1), ("roll-back", 20, 2)] {
        let folder = TempDir::new().unwrap();
        let shop = shop(|config| config.switch_mishap = Some(Mishap::ShiftFails)).await;

        let output = ended(run(folder.path(), shop.ready(), on_fail)).await;

        assert_eq!(output.status.code(), Some(code), "{on_fail}: {}", said(&output));
        assert_eq!(asked(shop.ready()).await.len(), traffic_asked, "{on_fail}");
        assert_eq!(green_share(&Client::new(), &shop.ready().admin).await, 0);
        assert_eq!(shifts(&report(folder.path())), ["failed"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shift_that_hangs_is_asked_of_a_person_and_never_repeated() {
    let folder = TempDir::new().unwrap();
    let shop = shop(|config| config.switch_mishap = Some(Mishap::ShiftHangs)).await;

    let output = ended(run(folder.path(), shop.ready(), "roll-back")).await;

    assert_eq!(output.status.code(), Some(30), "{}", said(&output));
    assert_eq!(asked(shop.ready()).await, [("green".to_owned(), 5)]);
    assert_eq!(shifts(&report(folder.path())), ["unknown"]);
    assert!(said(&output).contains("whether it has 5 % is not known"), "{}", said(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_that_is_not_healthy_gets_no_traffic() {
    let folder = TempDir::new().unwrap();
    let shop = shop(|config| config.green_faults = vec![holdpoint_shop::Fault::DependencyDown]).await;

    let output = ended(run(folder.path(), shop.ready(), "escalate")).await;

    // The way back finds that the old version has everything already, and that is true: the run has moved nothing.
    assert_eq!(output.status.code(), Some(20), "{}", said(&output));
    assert_eq!(asked(shop.ready()).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shifts_nothing_and_says_so() {
    let folder = TempDir::new().unwrap();
    let shop = shop(|_| {}).await;
    let mut command = run(folder.path(), shop.ready(), "escalate");
    command.arg("--dry-run");

    let output = ended(command).await;

    assert_eq!(output.status.code(), Some(30), "{}", said(&output));
    assert_eq!(asked(shop.ready()).await, []);
    assert!(said(&output).contains("would have shifted 5 %, then 25 %, then 100 %"), "{}", said(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_interrupted_while_it_shifts_says_how_much_of_the_traffic_is_out() {
    let folder = TempDir::new().unwrap();
    let shop = shop(|config| config.switch_takes = Duration::from_millis(1500)).await;
    let mut command = run(folder.path(), shop.ready(), "escalate");
    let output = tokio::task::spawn_blocking(move || {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut told = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        told.find(|line| line.contains("stage 1 of 3")).expect("the first stage begins");
        // The shift follows at once; its call must be in flight or behind.
        std::thread::sleep(Duration::from_millis(500));
        let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let rest: Vec<String> = told.collect();
        (child.wait().unwrap().code(), rest.join("\n"))
    });

    let (code, told) = output.await.unwrap();

    assert_eq!(code, Some(130), "{told}");
    assert!(told.contains("a shift is not left unseen"), "{told}");
    assert!(told.contains("the run gave the released version"), "{told}");
    assert_eq!(asked(shop.ready()).await, [("green".to_owned(), 5)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_while_traffic_is_shifted_is_not_left_until_the_next_window() {
    let folder = TempDir::new().unwrap();
    let shop = shop(|config| config.switch_takes = Duration::from_millis(2500)).await;
    let mut command = run(folder.path(), shop.ready(), "escalate");
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let told = tokio::task::spawn_blocking(move || {
        told.find(|line| line.contains("stage 2 of 3")).expect("the second stage begins");
        told
    });
    let told = told.await.unwrap();

    breaks(shop.ready().green.admin.as_ref().unwrap()).await;

    let rest = tokio::task::spawn_blocking(move || (told.collect::<Vec<_>>().join("\n"), child.wait().unwrap().code()));
    let (told, code) = rest.await.unwrap();
    assert_eq!(code, Some(20), "{told}");
    assert!(told.contains("after the gate of watch-at-5: ✗ canary"), "{told}");
    assert!(told.contains("after the gate of phase watch-at-5 its rules stayed armed"), "{told}");
    assert_eq!(green_share(&Client::new(), &shop.ready().admin).await, 0);
    assert!(report(folder.path())["phases"][2]["began-ms"].is_null(), "the second stage was never judged");
    replayed(folder.path());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_killed_in_the_middle_of_a_shift_leaves_one_to_look_at_before_anything_is_repeated() {
    let folder = TempDir::new().unwrap();
    let shop = shop(|config| config.switch_takes = Duration::from_secs(2)).await;
    let mut command = run(folder.path(), shop.ready(), "escalate");
    tokio::task::spawn_blocking(move || {
        let mut child = command.args(["--format", "json"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut told = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        told.find(|line| line.contains(r#""deed":"shift""#)).expect("the first shift is commanded");
        child.kill().unwrap();
        child.wait().unwrap();
    })
    .await
    .unwrap();

    let store = Store::open_existing(&folder.path().join("store")).unwrap();
    let id = store.journal().newest().unwrap().unwrap();
    let mut entries = store.journal().read(&id).unwrap();
    let left = Run::fold(&entries).left_behind();

    assert!(left.iter().any(|event| matches!(event, Event::ShiftReplied { .. })), "{left:?}");
    let mut run = Run::fold(&entries);
    let mut commands = Vec::new();
    for event in left {
        let last = entries.last().unwrap().clone();
        let next = Entry { sequence: Sequence(last.sequence.0 + 1), what: What::Event { event }, ..last };
        commands.extend(run.step(&next));
        entries.push(next);
    }
    let looks = |command: &Order| matches!(command, Order::Shift { deed: Deed::Status { .. }, .. });
    assert!(
        commands.iter().any(looks)
            && !commands.iter().any(|it| matches!(it, Order::Shift { deed: Deed::Shift { .. }, .. })),
        "{commands:?}"
    );
}
