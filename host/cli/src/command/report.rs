//! `holdpoint report`: a run told to whoever wasn't there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use holdpoint_core::id::RunId;
use holdpoint_journal::Store;
use holdpoint_report::{Story, tell};

use crate::arguments::{Report, ReportFormat};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{kept, output};

/// Writes the report.
pub(crate) fn report(asked: &Report, path: &Path) -> Result<Exit, Failure> {
    let store = kept::store(path)?;
    let run = kept::run(&store, &asked.run)?;
    let format = match (asked.format, &asked.output) {
        (Some(format), _) => format,
        (None, Some(output)) => by_ending(output)?,
        (None, None) => ReportFormat::Markdown,
    };
    let told = tell(&kept::history(&store, &run)?);
    match &asked.output {
        Some(output) => save(output, &rendered(&told, format))?,
        None => output::print(&rendered(&told, format)),
    }
    Ok(Exit::Done)
}

/// Writes a run's report to a file whose ending says its form.
pub(crate) fn write_report(store: &Store, run: &RunId, output: &Path) -> Result<(), Failure> {
    let told = tell(&kept::history(store, run)?);
    save(output, &rendered(&told, by_ending(output)?))
}

/// The form that a file's ending says.
pub(crate) fn by_ending(output: &Path) -> Result<ReportFormat, Failure> {
    match output.extension().and_then(|ending| ending.to_str()) {
        Some("html" | "htm") => Ok(ReportFormat::Html),
        Some("md" | "markdown") => Ok(ReportFormat::Markdown),
        Some("json") => Ok(ReportFormat::Json),
        Some("xml") => Ok(ReportFormat::Junit),
        Some(_) | None => Err(Failure::usage(format!("the ending of {} says no form of report", output.display()))
            .hint("use .html, .md, .json or .xml (JUnit)")),
    }
}

/// The report in this form.
pub(crate) fn rendered(story: &Story, format: ReportFormat) -> String {
    match format {
        ReportFormat::Html => holdpoint_report::html(story),
        ReportFormat::Markdown => holdpoint_report::markdown(story),
        ReportFormat::Json => holdpoint_report::json(story),
        ReportFormat::Junit => holdpoint_report::junit(story),
    }
}

/// Finds out whether a report can be written there, before a run that ends in it begins.
pub(crate) fn writable(output: &Path) -> Result<(), Failure> {
    if output.is_dir() {
        return Err(Failure::usage(format!("could not write the report {}: it is a folder", output.display())));
    }
    let unfinished = begin(output, "").map_err(|error| unwritten(output, error))?;
    fs::remove_file(unfinished).map_err(|error| unwritten(output, error))
}

/// Writes under another name first, so that nobody ever reads half a report.
pub(crate) fn save(output: &Path, text: &str) -> Result<(), Failure> {
    let written = begin(output, text).and_then(|unfinished| fs::rename(unfinished, output));
    written.map_err(|error| unwritten(output, error))
}

/// Writes beside the output, making its folder, and says where.
fn begin(output: &Path, text: &str) -> io::Result<PathBuf> {
    if let Some(folder) = output.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let mut unfinished = output.as_os_str().to_owned();
    unfinished.push(".unfinished");
    fs::write(&unfinished, text)?;
    Ok(PathBuf::from(unfinished))
}

fn unwritten(output: &Path, error: io::Error) -> Failure {
    Failure::usage(format!("could not write the report {}", output.display()))
        .because(error)
        .hint("name a file in a folder that you may write to")
}
