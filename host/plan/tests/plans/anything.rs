//! Whatever the text is: no panic, places within it, and a plan exactly when nothing is an error.

use std::fs;

use holdpoint_plan::release::Layer;
use holdpoint_plan::{any_error, digest, policy};
use proptest::prelude::*;

use crate::setting;

fn check(text: &str) -> Result<(), TestCaseError> {
    let reading = holdpoint_plan::read(text);
    let (plan, problems) = holdpoint_plan::lower(&reading.draft, &setting::context_for(""));
    let _ = (reading.draft.attachments(), reading.draft.environments(), reading.draft.release());
    let wrong = any_error(&problems) || any_error(&reading.problems);
    prop_assert_eq!(plan.is_none(), wrong, "{:?} {:?}", problems, reading.problems);
    for problem in problems.iter().chain(&reading.problems) {
        let place = problem.place.expect("a problem of a plan has a place");
        prop_assert!(place.start <= place.end && place.end <= text.len(), "{place:?} in {} bytes", text.len());
        prop_assert!(text.is_char_boundary(place.start), "{place:?}");
        let steers =
            problem.what.chars().chain(problem.cure.iter().flat_map(|cure| cure.chars())).any(char::is_control);
        prop_assert!(!steers, "{problem:?} would steer a terminal");
    }
    if let Some(plan) = plan {
        prop_assert!(!digest::frozen(&plan).is_empty());
    }
    Ok(())
}

fn good() -> Vec<String> {
    let folder = setting::root().join("good");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut plans: Vec<_> = paths.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
    plans.sort();
    plans.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// What a text is changed by: somewhere, so many characters go and these come.
fn edit() -> impl Strategy<Value = (prop::sample::Index, usize, String)> {
    let pieces = prop_oneof![
        Just(String::new()),
        prop::sample::select(vec![
            "\n",
            "\"",
            "'",
            "[",
            "]",
            "{",
            "}",
            "=",
            ".",
            ",",
            "#",
            "\"\"\"",
            "[[phase]]\n",
            "[rollback]\n",
            "-1",
            "true",
            "1e9",
            "nan",
            "2026-01-01",
            "endpoint:",
            "\u{0}",
            "\u{202e}",
            "\u{e9}",
            "a.b.c = 1\n",
        ])
        .prop_map(str::to_owned),
        ".{0,8}",
    ];
    (any::<prop::sample::Index>(), 0_usize..12, pieces)
}

fn edited(mut text: String, edits: Vec<(prop::sample::Index, usize, String)>) -> String {
    for (at, count, piece) in edits {
        let letters: Vec<char> = text.chars().collect();
        let at = at.index(letters.len() + 1);
        let end = letters.len().min(at + count);
        text = letters[..at].iter().copied().chain(piece.chars()).chain(letters[end..].iter().copied()).collect();
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_a_panic(text in "\\PC{0,200}") {
        check(&text)?;
        let _ = (policy::read(&text), Layer::read(&text));
    }

    #[test]
    fn any_soup_of_toml_is_read_without_a_panic(
        text in "([a-z]{1,3}( ?\\. ?|=|\\]|\\[|\\[\\[|\\]\\]|\"|'|\\{|\\}|,|\n|1|#|_| |\t|\r\n)){0,60}"
    ) {
        check(&text)?;
        let _ = (policy::read(&text), Layer::read(&text), Layer::read(&format!("{{{text}")));
    }

    #[test]
    fn a_good_plan_that_was_mauled_is_read_without_a_panic(
        plan in prop::sample::select(good()),
        edits in prop::collection::vec(edit(), 1..6),
    ) {
        check(&edited(plan, edits))?;
    }

    #[test]
    fn a_good_plan_without_some_of_its_lines_is_read_without_a_panic(
        plan in prop::sample::select(good()),
        kept in prop::collection::vec(prop::bool::weighted(0.9), 200),
    ) {
        let lines = plan.lines().zip(kept).filter(|(_, kept)| *kept).map(|(line, _)| format!("{line}\n"));
        check(&lines.collect::<String>())?;
    }
}
