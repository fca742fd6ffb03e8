//! `holdpoint run --record`: each call of a run as a fixture for the tests of plugins.

use std::fs;

use holdpoint_shop::{Shop, ShopConfig, TEST_PASSWORD};
use holdpoint_tests::{said, shop_run};
use serde_json::Value;
use tempfile::TempDir;

#[tokio::test(flavor = "multi_thread")]
async fn a_run_leaves_a_fixture_for_each_call_and_no_secret_in_any() {
    let (folder, mut config) = (TempDir::new().unwrap(), ShopConfig::on_free_ports());
    config.live = "green".parse().unwrap();
    config.green_faults = vec!["checkout-broken".parse().unwrap()];
    let shop = Shop::start(config).await.unwrap();
    let public = shop.ready().public.clone();
    let mut command = shop_run(folder.path(), &public, &shop.ready().admin);
    let recorded = folder.path().join("recorded");
    command.arg("--record").arg(&recorded);
    let mut second = shop_run(folder.path(), &public, &shop.ready().admin);
    second.arg("--record").arg(&recorded);
    let run = |mut command: std::process::Command| async move {
        tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap()
    };
    let output = run(command).await;
    assert_eq!(output.status.code(), Some(20), "{}", said(&output));
    // Another run does not write over the first one's, and tells so before it does anything.
    let again = run(second).await;
    assert!(again.status.code() == Some(2) && said(&again).contains("is not empty"), "{}", said(&again));
    let mut names = Vec::new();
    for file in fs::read_dir(&recorded).unwrap() {
        let path = file.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains(TEST_PASSWORD), "{}", path.display());
        names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
    }
    names.sort_unstable();
    assert_eq!(
        names,
        ["health-1.json", "home-page-1.json", "old-version-healthy-1.json", "order-flow-1.json", "right-build-1.json"]
    );

    let flow: Value = serde_json::from_slice(&fs::read(recorded.join("order-flow-1.json")).unwrap()).unwrap();
    assert_eq!((&flow["fixture"], &flow["ended"]["word"]), (&Value::from(1), &Value::from("fail")), "{flow:#}");
    assert_eq!(flow["endpoints"]["shop"], public.trim_end_matches('/'), "{flow:#}");
    assert!(flow["settings"].to_string().contains("{{secret:test-user-password}}"), "{flow:#}");
    let asked = flow["exchanges"].as_array().unwrap();
    let last = asked.last().unwrap();
    assert_eq!((&last["method"], &last["answer"]["status"]), (&Value::from("POST"), &Value::from(500)), "{last:#}");
    assert!(last["request"]["headers"].is_array() && flow["began"].as_i64().unwrap() > 1_700_000_000_000, "{flow:#}");
    assert!(asked[0]["answer"]["body"].as_str().unwrap().contains("csrf"), "{flow:#}");
}
