//! Sequences of measurements with the standing after each, derived by hand from the rules (`cases.json`), and those
//! where it is another than Argo's on purpose (`differs.json`).

use std::collections::BTreeSet;

use holdpoint_core::assess::progress::Assessed;
use holdpoint_core::assess::reading::Reading;
use holdpoint_core::assess::standing::{Judgement, Standing};
use holdpoint_core::time::Elapsed;
use holdpoint_core::verdict::Sample;
use serde::Deserialize;
use serde_json::Value;

use crate::restated::{By, Event, History};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    terms: Value,
    /// What happens, and where the assessment stands after it.
    steps: Vec<(Value, Standing)>,
    /// What it stands on in the end.
    ground: String,
    /// Which of the declared differences it shows, where it is one.
    difference: Option<u32>,
    /// Where Argo stands in the end, beside a difference.
    argo: Option<Standing>,
}

#[test]
fn outcomes_are_those_of_the_rules() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("cases.json")).unwrap();

    assert!(cases.len() >= 60, "{} cases", cases.len());
    for case in &cases {
        assert_eq!((case.difference, case.argo), (None, None), "{}", case.name);
        check(case);
        assert_eq!(Some(argo(case)), case.steps.last().map(|(_, standing)| *standing), "{}, with Argo", case.name);
    }
    named_once(&cases);
}

#[test]
fn declared_differences_are_those_that_are_stated() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("differs.json")).unwrap();

    for case in &cases {
        assert!(case.difference.is_some(), "{}", case.name);
        check(case);
        assert_eq!(Some(argo(case)), case.argo, "{}, with Argo", case.name);
    }
    named_once(&cases);
    let shown: BTreeSet<_> = cases.iter().filter_map(|case| case.difference).collect();
    assert_eq!(shown.into_iter().collect::<Vec<_>>(), [1, 2, 4, 5, 7, 8], "3, 6, 9 and 10 have tests of their own");
}

/// Takes each step, through what would be written down and read back, and looks where it stands.
fn check(case: &Case) {
    let assessment =
        serde_json::from_value(case.terms.clone()).unwrap_or_else(|error| panic!("{}: {error}", case.name));
    let mut assessed = Assessed::begin(assessment, Elapsed(0));
    assert_eq!(assessed.standing().standing, Standing::Pending, "{}", case.name);
    let mut now = Elapsed(0);
    for (number, (event, expected)) in case.steps.iter().enumerate() {
        now = assessed.next_due().map_or(now, |due| due.at);
        happens(&mut assessed, now, event);
        let found = assessed.standing();
        assert_eq!(found.standing, *expected, "{}, step {number}: {found:?}", case.name);
        assessed = serde_json::from_str(&serde_json::to_string(&assessed).unwrap()).unwrap();
        assert_eq!(assessed.standing(), found, "{}, step {number}, read back", case.name);
    }
    assert_eq!(ground(&assessed.standing()), case.ground, "{}", case.name);
}

fn happens(assessed: &mut Assessed, now: Elapsed, event: &Value) {
    match (event.as_f64(), event.as_str()) {
        (Some(value), _) => drop(assessed.take(now, &Reading::number(value))),
        (None, Some("start")) => assessed.start(),
        (None, Some("stop")) => assessed.stop(),
        (None, Some("error")) => drop(assessed.take(now, &Reading::Error("it went wrong".into()))),
        (None, _) => {
            let sample: Sample = serde_json::from_value(event.clone()).unwrap();
            drop(assessed.take(now, &Reading::Sample(sample)));
        }
    }
}

/// Where Argo's rules, stated a second time, leave the case.
fn argo(case: &Case) -> Standing {
    let mut argo = History::new(By::Argo, &serde_json::from_value(case.terms.clone()).unwrap());
    for (event, _) in &case.steps {
        let event = match (event.as_f64(), event.as_str()) {
            (Some(value), _) => Event::Value(value),
            (None, Some("start")) => Event::Start,
            (None, Some("stop")) => Event::Stop,
            (None, Some("not-a-number")) => Event::Value(f64::NAN),
            (None, Some("not-finite")) => Event::Value(f64::INFINITY),
            (None, _) => Event::Missing,
        };
        argo.happens(0, event);
    }
    argo.standing()
}

fn ground(judgement: &Judgement) -> String {
    let written = serde_json::to_value(judgement.ground).unwrap();
    let tag = written.as_object().and_then(|tagged| tagged.keys().next()).map(String::as_str);
    written.as_str().or(tag).unwrap().to_owned()
}

fn named_once(cases: &[Case]) {
    let names: BTreeSet<_> = cases.iter().map(|case| &case.name).collect();
    assert_eq!(names.len(), cases.len(), "two cases have the same name");
}
