//! Hostile texts: whatever a plugin says is shown and never obeyed.

use holdpoint_core::outcome::{Fault, FaultKind, Outcome};
use holdpoint_core::plan::check::Severity;
use holdpoint_core::verdict::Finds;
use holdpoint_report::{History, Story, html, json, junit, markdown, tell};

use crate::scene::{Scene, answered, check, phase, plan, said};

const EVIL: &str = "<script>alert(1)</script> ]]> & \" ' `code` | [link](http://evil.example) @ada";

fn told(outcome: Outcome) -> Story {
    let mut scene = Scene::start(plan(vec![phase("smoke", vec![check("home", Severity::Minor)])]));
    scene.waits(10).ends("home", outcome, answered("/\"><script>", 200));
    tell(&scene.history)
}

fn broken(message: &str) -> Outcome {
    // A denial is not tried again; a fault's texts are not admitted, so they reach the report as they are.
    let (frames, last_log) = (vec![message.to_owned()], vec![message.to_owned()]);
    Outcome::Error { fault: Fault { kind: FaultKind::Denied, message: message.to_owned(), frames, last_log } }
}

#[test]
fn markup_in_a_text_stays_text_in_html() {
    let page = html(&told(said(Finds::Fail, EVIL, vec![])));

    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

#[test]
fn markup_in_a_text_stays_text_in_markdown() {
    let page = markdown(&told(broken(&format!("{EVIL}\n# a heading\n| a | row |"))));

    assert!(page.contains("\\[link\\]\\(http&#58;//evil.example\\) &#64;ada"), "{page}");
    assert!(!page.lines().any(|line| line.starts_with("# a heading") || line.starts_with("| a |")), "{page}");
}

#[test]
fn characters_that_xml_cannot_hold_are_kept_out_of_it() {
    let xml = junit(&told(broken("a\u{0}b\u{8}c\u{1b}d\u{fffe}e ]]> <x>")));

    let illegal = |c: char| c < ' ' && !matches!(c, '\n' | '\t' | '\r') || matches!(c, '\u{fffe}' | '\u{ffff}');
    assert!(!xml.contains(illegal), "{xml:?}");
    assert!(!xml.contains("<x>"), "{xml}");
    assert!(!xml.contains(">]]>"), "{xml}");
}

#[test]
fn every_text_survives_json() {
    let evil = format!("{EVIL}\u{0}\u{202e}");

    let parsed: serde_json::Value = serde_json::from_str(&json(&told(broken(&evil)))).unwrap();

    assert_eq!(parsed["format"], 1);
    assert_eq!(parsed["phases"][0]["checks"][0]["summary"], evil);
}

#[test]
fn what_may_be_secret_in_headers_is_told_nowhere() {
    let story = told(said(Finds::Pass, "fine", vec![]));

    for report in [html(&story), markdown(&story), json(&story), junit(&story)] {
        assert!(!report.contains("secret"), "{report}");
    }
}

#[test]
fn what_could_not_be_found_out_is_an_error_in_junit() {
    let mut scene = Scene::start(plan(vec![phase("smoke", vec![check("home", Severity::Minor)])]));
    scene.ends("home", said(Finds::Inconclusive, "no data", vec![]), answered("/", 200));
    scene.sleeps().ends("home", said(Finds::Inconclusive, "no data", vec![]), answered("/", 200));
    let history: History = scene.history;

    let xml = junit(&tell(&history));

    assert!(xml.contains("<error message=\"no data\" type=\"inconclusive\""), "{xml}");
}
