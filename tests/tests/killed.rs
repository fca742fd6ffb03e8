//! A run that is killed at any moment leaves a journal that tells the truth.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::Duration;

use holdpoint_core::id::{RunId, Sequence};
use holdpoint_core::run::Run;
use holdpoint_core::run::entry::Entry;
use holdpoint_journal::{Journal as _, Store};
use holdpoint_shop::{Shop, ShopConfig};
use holdpoint_tests::{holdpoint, said, shop_run};
use tempfile::TempDir;

/// Kills a run after it has printed so many entries, and returns what it had printed.
fn killed_after(entries: usize, folder: &TempDir, shop: &str, switch: &str) -> Vec<Entry> {
    let mut command = shop_run(folder.path(), shop, switch);
    let mut child = command.args(["--format", "json"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut printed: Vec<Entry> =
        lines.by_ref().take(entries).map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    // Into the middle of whatever comes next; the moment itself does not matter, only that it is another each time.
    std::thread::sleep(Duration::from_micros(700 * entries as u64));
    child.kill().unwrap();
    child.wait().unwrap();
    printed.extend(lines.map_while(Result::ok).filter_map(|line| serde_json::from_str(&line).ok()));
    printed
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_twenty_moments_the_journal_folds_to_what_was_printed() {
    let mut config = ShopConfig::on_free_ports();
    config.live = "green".parse().unwrap();
    config.green_faults = vec!["checkout-broken".parse().unwrap()];
    let shop = Shop::start(config).await.unwrap();
    let (public, admin) = (shop.ready().public.clone(), shop.ready().admin.clone());
    tokio::task::spawn_blocking(move || {
        for entries in 1..=20 {
            let folder = TempDir::new().unwrap();
            let printed = killed_after(entries, &folder, &public, &admin);
            assert!(!printed.is_empty(), "nothing was printed in round {entries}");
            check(&folder, &printed);
        }
    })
    .await
    .unwrap();
}

fn check(folder: &TempDir, printed: &[Entry]) {
    let store = Store::open_existing(&folder.path().join("store")).unwrap();
    let run: RunId = store.journal().newest().unwrap().expect("what was printed was written before");
    let kept = store.journal().read(&run).unwrap();
    let sequences: Vec<Sequence> = kept.iter().map(|entry| entry.sequence).collect();
    assert_eq!(sequences, (1..=kept.len() as u64).map(Sequence).collect::<Vec<_>>(), "no gap, no double");
    assert!(kept.len() >= printed.len(), "nothing is printed that is not written");
    let (seen, rest) = kept.split_at(printed.len());
    assert_eq!(seen, printed, "what was printed is what was written");
    assert_eq!(Run::fold(seen), Run::fold(printed));
    let whole = Run::fold(seen.iter().chain(rest));
    assert!(whole.course().is_some(), "the fold is a state");
    let shown = holdpoint(folder.path()).args(["show", "latest"]).output().unwrap();
    assert!(shown.status.success(), "{}", said(&shown));
    let word = whole.ending().map_or("not ended", |ending| ending.words());
    assert!(String::from_utf8_lossy(&shown.stdout).contains(word), "{}", said(&shown));
}
