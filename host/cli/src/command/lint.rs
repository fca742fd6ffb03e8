//! `holdpoint lint`: everything that is wrong with a plan, at once.

use holdpoint_plan::Gravity;
use serde_json::json;

use crate::arguments::{Format, Lint};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::intent::{self, Completeness, Intent, Told};
use crate::output::{self, Ink};

/// Reads the plan and reports.
pub(crate) fn lint(asked: &Lint) -> Result<Exit, Failure> {
    let runtime = super::runtime()?;
    let intent = runtime.block_on(intent::read(&asked.plan, Completeness::AsFarAsKnown))?;
    match asked.format {
        Format::Text => {
            tell(&intent.told);
            output::note(&summary(&intent));
        }
        Format::Json => output::line(&as_json(&intent).to_string()),
    }
    let warned = asked.strict && !intent.told.is_empty();
    Ok(if intent.broken() || warned { Exit::Wrong } else { Exit::Done })
}

/// Prints problems as a compiler would.
pub(crate) fn tell(told: &[Told]) {
    for told in told {
        output::note(&told.problem.render(&told.file));
    }
}

fn summary(intent: &Intent) -> String {
    let errors = intent.told.iter().filter(|told| told.problem.gravity == Gravity::Error).count();
    let warnings = intent.told.len() - errors;
    let sum = format!("{}, {}", counted(errors, "error"), counted(warnings, "warning"));
    let ink = if errors > 0 { Ink::Red } else { Ink::Green };
    output::paint(ink, &sum, &std::io::stderr())
}

fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

fn as_json(intent: &Intent) -> serde_json::Value {
    let problems: Vec<_> =
        intent.told.iter().map(|told| json!({ "file": told.file, "problem": told.problem })).collect();
    json!({ "format": 1, "broken": intent.broken(), "problems": problems })
}
