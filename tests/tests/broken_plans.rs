//! Twelve plans, each with another mistake: each gets one error, on the line of the mistake, and nothing runs.

use holdpoint_tests::{holdpoint, root, said, target};
use tempfile::TempDir;

/// What stands in the shop's plan, what somebody writes instead, and a word that the error must have.
const MISTAKES: [(&str, &str, &str); 12] = [
    ("holdpoint = \"0.1\"", "holdpoint = \"9.9\"", "0.1"),
    ("[[phase]]\nname = \"smoke\"", "[[phase]\nname = \"smoke\"", "TOML"),
    ("severity = \"critical\"", "severty = \"critical\"", "severity"),
    ("severity = \"critical\"", "severity = \"deadly\"", "critical"),
    ("plugin = \"identity\"", "plugin = \"identty\"", "identity"),
    ("bundle = \"http.wasm\"", "bundle = \"no-such.wasm\"", "no-such.wasm"),
    ("name = \"order-flow\"", "name = \"health\"", "health"),
    ("timeout = \"2m\"", "timeout = \"2 minutes\"", "1m30s"),
    ("endpoint = \"switch\"", "endpoint = \"swich\"", "switch"),
    ("paths = [\"/version\"]", "paths = [\"version\"]", "/"),
    ("settings.url = \"endpoint:shop/health\"", "settings.ulr = \"endpoint:shop/health\"", "url"),
    ("expect.status = 303", "expect.status = \"three\"", "status"),
];

/// The mistakes that hide others: what is no TOML can't be read on, and without its bundle a plugin's settings can't
/// be looked at.
const HIDING: [usize; 2] = [1, 5];

#[test]
fn mistakes_that_stand_together_are_all_told_each_on_its_line() {
    let mut text = std::fs::read_to_string(root().join("examples/plans/shop.toml")).unwrap();
    let together: Vec<_> =
        MISTAKES.iter().enumerate().filter(|(index, _)| !HIDING.contains(index)).map(|(_, it)| it).collect();
    for (right, wrong, _) in &together {
        assert!(text.contains(right), "the shop's plan has no {right:?} left");
        text = text.replacen(right, wrong, 1);
    }
    let folder = TempDir::new().unwrap();
    let plan = folder.path().join("plan.toml");
    std::fs::write(&plan, &text).unwrap();

    let mut command = holdpoint(folder.path());
    command.arg("lint").arg(&plan).args(["-e", "demo", "--plugins"]).arg(target().join("plugins"));
    let output = command.output().unwrap();

    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    for (_, wrong, _) in together {
        // A name that stands twice is told where it stands again.
        let at = if wrong.contains("health") { text.rfind(wrong) } else { text.find(wrong) }.unwrap();
        let line = text[..at].matches('\n').count() + 1;
        assert!(err.contains(&format!("plan.toml:{line}:")), "{wrong} is on line {line}: {err}");
    }
}

#[test]
fn each_mistake_is_told_on_its_line() {
    let good = std::fs::read_to_string(root().join("examples/plans/shop.toml")).unwrap();
    for (right, wrong, word) in MISTAKES {
        let at = good.find(right).unwrap_or_else(|| panic!("the shop's plan has no {right:?}"));
        let bad = good.replacen(right, wrong, 1);
        let line = good[..at].lines().count().max(1) + usize::from(good[..at].ends_with('\n'));
        let folder = TempDir::new().unwrap();
        let plan = folder.path().join("plan.toml");
        std::fs::write(&plan, &bad).unwrap();

        let mut command = holdpoint(folder.path());
        command.arg("lint").arg(&plan).args(["-e", "demo", "--plugins"]).arg(target().join("plugins"));
        let output = command.output().unwrap();

        assert_eq!(output.status.code(), Some(2), "{wrong}: {}", said(&output));
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        let told = err.lines().find(|told| told.contains("plan.toml:")).unwrap_or_else(|| panic!("{wrong}: {err}"));
        assert!(told.contains(&format!("plan.toml:{line}:")), "{wrong} is on line {line}: {err}");
        assert!(err.contains("1 error, "), "{wrong}: {err}");
        assert!(err.contains(word), "{wrong}: no word of {word:?} in {err}");
    }
}
