//! `holdpoint backtest`: a plan's rules on the recorded samples of past runs.

use std::fmt::Write as _;
use std::path::Path;

use holdpoint_core::id::RunId;
use holdpoint_core::time::Span;
use holdpoint_journal::{Journal as _, Store};
use serde_json::json;

use crate::arguments::{Backtest as Asked, Format};
use crate::backtest::{Backtest, Fired, Made, backtest as decide};
use crate::command::lint::tell;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::intent::{self, Completeness};
use crate::{kept, output};

/// Decides past runs anew and tells what is different.
pub(crate) fn backtest(asked: &Asked, path: &Path) -> Result<Exit, Failure> {
    let store = kept::store(path)?;
    let runs = chosen(&store, &asked.runs)?;
    let intent = super::runtime()?.block_on(intent::read(&asked.plan, Completeness::AsFarAsKnown))?;
    tell(&intent.told);
    let Some(plan) = intent.plan.as_ref().filter(|_| !intent.broken()) else {
        return Err(Failure::plan("the plan can't be run, so it can't be backtested"));
    };
    let mut flips = 0;
    for run in runs {
        let entries = kept::entries(&store, &run)?;
        match decide(plan, &entries) {
            Ok(backtest) => {
                flips += usize::from(backtest.flips());
                match asked.format {
                    Format::Text => output::print(&text(&backtest)),
                    Format::Json => output::line(&as_json(&backtest).to_string()),
                }
            }
            Err(why) => match asked.format {
                Format::Text => output::line(&format!("{run}\n  can't be backtested: {why}")),
                Format::Json => output::line(&json!({"run": run, "error": why.to_string()}).to_string()),
            },
        }
    }
    Ok(if asked.fail_on_flip && flips > 0 { Exit::Wrong } else { Exit::Done })
}

/// The runs that are meant: one, all, or the last so many.
fn chosen(store: &Store, asked: &str) -> Result<Vec<RunId>, Failure> {
    let most = match asked.strip_prefix("last:") {
        Some(count) => count.parse().ok().filter(|count| *count > 0).ok_or_else(|| {
            Failure::usage(format!("--runs {asked:?} does not say how many")).hint("write it like --runs last:10")
        })?,
        None if asked == "all" => usize::MAX,
        None => return Ok(vec![kept::run(store, asked)?]),
    };
    let listed = store.journal().runs(most.min(1_000_000));
    let listed = listed.map_err(|error| Failure::internal("the journal can't be read").because(error))?;
    if listed.is_empty() {
        return Err(Failure::usage("there are no runs yet"));
    }
    Ok(listed.into_iter().map(|row| row.run).collect())
}

fn as_json(backtest: &Backtest) -> serde_json::Value {
    let mut told = json!(backtest);
    if let Some(object) = told.as_object_mut() {
        object.insert("flips".to_owned(), json!(backtest.flips()));
    }
    told
}

fn text(backtest: &Backtest) -> String {
    let mut out = format!("{}\n", backtest.run);
    let made = |made: Option<Made>| match made {
        Some(made) => format!("{} after {}", made.decided.as_str(), Span::from_millis(made.at_ms)),
        None => "nothing".to_owned(),
    };
    // Writing to a text can't fail.
    let _ = writeln!(out, "  then  {}", made(backtest.then));
    let now = if let Some(ends) = backtest.ends_ms {
        format!("undecided: what was recorded ends after {}", Span::from_millis(ends))
    } else {
        let told = if backtest.flips() { "another decision".to_owned() } else { apart(backtest) };
        format!("{}: {told}", made(backtest.now))
    };
    let _ = writeln!(out, "  now   {now}");
    for firing in &backtest.signals {
        let fired = |fired: &Option<Fired>| match fired {
            Some(fired) => format!("{} after {}", fired.rule, Span::from_millis(fired.after_ms)),
            None => "no rule fired".to_owned(),
        };
        let _ = writeln!(out, "    {}: then {}; now {}", firing.signal, fired(&firing.then), fired(&firing.now));
    }
    if !backtest.left_out.is_empty() {
        let _ = writeln!(out, "  not in the run, left out: {}", backtest.left_out.join(", "));
    }
    out
}

/// How much earlier or later the same decision is.
fn apart(backtest: &Backtest) -> String {
    let (Some(then), Some(now)) = (backtest.then, backtest.now) else { return "there was no decision then".to_owned() };
    match now.at_ms.cmp(&then.at_ms) {
        std::cmp::Ordering::Less => format!("the same, {} earlier", Span::from_millis(then.at_ms - now.at_ms)),
        std::cmp::Ordering::Equal => "the same".to_owned(),
        std::cmp::Ordering::Greater => format!("the same, {} later", Span::from_millis(now.at_ms - then.at_ms)),
    }
}
