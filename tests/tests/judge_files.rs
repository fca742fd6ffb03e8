//! `holdpoint judge`: files that are wrong, what is not as expected, and the schema of a file.

use holdpoint_tests::{CASES, holdpoint, judged, root, said};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

#[test]
fn of_very_many_problems_the_first_are_told_and_the_rest_counted() {
    let window = vec!["x"; 5_000];

    let output = judged(&json!({ "name": "a", "rule": { "above": 1 }, "window": window }).to_string(), &[]);

    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("there are 4900 more problems"), "{}", said(&output));
}

#[test]
fn what_is_not_as_expected_is_told_and_is_no_success() {
    let case =
        |name: &str, expect: &str| json!({ "name": name, "rule": { "above": 1 }, "window": [2], "expect": expect });
    let cases = json!({ "cases": [case("good", "breach"), case("bad", "no-breach")] }).to_string();

    let (output, text) = (judged(&cases, &[]), judged(&cases, &["--format", "text"]));

    assert_eq!((output.status.code(), text.status.code()), (Some(2), Some(2)));
    let told: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&told["surprises"], &told["cases"][1]["as-expected"]), (&json!(1), &json!(false)));
    assert!(said(&output).contains("case \"bad\" came to breach, not to no-breach as expected"), "{}", said(&output));
    let lines = String::from_utf8_lossy(&text.stdout);
    assert!(lines.starts_with("good: breach\n    1 of 1 samples are above 1"), "{lines}");
    assert!(lines.contains("bad: breach, not no-breach as expected"), "{lines}");
}

/// A file; where what is wrong with it stands; and words of what is told.
const WRONG: [(&str, &[&str]); 17] = [
    ("{", &["1:1: error: this is not JSON"]),
    ("[]", &["1:1: error: a case must be an object, not a list"]),
    ("{\"cases\": []}", &["1:11: error: \"cases\" is empty"]),
    ("{\"rule\": {\"above\": 1}}", &["a case has no \"name\"", "a case has no \"window\""]),
    (
        "{\"name\": \"a\", \"rule\": {\"above\": 1, \"below\": 2}, \"window\": []}",
        &["1:23: error: the rule of case \"a\" must have exactly one family"],
    ),
    (
        "{\"name\": \"a\",\n \"rule\": {\"above\": \"x\", \"for-samples\": 0.5},\n \"window\": [1, true,\n \"2\"], \"windw\": 1}",
        &[
            "2:20: error: \"above\" must be a number",
            "2:40: error: \"for-samples\" is 0.5",
            "3:16: error",
            "4:2: error",
            "4:8: error: unknown key \"windw\"",
        ],
    ),
    (
        "{\"name\": \"a\", \"rule\": {\"differs\": {\"error-rate\": 2, \"direction\": \"up\", \"alpha\": 1}}, \"window\": [1], \"baseline\": [1]}",
        &[
            "1:50: error: \"error-rate\": 2 is not an error rate",
            "1:66: error: \"direction\": unknown variant",
            "1:72: error: unknown key \"alpha\"",
        ],
    ),
    (
        "{\"name\": \"a\", \"rule\": {\"sequential\": {\"horizon\": -1, \"counting\": \"x\"}}, \"window\": []}",
        &["\"horizon\": invalid value", "\"counting\" is what the samples are", "\"sequential\" has no \"against\""],
    ),
    (
        "{\"name\": \"a\", \"rule\": {\"sequential\": {\"counting\": \"requests\", \"against\": 2}}, \"window\": [[3, 2], 7, [1]]}",
        &[
            "there are more events than requests",
            "holds a number, which is no count",
            "holds a list, which is no count",
        ],
    ),
    (
        "{\"cases\": [{\"name\": \"a\", \"rule\": {\"sequential\": {\"against\": \"cohort\"}}, \"window\": [1], \"baseline\": []}, {\"name\": \"b\", \"rule\": {\"trend\": {\"interval\": \"0s\"}}, \"window\": []}]}",
        &["has 1 samples, and its baseline 0", "\"interval\" is zero"],
    ),
    (
        "{\"name\": \"a\", \"rule\": {\"assess\": {\"count\": 3}}, \"measurements\": [1]}",
        &["there is no condition", "1:34: error: count is 3 and there is no interval"],
    ),
    (
        "{\"name\": \"a\", \"rule\": {\"above\": 1}, \"window\": [], \"measurements\": [], \"expect\": \"High\"}",
        &["makes no use of \"measurements\"", "never comes to \"High\"", "hint: it comes to no-data, inconclusive"],
    ),
    (
        "{\"cases\": [{\"name\": \"a\", \"rule\": {\"above\": 1}, \"window\": []}, {\"name\": \"a\", \"rule\": {\"rise\": -1, \"baseline\": 1}, \"window\": [1e200]}]}",
        &["\"rise\" is -1 percent", "\"window\" of case \"a\" holds 1e200"],
    ),
    (
        "{\"name\": \"a\", \"rule\": {\"kayenta\": {\"metrics\": [], \"scoring\": {\"pass\": 50, \"marginal\": -1}}}}",
        &["\"marginal\" is -1, and a score is from 0 to 100", "at least one metric"],
    ),
    (
        "{\"name\": \"a\", \"rule\": {\"kayenta\": {\"metrics\": [1], \"scoring\": {\"group-weights\": {\"a\": 90, \"b\": 20}}}}}",
        &["\"group-weights\" sum up to 110", "a metric of \"kayenta\" must be an object, not a number"],
    ),
    (
        "{\"name\": \"a\", \"rule\": {\"kayenta\": {\"metrics\": [{\"name\": \"m\", \"control\": [1]}], \"scoring\": {\"pass\": 50}}}}",
        &["metric \"m\" has no \"experiment\"", "\"marginal\" is 75, above \"pass\""],
    ),
    (
        "{\"name\": \"a\", \"name\": \"b\", \"rule\": {\"above\": 1}, \"window\": []}",
        &["1:15: error: \"name\" stands twice"],
    ),
];

