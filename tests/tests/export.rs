//! `holdpoint export` and `import`: a run on another machine is the same run, and a damaged file is none.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use holdpoint_shop::{Shop, ShopConfig};
use holdpoint_tests::{holdpoint, said, shop_run, target};
use serde_json::Value;
use tempfile::TempDir;

/// A run of a release that is rolled back, exported: its folder and the file.
async fn exported() -> (TempDir, PathBuf) {
    let (folder, mut config) = (TempDir::new().unwrap(), ShopConfig::on_free_ports());
    config.live = "green".parse().unwrap();
    config.green_faults = vec!["checkout-broken".parse().unwrap()];
    let shop = Shop::start(config).await.unwrap();
    let mut command = shop_run(folder.path(), &shop.ready().public, &shop.ready().admin);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    assert_eq!(output.status.code(), Some(20), "{}", said(&output));
    let file = folder.path().join("run.holdpoint");
    let output = does(folder.path(), &["export", "--output", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    (folder, file)
}

fn does(folder: &Path, words: &[&str]) -> Output {
    holdpoint(folder).args(words).output().unwrap()
}

fn import(folder: &Path, file: &Path, more: &[&str]) -> Output {
    does(folder, &[&["import", file.to_str().unwrap()], more].concat())
}

/// The head that a command tells.
fn head(output: &Output) -> String {
    let words = said(output);
    let line = words.lines().find_map(|line| line.strip_prefix("head "));
    line.unwrap_or_else(|| panic!("no head in {words}")).trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_imported_run_is_verified_reported_and_replayed_as_where_it_was_made() {
    let (here, file) = exported().await;
    let there = TempDir::new().unwrap();

    let first = import(there.path(), &file, &[]);
    let second = import(there.path(), &file, &["--head", &head(&first)]);

    assert_eq!((first.status.code(), second.status.code()), (Some(0), Some(0)), "{}{}", said(&first), said(&second));
    assert!(said(&first).contains("imported") && said(&second).contains("kept already"), "{}", said(&second));
    for words in [&["verify"][..], &["show", "--format", "json"], &["report", "--format", "html"]] {
        let [one, other] = [&here, &there].map(|folder| does(folder.path(), words));
        assert_eq!(other.status.code(), Some(0), "{words:?}: {}", said(&other));
        assert_eq!(one.stdout, other.stdout, "{words:?}");
    }
    assert_eq!(head(&does(there.path(), &["verify"])), head(&first));
    let cache = target().join("test-cache");
    let replayed = does(there.path(), &["replay", "--format", "json", "--cache", cache.to_str().unwrap()]);
    let told: Value = serde_json::from_slice(&replayed.stdout).unwrap_or_else(|_| panic!("{}", said(&replayed)));
    let calls = told["calls"].as_array().unwrap();
    assert!(calls.len() >= 9 && calls.iter().all(|call| call["came"] == "same"), "{calls:#?}");

    let again = there.path().join("again.holdpoint");
    let output = does(there.path(), &["export", "--output", again.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(fs::read(&file).unwrap() == fs::read(&again).unwrap(), "the same run gives the same bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_changed_or_cut_is_not_imported_and_leaves_nothing() {
    let (_here, file) = exported().await;
    let bytes = fs::read(&file).unwrap();
    let there = TempDir::new().unwrap();
    let head = head(&import(there.path(), &file, &[]));
    let damaged = there.path().join("damaged");
    let mut refused = 0;
    let step = bytes.len() / 60;
    let flipped = (0..60).map(|number| number * step + number % 7).map(|at| {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1 << (at % 8);
        bytes
    });
    let cut = (0..12).map(|number| bytes[..bytes.len() * number / 12].to_vec());
    let longer = std::iter::once([&bytes[..], b"more"].concat());
    for bytes in flipped.chain(cut).chain(longer) {
        fs::write(&damaged, bytes).unwrap();
        let folder = TempDir::new().unwrap();

        let output = import(folder.path(), &damaged, &[]);

        let store = folder.path().join("store");
        match output.status.code() {
            Some(2) => {
                refused += 1;
                assert!(said(&output).contains("so nothing was imported"), "{}", said(&output));
                assert!(!store.exists(), "{}", said(&output));
            }
            // The first bytes of gzip say when and where it was written, which nobody reads.
            code => assert_eq!((code, self::head(&output)), (Some(0), head.clone()), "{}", said(&output)),
        }
    }
    assert!(refused >= 70, "{refused} of 73 were refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_not_what_was_written_is_neither_exported_nor_imported() {
    let (here, file) = exported().await;
    let other = format!("sha256:{}", "0".repeat(64));
    let folder = TempDir::new().unwrap();

    let anew = import(folder.path(), &file, &["--head", &other]);
    assert!(anew.status.code() == Some(2) && said(&anew).contains("written anew"), "{}", said(&anew));
    let over = does(here.path(), &["export", "--output", file.to_str().unwrap()]);
    assert!(over.status.code() == Some(2) && said(&over).contains("not written over"), "{}", said(&over));

    let journal = rusqlite::Connection::open(here.path().join("store/journal.db")).unwrap();
    journal.execute("UPDATE entry SET moment = moment + 1 WHERE sequence = 3", []).unwrap();
    let elsewhere = here.path().join("edited.holdpoint");
    let edited = does(here.path(), &["export", "--output", elsewhere.to_str().unwrap()]);
    assert!(edited.status.code() == Some(2) && said(&edited).contains("row 3 was edited"), "{}", said(&edited));
    assert!(!elsewhere.exists());
}
