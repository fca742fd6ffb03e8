//! Settings: from the plan's JSON to the plugin's own type.
//!
//! What is wrong is told with its place, as a JSON pointer, so that the plan's reader can underline it.

use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use crate::{Failure, Problem};

impl Problem {
    /// Returns a problem at a JSON pointer; the empty pointer means the settings as a whole.
    pub fn at(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), message: message.into(), hint: None }
    }

    /// Adds what would mend it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Reads settings.
///
/// # Errors
/// The first thing that doesn't fit the type, with its place.
pub fn parse<S: DeserializeOwned>(json: &str) -> Result<S, Problem> {
    let mut reader = serde_json::Deserializer::from_str(json);
    let settings = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        Problem::at(pointer, without_position(&error.into_inner().to_string()))
    })?;
    reader.end().map_err(|error| Problem::at("", error.to_string()))?;
    Ok(settings)
}

/// Reads settings that must also satisfy the plugin's own rules.
///
/// # Errors
/// [`Failure::Settings`] with every problem and its place.
pub fn accept<S: DeserializeOwned>(json: &str, validate: fn(&S) -> Vec<Problem>) -> Result<S, Failure> {
    let settings = parse(json).map_err(|problem| failure(&[problem]))?;
    let problems = validate(&settings);
    if problems.is_empty() { Ok(settings) } else { Err(failure(&problems)) }
}

/// Puts problems into one failure.
fn failure(problems: &[Problem]) -> Failure {
    let told: Vec<String> = problems
        .iter()
        .map(|problem| match problem.pointer.as_str() {
            "" => problem.message.clone(),
            pointer => format!("{pointer}: {}", problem.message),
        })
        .collect();
    Failure::Settings(told.join("; "))
}

fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => {
                pointer.push('/');
                pointer.push_str(&index.to_string());
            }
            Segment::Map { key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

/// The line and column of the JSON mean nothing to whoever wrote TOML.
fn without_position(message: &str) -> &str {
    message.rsplit_once(" at line ").map_or(message, |(said, _)| said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        #[expect(dead_code, reason = "only read in")]
        steps: Vec<Step>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Step {
        #[expect(dead_code, reason = "only read in")]
        status: u16,
    }

    #[test]
    fn a_wrong_type_is_told_with_its_place() {
        let problem = parse::<Settings>(r#"{"steps":[{"status":200},{"status":"ok"}]}"#).expect_err("a text");

        assert_eq!(problem, Problem::at("/steps/1/status", "invalid type: string \"ok\", expected u16"));
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let problem = parse::<Settings>(r#"{"steps":[{"status":200,"stauts":1}]}"#).expect_err("a misspelt key");

        assert_eq!(problem, Problem::at("/steps/0/stauts", "unknown field `stauts`, expected `status`"));
    }

    #[test]
    fn a_rule_of_the_plugins_own_stops_the_call() {
        let failure = accept::<Settings>(r#"{"steps":[]}"#, |_| vec![Problem::at("/steps", "is empty")]);

        assert_eq!(failure.expect_err("empty"), Failure::Settings("/steps: is empty".into()));
    }
}
