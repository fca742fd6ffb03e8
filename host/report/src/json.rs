//! The JSON report, for machines.
//!
//! One object: `"format": 1` and the fields of a [`Story`], keys in kebab case, in this order: `headline` (`word`,
//! `exit-code`, `sentence`, `tone`), `hint` (what failed before the service did), `path` (who is to be told how), `reasons` (a tree of `words` and `because`), `subject` (run, release, plan,
//! plugins, host, start and end), `decisions`, `phases` (each with `gate` and `checks`, each with `attempts`; with `signals`, and `watched-on` for what was sampled after the gate),
//! `rollout` (`stages`, each with its `shift`, and `deeds`; only under a plan with stages), `rollback` (`account`, `plan`, `deeds`, `recovery`), `timeline` and `complaints`.
//!
//! Times called `-ms` are milliseconds after the start of the run, `-micros` microseconds after the start of the call.
//! What is not known is `null`. A reader must accept keys that it does not know; a meaning changes only together with
//! the number of the format.

use serde::Serialize;

use crate::story::Story;

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    #[serde(flatten)]
    story: &'a Story,
}

/// Renders a story as JSON, indented, with a line end at the end.
#[must_use]
pub fn json(story: &Story) -> String {
    // A story holds texts, integers and finite or null numbers under textual keys: all of it has a JSON form.
    let mut text = serde_json::to_string_pretty(&Document { format: 1, story }).unwrap_or_default();
    text.push('\n');
    text
}
