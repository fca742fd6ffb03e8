//! One check, written in each language that has an SDK: of the same shop they say the same, finding by finding.

#![expect(clippy::print_stdout, reason = "figures")]

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use holdpoint_shop::{Shop, ShopConfig, TEST_PASSWORD};
use holdpoint_tests::{built, holdpoint, projects, root, said, target};
use serde_json::Value;
use tempfile::TempDir;

/// What became of the check on a shop at this URL, as a run records it: the word, and the whole outcome.
fn said_of(shop: &str, plugins: &Path) -> Value {
    let folder = TempDir::new().unwrap();
    let mut run = holdpoint(folder.path());
    run.arg("run").arg(root().join("examples/checks/plan.toml"));
    run.args(["--environment", "demo", "--release-version", "1.5.0", "--bind", &format!("shop={shop}")]);
    run.arg("--plugins").arg(plugins).arg("--cache").arg(target().join("test-cache"));
    run.arg("--record").arg(folder.path().join("recorded")).env("SHOP_PASSWORD", TEST_PASSWORD);
    let output = run.output().unwrap();
    let recorded = fs::read_to_string(folder.path().join("recorded/order-flow-1.json"));
    let recorded = recorded.unwrap_or_else(|error| panic!("{error}: {}", said(&output)));
    serde_json::from_str::<Value>(&recorded).unwrap()["ended"].take()
}

/// The same without what differs from call to call: how long the order took, which must have been measured.
fn without_the_time(mut ended: Value) -> Value {
    if let Some(measurements) = ended["outcome"]["verdict"]["measurements"].as_array_mut() {
        for measurement in measurements {
            assert!(measurement["sample"]["number"].as_f64().is_some_and(|took| took > 0.0), "{measurement}");
            measurement["sample"]["number"] = "some time".into();
        }
    }
    ended
}

/// A shop whose live version is a release with these faults.
async fn released(faults: &[&str]) -> Shop {
    let mut config = ShopConfig::on_free_ports();
    config.live = "green".parse().unwrap();
    config.green_faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    Shop::start(config).await.unwrap()
}

/// The components by their languages, Rust's first: what it says is what the others are held to.
fn components() -> Vec<(String, PathBuf)> {
    let mut components: Vec<_> = projects(&root().join("examples/checks"))
        .into_iter()
        .map(|(language, project)| {
            let folder = built(&project);
            let size = fs::metadata(folder.join("order-flow.wasm")).unwrap().len();
            println!("{language}: {size} bytes");
            (language, folder)
        })
        .collect();
    components.sort_by_key(|(language, _)| language != "rust");
    components
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_release_a_bad_one_and_a_shop_that_is_down_are_told_the_same_in_every_language() {
    let components = components();
    let (good, bad) = (released(&[]).await, released(&["checkout-broken"]).await);
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let down = format!("http://{free}");

    for (shop, word, summary) in [
        (&good.ready().public, "pass", "2 mug can be ordered, and the order is kept"),
        (&bad.ready().public, "fail", "checkout: status is 500 instead of 201"),
        (&down, "fail", "login form does not answer"),
    ] {
        let mut told = Vec::new();
        for (language, plugins) in &components {
            let (shop, plugins) = (shop.clone(), plugins.clone());
            let ended = tokio::task::spawn_blocking(move || said_of(&shop, &plugins)).await.unwrap();
            told.push((language, without_the_time(ended)));
        }

        let (first, standard) = &told[0];
        assert_eq!((first.as_str(), &standard["word"]), ("rust", &word.into()));
        assert_eq!(standard["outcome"]["verdict"]["summary"], summary);
        for (language, ended) in &told {
            assert_eq!(ended, standard, "{language}");
        }
    }
    assert!(components.len() >= 3, "{components:?}");
}
