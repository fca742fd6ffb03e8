//! How far an operation is, by a word that the tool says.

use holdpoint_sdk::finding::excerpt;
use holdpoint_sdk::http::Answer;
use holdpoint_sdk::template::Template;
use holdpoint_sdk::{Failure, Host};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::facts::Facts;

/// Where the tool tells how far an operation is.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Status {
    /// The address; `{{key}}` stands for the idempotency key.
    pub url: Template,
    /// The JSON pointer of the word that tells.
    pub pointer: String,
    /// The words that mean complete. Default: complete.
    #[serde(default = "complete")]
    pub complete: Vec<String>,
    /// The words that mean under way. Default: under-way.
    #[serde(default = "under_way")]
    pub under_way: Vec<String>,
    /// The words that mean failed. Default: failed.
    #[serde(default = "failed")]
    pub failed: Vec<String>,
    /// The words that mean partial. Default: partial.
    #[serde(default = "partial")]
    pub partial: Vec<String>,
}

/// How far an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The tool knows of none.
    NotBegun,
    /// It is under way.
    UnderWay,
    /// It is complete.
    Complete,
    /// Some of it is done, and the rest will not happen by itself.
    Partial,
    /// It failed.
    Failed,
    /// The tool did not say, or not in words that are known.
    Unknown,
}

impl Status {
    /// Asks the tool how far an operation is; with what it said, in one sentence.
    ///
    /// # Errors
    /// When no answer came.
    pub fn look(&self, host: &Host, facts: Facts<'_>) -> Result<(Standing, String), Failure> {
        let answer = get(host, &self.url, facts)?;
        if answer.status == 404 {
            let said = "the deploy tool knows of no operation under this key".to_owned();
            return Ok((Standing::NotBegun, said));
        }
        let said = excerpt(&answer.text());
        if answer.status != 200 {
            return Ok((Standing::Unknown, format!("the deploy tool {}", answered(&answer))));
        }
        let word = word(&answer, &self.pointer);
        let standing = word.as_ref().map_or(Standing::Unknown, |word| self.standing(word));
        Ok((standing, format!("the deploy tool says {}", word.unwrap_or(said))))
    }

    fn standing(&self, word: &str) -> Standing {
        let lists = [
            (&self.complete, Standing::Complete),
            (&self.under_way, Standing::UnderWay),
            (&self.failed, Standing::Failed),
            (&self.partial, Standing::Partial),
        ];
        let found = lists.into_iter().find(|(words, _)| words.iter().any(|known| known == word));
        found.map_or(Standing::Unknown, |(_, standing)| standing)
    }
}

/// Gets an address with its holes filled.
///
/// # Errors
/// When a hole can't be filled or no answer came.
pub fn get(host: &Host, url: &Template, facts: Facts<'_>) -> Result<Answer, Failure> {
    Ok(host.get(url.fill_url(&facts)?).send()?)
}

/// Returns the text, number or truth at a pointer.
pub fn word(answer: &Answer, pointer: &str) -> Option<String> {
    match answer.pointer(pointer).ok()?? {
        Value::String(text) => Some(text),
        other @ (Value::Number(_) | Value::Bool(_)) => Some(other.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn complete() -> Vec<String> {
    vec!["complete".to_owned()]
}

fn under_way() -> Vec<String> {
    vec!["under-way".to_owned()]
}

fn failed() -> Vec<String> {
    vec!["failed".to_owned()]
}

fn partial() -> Vec<String> {
    vec!["partial".to_owned()]
}
/// What a deploy tool answered, fit after its name.
pub fn answered(answer: &Answer) -> String {
    let said = answer.text();
    let colon = if said.trim().is_empty() { "" } else { ": " };
    format!("answered {}{colon}{}", answer.status, excerpt(said.trim()))
}
