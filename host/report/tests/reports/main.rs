//! Reports: whole runs, told in every format.
//!
//! Each report is held against a file in `golden`. `HOLDPOINT_BLESS=1` writes the files anew; they are reviewed as text.
#![expect(clippy::wildcard_enum_match_arm, reason = "a script looks for one command among all")]

mod explained;
mod hostile;
mod runs;
mod scene;
mod staged;
mod watched;

use std::fs;
use std::path::Path;

use holdpoint_report::{History, html, json, junit, markdown, tell};

/// Holds every format of a history's story against its golden file.
fn compare(name: &str, history: &History) {
    let story = tell(history);
    let formats = [("html", html(&story)), ("md", markdown(&story)), ("json", json(&story)), ("xml", junit(&story))];
    for (ending, told) in formats {
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/reports/golden/{name}.{ending}.out"));
        if std::env::var_os("HOLDPOINT_BLESS").is_some() {
            fs::write(&golden, &told).unwrap();
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        assert!(expected == told, "the report differs from {}; HOLDPOINT_BLESS=1 shows how", golden.display());
    }
}

#[test]
fn a_confirmed_run_is_told() {
    compare("confirmed", &runs::confirmed());
}

#[test]
fn a_rolled_back_run_is_told() {
    compare("rolled-back", &runs::rolled_back());
}

#[test]
fn a_run_that_is_cut_short_is_told() {
    compare("cut-short", &runs::cut_short());
}

#[test]
fn a_run_whose_dependency_failed_first_says_so_in_every_format() {
    let history = runs::not_at_fault();

    compare("not-at-fault", &history);

    let story = tell(&history);
    let words = "The service may not be at fault: dependency inventory failed 600ms before orders.";
    assert!(html(&story).contains(words) && markdown(&story).contains(words), "{}", markdown(&story));
    let told: serde_json::Value = serde_json::from_str(&json(&story)).unwrap();
    assert_eq!((&told["hint"]["dependency"], &told["hint"]["own"]), (&"inventory".into(), &"orders".into()));
    assert_eq!(told["hint"]["ahead-ms"], 600);
    assert_eq!(told["path"]["person"], "shop on-call");
    assert_eq!(told["path"]["ways"], serde_json::json!(["page", "ticket"]));
}

#[test]
fn a_run_in_which_no_dependency_failed_has_no_hint() {
    let told: serde_json::Value = serde_json::from_str(&json(&tell(&runs::rolled_back()))).unwrap();

    assert!(told["hint"].is_null() && told["path"].is_null(), "{told}");
}

#[test]
fn a_run_that_is_watched_is_told() {
    compare("watched", &watched::watched());
}

#[test]
fn a_run_that_is_watched_beyond_its_gate_is_told() {
    let history = watched::watched_on();

    compare("watched-on", &history);

    let story = tell(&history);
    let words = "Its rules stayed armed after the gate, from +1:20.000 to +1:50.000:";
    assert!(html(&story).contains(words) && markdown(&story).contains(words), "{}", markdown(&story));
    let told: serde_json::Value = serde_json::from_str(&json(&story)).unwrap();
    let signal = &told["phases"][0]["watched-on"]["signals"][0];
    assert_eq!(
        (&signal["name"], &signal["word"], signal["samples"].as_array().unwrap().len()),
        (&"errors".into(), &"fail".into(), 3)
    );
}

#[test]
fn the_same_history_gives_the_same_bytes() {
    let (once, again) = (tell(&runs::rolled_back()), tell(&runs::rolled_back()));

    assert_eq!(html(&once), html(&again));
    assert_eq!(markdown(&once), markdown(&again));
    assert_eq!(json(&once), json(&again));
    assert_eq!(junit(&once), junit(&again));
}

#[test]
fn a_history_without_a_start_tells_that_nothing_is_known() {
    let story = tell(&History::default());

    assert!(html(&story).contains("Nothing is known"), "{}", html(&story));
    assert!(markdown(&story).contains("Nothing is known"));
    assert!(json(&story).contains("\"word\": \"unknown\""));
}

#[test]
fn a_history_cut_anywhere_has_a_story_that_passes_nothing_unsettled() {
    let whole = runs::rolled_back();
    for most in 0..whole.entries.len() {
        let entries = whole.entries.iter().take(most).cloned().collect();

        let story = tell(&History { entries, ..whole.clone() });

        let told: serde_json::Value = serde_json::from_str(&json(&story)).unwrap();
        let word = told["headline"]["word"].as_str().unwrap();
        assert_eq!(word, if most == 0 { "unknown" } else { "under way" });
        let open = json(&story).matches("\"word\": \"waiting\"").count();
        let errors = junit(&story).matches("type=\"waiting\"").count();
        assert_eq!(open, errors, "what waits is no pass");
    }
}

#[test]
fn evidence_that_is_not_there_is_told_as_missing() {
    let history = History { evidence: std::collections::BTreeMap::new(), ..runs::rolled_back() };

    let story = tell(&history);

    assert!(html(&story).contains("what it held is not known"));
    assert!(markdown(&story).contains("which is missing here"));
}

#[test]
fn the_page_asks_for_nothing_from_outside() {
    let page = html(&tell(&runs::rolled_back()));

    assert!(page.contains("default-src &#39;none&#39;") || page.contains("default-src 'none'"), "{page}");
    for way in ["<script", "<link", "<img", "<iframe", " src=", " href=", "@import", "url("] {
        assert!(!page.contains(way), "{way}");
    }
}
