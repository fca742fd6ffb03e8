//! JUnit reports are valid under the schema that Jenkins reads them by, in whatever way a check can end.

use std::path::{Path, PathBuf};
use std::process::Command;

use holdpoint_shop::{Shop, ShopConfig};
use holdpoint_tests::{root, said, shop_run, target};
use tempfile::TempDir;

/// Holds a file against the schema.
fn validate(path: &Path) {
    let schema = target().join("tools/junit-10.xsd");
    assert!(schema.exists(), "{} is not there: `cargo xtask test` fetches it", schema.display());
    let output = Command::new("xmllint").args(["--noout", "--nonet", "--schema"]).arg(schema).arg(path).output();
    let output = output.expect("xmllint is installed by `cargo xtask test`");
    assert!(output.status.success(), "{}: {}", path.display(), said(&output));
}

#[test]
fn every_way_that_a_check_can_end_is_valid() {
    let folder = root().join("host/report/tests/reports/golden");
    let ending = |path: &PathBuf| path.to_string_lossy().ends_with(".xml.out");
    let reports: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(ending).collect();
    let all: String = reports.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();

    for sign in ["<failure ", "type=\"inconclusive\"", "type=\"error\"", "type=\"timeout\"", "<skipped", "waived"] {
        assert!(all.contains(sign), "no report has {sign}");
    }
    for report in &reports {
        validate(report);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_of_a_release_that_is_rolled_back_is_valid() {
    let (folder, mut config) = (TempDir::new().unwrap(), ShopConfig::on_free_ports());
    config.live = "green".parse().unwrap();
    config.green_faults = ["checkout-broken".parse().unwrap()].into_iter().collect();
    let shop = Shop::start(config).await.unwrap();
    let report = folder.path().join("report.xml");
    let mut command = shop_run(folder.path(), &shop.ready().public, &shop.ready().admin);
    command.arg("--report").arg(&report);

    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();

    assert_eq!(output.status.code(), Some(20), "{}", said(&output));
    validate(&report);
}
