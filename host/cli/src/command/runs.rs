//! `holdpoint runs`: the runs that are kept.

use std::path::Path;

use holdpoint_core::run::Run;
use holdpoint_journal::{Journal as _, RunRow, Store};
use serde_json::{Value, json};

use crate::arguments::{Format, Runs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{kept, output};

/// Lists them, the newest first.
pub(crate) fn runs(asked: &Runs, path: &Path) -> Result<Exit, Failure> {
    let store = kept::store(path)?;
    let rows = store.journal().runs(asked.most);
    let rows = rows.map_err(|error| Failure::internal("the journal can't be read").because(error))?;
    for row in rows {
        let run = Run::fold(&kept::entries(&store, &row.run)?);
        match asked.format {
            Format::Text => output::line(&text(&row, &run)),
            Format::Json => output::line(&as_json(&row, &run).to_string()),
        }
    }
    drop::<Store>(store);
    Ok(Exit::Done)
}

/// How a run stands, in a word or two.
pub(crate) fn standing(run: &Run) -> &'static str {
    run.ending().map_or("not ended", |ending| ending.words())
}

fn text(row: &RunRow, run: &Run) -> String {
    let release = run.course().map(|course| &course.start().release);
    let subject = release.map(|release| format!("{} {} in {}", release.service, release.version, release.environment));
    format!("{}  {}  {:<15}  {}", row.run, row.started, standing(run), subject.unwrap_or_default())
}

fn as_json(row: &RunRow, run: &Run) -> Value {
    json!({
        "run": row.run,
        "started": row.started.to_string(),
        "last": row.last.to_string(),
        "entries": row.entries,
        "ending": run.ending(),
        "release": run.course().map(|course| &course.start().release),
    })
}
