//! What was expected beside what came: the places at which they are not the same.

use holdpoint_core::plan::limit::Bytes;
use holdpoint_core::text::{fit, visible};
use serde_json::{Map, Value as Json};

use super::expected::Expected;
use super::observed::Observed;

/// The most of a value that is told, in bytes.
const SHOWN: Bytes = Bytes(400);

/// One place at which something else came than was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Where, as a path below `expect`.
    pub(crate) place: String,
    /// What was expected there.
    pub(crate) expected: String,
    /// What came.
    pub(crate) observed: String,
}

/// Every difference, in the order of the keys.
pub(crate) fn differences(expected: &Expected, observed: &Observed) -> Vec<Difference> {
    let mut found = Vec::new();
    for (key, wanted) in &expected.said {
        match key.as_str() {
            "outcome" => outcome(wanted, observed, &mut found),
            "message-contains" => message(wanted, observed, &mut found),
            "log" => log(wanted, observed, &mut found),
            key => partial(wanted, observed.said.get(key).unwrap_or(&Json::Null), key, &mut found),
        }
    }
    found
}

fn outcome(wanted: &Json, observed: &Observed, found: &mut Vec<Difference>) {
    let word = wanted.as_str().unwrap_or_default();
    let came = observed.said.get("outcome").and_then(Json::as_str).unwrap_or_default();
    if word == came || observed.kind.as_deref() == Some(word) {
        return;
    }
    let why = ["message", "summary"].iter().find_map(|key| observed.said.get(*key)).and_then(Json::as_str);
    let observed = why.map_or_else(|| observed.word().to_owned(), |why| format!("{}: {why}", observed.word()));
    found.push(Difference { place: "outcome".to_owned(), expected: word.to_owned(), observed: fit(&observed, SHOWN) });
}

fn message(wanted: &Json, observed: &Observed, found: &mut Vec<Difference>) {
    let told = observed.said.get("message").and_then(Json::as_str).unwrap_or_default();
    let one = wanted.as_str().into_iter();
    let wanted = one.chain(wanted.as_array().into_iter().flatten().filter_map(Json::as_str));
    for text in wanted.filter(|text| !told.contains(*text)) {
        found.push(Difference {
            place: "message-contains".to_owned(),
            expected: visible(text),
            observed: if told.is_empty() { "no message".to_owned() } else { fit(told, SHOWN) },
        });
    }
}

/// Lines that occur in this order, others between them.
fn log(wanted: &Json, observed: &Observed, found: &mut Vec<Difference>) {
    let lines = observed.said.get("log").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut rest = lines.iter();
    for (number, line) in wanted.as_array().into_iter().flatten().enumerate() {
        let fits = |seen: &&Json| {
            let mut differences = Vec::new();
            partial(line, seen, "", &mut differences);
            differences.is_empty()
        };
        if rest.by_ref().find(fits).is_none() {
            let observed = lines.iter().map(shown).collect::<Vec<_>>().join(", ");
            let observed = if observed.is_empty() { "nothing was logged".to_owned() } else { observed };
            let place = format!("log[{number}]");
            found.push(Difference { place, expected: shown(line), observed: fit(&observed, SHOWN) });
            return;
        }
    }
}

/// What is named must be there: lists whole, of objects only the named keys.
fn partial(wanted: &Json, came: &Json, place: &str, found: &mut Vec<Difference>) {
    match (wanted, came) {
        (Json::Object(wanted), Json::Object(came)) => object(wanted, came, place, found),
        (Json::Array(wanted), Json::Array(came)) => list(wanted, came, place, found),
        _ if same(wanted, came) => {}
        _ => found.push(Difference { place: place.to_owned(), expected: shown(wanted), observed: shown(came) }),
    }
}

fn object(wanted: &Map<String, Json>, came: &Map<String, Json>, place: &str, found: &mut Vec<Difference>) {
    for (key, wanted) in wanted {
        partial(wanted, came.get(key).unwrap_or(&Json::Null), &format!("{place}.{key}"), found);
    }
}

fn list(wanted: &[Json], came: &[Json], place: &str, found: &mut Vec<Difference>) {
    for (number, (wanted, came)) in wanted.iter().zip(came).enumerate() {
        partial(wanted, came, &format!("{place}[{number}]"), found);
    }
    if wanted.len() != came.len() {
        let more = came.iter().skip(wanted.len()).chain(wanted.iter().skip(came.len())).map(shown);
        let more = more.collect::<Vec<_>>().join(", ");
        let observed = fit(&format!("{}, {}: {more}", came.len(), more_or_less(wanted.len(), came.len())), SHOWN);
        found.push(Difference { place: place.to_owned(), expected: format!("{} of them", wanted.len()), observed });
    }
}

fn more_or_less(wanted: usize, came: usize) -> &'static str {
    if wanted < came { "these too" } else { "without these" }
}

/// Whether two plain values are the same; numbers by their value.
fn same(one: &Json, other: &Json) -> bool {
    #[expect(clippy::float_cmp, reason = "what was expected is meant to the last bit")]
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

fn shown(value: &Json) -> String {
    match value {
        Json::Null => "nothing".to_owned(),
        Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) | Json::Object(_) => {
            fit(&value.to_string(), SHOWN)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn places(expected: &Json, observed: &Json) -> Vec<String> {
        let expected = Expected { said: expected.as_object().cloned().unwrap(), at: None };
        let observed = Observed { said: observed.as_object().cloned().unwrap(), kind: None };
        differences(&expected, &observed).into_iter().map(|it| it.place).collect()
    }

    #[test]
    fn what_is_not_named_is_not_compared() {
        let observed =
            json!({"outcome": "fail", "findings": [{"subject": "a", "observed": "1", "labels": {"x": "y"}}]});

        assert!(places(&json!({"findings": [{"subject": "a"}]}), &observed).is_empty());
        assert_eq!(places(&json!({"findings": [{"labels": {"x": "z"}}]}), &observed), ["findings[0].labels.x"]);
    }

    #[test]
    fn a_list_has_no_more_and_no_less_than_what_is_named() {
        let two = json!({"findings": [{"subject": "a"}, {"subject": "b"}]});

        assert_eq!(places(&json!({"findings": [{"subject": "a"}]}), &two), ["findings"]);
        assert_eq!(places(&two, &json!({"findings": [{"subject": "a"}]})), ["findings"]);
    }

    #[test]
    fn null_is_nothing_and_a_whole_number_is_the_same_with_a_point() {
        assert!(places(&json!({"a": {"b": null, "c": 1}}), &json!({"a": {"c": 1.0}})).is_empty());
        assert_eq!(places(&json!({"a": {"b": null}}), &json!({"a": {"b": 1}})), ["a.b"]);
    }

    #[test]
    fn lines_of_a_log_may_stand_among_others_and_not_in_another_order() {
        let log = json!({"log": [{"severity": "info", "text": "a"}, {"severity": "warn", "text": "b"}, {"text": "c"}]});

        assert!(places(&json!({"log": [{"text": "a"}, {"text": "c"}]}), &log).is_empty());
        assert_eq!(places(&json!({"log": [{"text": "c"}, {"text": "a"}]}), &log), ["log[1]"]);
    }
}