#[test]
fn everything_that_is_wrong_with_a_file_is_told_at_its_place() {
    for (text, wanted) in WRONG {
        let output = judged(text, &[]);

        let told = said(&output);
        assert_eq!(output.status.code(), Some(2), "{text}: {told}");
        for words in wanted {
            assert!(told.contains(words), "{text}: {words} is not told: {told}");
        }
        let problems: Json = serde_json::from_slice(&output.stdout).unwrap();
        assert!(
            problems["problems"].as_array().unwrap().len() >= wanted.iter().filter(|it| it.contains("error")).count()
        );
    }
}

#[test]
fn a_file_that_is_not_there_is_told_with_what_mends_it() {
    let folder = TempDir::new().unwrap();

    let output = holdpoint(folder.path()).args(["judge", "none.json"]).output().unwrap();

    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("could not read the cases in none.json"), "{}", said(&output));
    assert!(said(&output).contains("holdpoint schema judge"), "{}", said(&output));
}

#[test]
fn the_schema_takes_the_example_and_refuses_what_is_refused() {
    let folder = TempDir::new().unwrap();
    let output = holdpoint(folder.path()).args(["schema", "judge"]).output().unwrap();
    let schema: Json = serde_json::from_slice(&output.stdout).unwrap();
    let example: Json = serde_json::from_str(&std::fs::read_to_string(root().join(CASES)).unwrap()).unwrap();

    let schema = jsonschema::validator_for(&schema).unwrap();

    let told: Vec<String> = schema.iter_errors(&example).map(|error| error.to_string()).collect();
    assert!(told.is_empty(), "{told:#?}");
    for case in example["cases"].as_array().unwrap() {
        let mut odd = case.clone();
        odd["rule"]["odd"] = json!(1);
        assert!(schema.is_valid(case) && !schema.is_valid(&odd), "{case:#}");
    }
    assert!(!schema.is_valid(&json!({ "name": "a", "rule": { "above": 1 }, "window": ["x"] })));
}
