//! `holdpoint verify`: a run's journal and evidence are what was written, or it says at which row they are not.

use std::path::Path;
use std::process::Output;

use holdpoint_shop::{Shop, ShopConfig};
use holdpoint_tests::{edit_evidence, holdpoint, said, shop_run};
use rusqlite::Connection;
use tempfile::TempDir;

/// A run of a good release; its store, and what it printed.
async fn ran() -> (TempDir, Output) {
    let folder = TempDir::new().unwrap();
    let mut config = ShopConfig::on_free_ports();
    config.live = "green".parse().unwrap();
    let shop = Shop::start(config).await.unwrap();
    let mut command = shop_run(folder.path(), &shop.ready().public, &shop.ready().admin);
    command.arg("--report").arg(folder.path().join("report.html"));
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    (folder, output)
}

fn verify(folder: &Path, flags: &[&str]) -> (Option<i32>, String) {
    let output = holdpoint(folder).arg("verify").args(flags).output().unwrap();
    (output.status.code(), said(&output))
}

/// The head that a run printed at its end.
fn head(output: &Output) -> String {
    let words = said(output);
    let line = words.lines().find_map(|line| line.strip_prefix("head      "));
    line.unwrap_or_else(|| panic!("no head in {words}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_whole_and_its_head_stands_at_its_end_and_in_its_report() {
    let (folder, output) = ran().await;
    let head = head(&output);

    let (code, words) = verify(folder.path(), &["--head", &head]);

    assert!(code == Some(0) && words.contains(&head), "{code:?} {words}");
    let report = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(report.contains(&head), "the report names its head");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_row_and_a_head_that_is_another_are_found() {
    let (folder, _) = ran().await;
    let journal = Connection::open(folder.path().join("store/journal.db")).unwrap();
    let edit = "UPDATE entry SET body = replace(body, 'pass', 'warn') WHERE sequence = \
                (SELECT min(sequence) FROM entry WHERE body LIKE '%\"pass\"%')";
    let other = format!("sha256:{}", "0".repeat(64));

    let (code, words) = verify(folder.path(), &["--head", &other]);
    assert!(code == Some(2) && words.contains("written anew"), "{code:?} {words}");
    assert_eq!(journal.execute(edit, []).unwrap(), 1);
    let row: i64 = journal
        .query_row("SELECT min(sequence) FROM entry WHERE body LIKE '%\"warn\"%'", [], |row| row.get(0))
        .unwrap();
    let (code, words) = verify(folder.path(), &[]);
    assert!(code == Some(2) && words.contains(&format!("row {row} was edited")), "{code:?} {words}");
    let (_, json) = verify(folder.path(), &["--format", "json"]);
    assert!(json.contains(&format!("\"row\":{row}")), "{json}");
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_that_was_changed_or_lost_is_found_at_the_row_that_names_it() {
    let (folder, _) = ran().await;

    assert_eq!(edit_evidence(folder.path(), "UPDATE blob SET body = CAST(body || x'20' AS BLOB)"), 1);
    let (code, words) = verify(folder.path(), &[]);
    assert!(code == Some(2) && words.contains("the evidence of row ") && words.contains("changed"), "{code:?} {words}");
    assert_eq!(edit_evidence(folder.path(), "DELETE FROM blob"), 1);
    let (code, words) = verify(folder.path(), &[]);
    assert!(code == Some(2) && words.contains("the evidence of row "), "{code:?} {words}");
}
