//! The release decision end to end: the built program, the built plugins, a real shop.

use std::process::Output;

use holdpoint_shop::{Shop, ShopConfig};
use holdpoint_tests::{holdpoint, replayed, said, shop_run};
use serde_json::Value;
use tempfile::TempDir;

/// A shop in which 1.5.0 is live in green.
async fn shop(faults: &[&str]) -> Shop {
    let mut config = ShopConfig::on_free_ports();
    config.live = "green".parse().expect("a colour");
    config.green_faults = faults.iter().map(|fault| fault.parse().expect("a fault")).collect();
    Shop::start(config).await.expect("a shop starts")
}

/// Runs the plan against the shop, without blocking the shop.
async fn run(shop: &Shop, folder: &TempDir, flags: &[&str]) -> Output {
    let ready = shop.ready();
    let mut command = shop_run(folder.path(), &ready.public, &ready.admin);
    command.args(flags);
    let folder = folder.path().to_path_buf();
    let run = move || {
        let output = command.output().expect("it starts");
        replayed(&folder);
        output
    };
    tokio::task::spawn_blocking(run).await.expect("it is not cancelled")
}

async fn served(shop: &Shop) -> String {
    // A second installation is refused, and the first is the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let url = format!("{}/version", shop.ready().public);
    let version: Value = reqwest::get(url).await.expect("the shop answers").json().await.expect("in JSON");
    version["version"].as_str().expect("with a version").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_release_is_confirmed() {
    let (shop, folder) = (shop(&[]).await, TempDir::new().unwrap());
    let output = run(&shop, &folder, &[]).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(served(&shop).await, "1.5.0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_checkout_is_rolled_back_and_the_recovery_verified() {
    let (shop, folder) = (shop(&["checkout-broken"]).await, TempDir::new().unwrap());
    let output = run(&shop, &folder, &[]).await;
    assert_eq!(output.status.code(), Some(20), "{}", said(&output));
    assert_eq!(served(&shop).await, "1.4.0");
    assert!(said(&output).contains("order-flow"), "{}", said(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_build_on_one_replica_is_rolled_back_before_anything_else_is_asked() {
    let (shop, folder) = (shop(&["wrong-build"]).await, TempDir::new().unwrap());
    let output = run(&shop, &folder, &[]).await;
    assert_eq!(output.status.code(), Some(20), "{}", said(&output));
    assert_eq!(served(&shop).await, "1.4.0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_says_what_it_would_do_and_changes_nothing() {
    let (shop, folder) = (shop(&["checkout-broken"]).await, TempDir::new().unwrap());
    let output = run(&shop, &folder, &["--dry-run"]).await;
    assert_eq!(output.status.code(), Some(30), "{}", said(&output));
    assert!(said(&output).contains("send all traffic back to blue"), "{}", said(&output));
    assert_eq!(served(&shop).await, "1.5.0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_is_not_there_is_not_confirmed() {
    let folder = TempDir::new().unwrap();
    let shop = shop(&[]).await;
    let mut command = shop_run(folder.path(), "http://127.0.0.1:9", &shop.ready().admin);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    assert_ne!(output.status.code(), Some(0), "{}", said(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_report_is_written_and_is_the_same_when_it_is_made_again() {
    let (shop, folder) = (shop(&[]).await, TempDir::new().unwrap());
    let names = ["r.html", "r.md", "r.json", "r.xml"];
    let paths: Vec<String> = names.iter().map(|name| folder.path().join(name).display().to_string()).collect();
    let flags: Vec<&str> = paths.iter().flat_map(|path| ["--report", path.as_str()]).collect();
    let output = run(&shop, &folder, &flags).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    for (name, path) in names.into_iter().zip(&paths) {
        let again = folder.path().join(format!("again-{name}"));
        let made = holdpoint(folder.path()).args(["report", "latest", "--output"]).arg(&again).output().unwrap();
        assert!(made.status.success(), "{}", said(&made));
        assert_eq!(std::fs::read(path).unwrap(), std::fs::read(&again).unwrap(), "{name} differs");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_printed_as_json_is_the_journal() {
    let (shop, folder) = (shop(&["checkout-broken"]).await, TempDir::new().unwrap());
    let output = run(&shop, &folder, &["--format", "json"]).await;
    let printed = String::from_utf8(output.stdout.clone()).unwrap();
    let entries: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let sequences: Vec<u64> = entries.iter().map(|entry| entry["sequence"].as_u64().unwrap()).collect();
    assert_eq!(sequences, (1..=entries.len() as u64).collect::<Vec<_>>());
    let shown = holdpoint(folder.path()).args(["show", "--format", "json"]).output().unwrap();
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(shown["entries"].as_u64(), Some(entries.len() as u64));
    assert_eq!(shown["ending"], "rolled-back");
}
