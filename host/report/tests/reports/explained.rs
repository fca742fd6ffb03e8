//! Plans in sentences: what comes of the good plans that watch, held against a file in `golden`.

use std::fs;
use std::path::Path;

use holdpoint_core::plan::Plan;
use holdpoint_report::explained;

fn compare(name: &str) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let lowered = fs::read_to_string(here.join(format!("../../tests/plans/good/{name}.out"))).unwrap();
    let plan: Plan = serde_json::from_str(&lowered).unwrap();
    let told = explained(&plan);
    let golden = here.join(format!("tests/reports/golden/{name}.explained.out"));
    if std::env::var_os("HOLDPOINT_BLESS").is_some() {
        fs::write(&golden, &told).unwrap();
    }
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    assert!(expected == told, "the sentences differ from {}; HOLDPOINT_BLESS=1 shows how", golden.display());
}

#[test]
fn a_plan_that_watches_is_said_in_sentences() {
    compare("watched");
}

#[test]
fn a_plan_with_stages_says_each_shift_before_what_is_judged_at_it() {
    compare("stages");
}

#[test]
fn a_plan_that_assesses_is_said_in_sentences() {
    compare("assess");
}

#[test]
fn escalation_paths_are_said_and_what_is_said_is_in_force() {
    compare("paths");
}
