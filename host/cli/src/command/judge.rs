//! `holdpoint judge`: a rule tried on numbers from a file.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use holdpoint_plan::Problem;
use serde_json::json;

use crate::arguments::{Format, Judge};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::judge::answer::Judged;
use crate::judge::case;
use crate::output::{self, Ink};
use crate::wrap::wrapped;

/// The largest file, in bytes: far more than any window has.
const LARGEST: u64 = 64 << 20;

/// Reads the cases, tries their rules, and tells what they come to.
pub(crate) fn judge(asked: &Judge) -> Result<Exit, Failure> {
    let text = read(&asked.file)?;
    let format = asked.format.unwrap_or(if output::on_terminal() { Format::Text } else { Format::Json });
    let cases = match case::read(&text) {
        Ok(cases) => cases,
        Err(problems) => {
            refuse(&asked.file, &problems, format);
            return Ok(Exit::Wrong);
        }
    };
    let judged: Vec<Judged> = cases.iter().map(case::Case::judge).collect();
    let surprises = judged.iter().filter(|judged| !judged.is_as_expected()).count();
    match format {
        Format::Text => show(&judged),
        Format::Json => {
            let answers: Vec<_> = judged.iter().map(Judged::to_json).collect();
            output::line(&format!("{:#}", json!({ "format": 1, "surprises": surprises, "cases": answers })));
        }
    }
    tell(&judged, surprises, format);
    Ok(if surprises == 0 { Exit::Done } else { Exit::Wrong })
}

fn read(file: &Path) -> Result<String, Failure> {
    let failed = |error| {
        let hint = "the path must be that of a file with cases in JSON; holdpoint schema judge describes it";
        Failure::usage(format!("could not read the cases in {}", file.display())).because(error).hint(hint)
    };
    let mut text = String::new();
    // A pipe has no size to ask for.
    File::open(file).and_then(|file| file.take(LARGEST + 1).read_to_string(&mut text)).map_err(failed)?;
    if u64::try_from(text.len()).is_ok_and(|size| size <= LARGEST) {
        return Ok(text);
    }
    let what = format!("{} has more than {LARGEST} bytes", file.display());
    Err(Failure::usage(what).hint("put its cases into several files"))
}

/// Shows the answers, in lines that fit a terminal where there is one.
fn show(judged: &[Judged]) {
    let columns = if output::on_terminal() { console::Term::stdout().size().1.into() } else { usize::MAX };
    for line in judged.iter().map(Judged::to_text).collect::<Vec<_>>().join("\n").lines() {
        output::line(&wrapped(line, columns));
    }
}

/// Tells everything that is wrong with the file.
fn refuse(file: &Path, problems: &[Problem], format: Format) {
    let file = file.display().to_string();
    for problem in problems {
        output::note(&problem.render(&file));
    }
    match format {
        Format::Text => {}
        Format::Json => output::line(&format!("{:#}", json!({ "format": 1, "problems": problems }))),
    }
}

/// Tells which answers their author did not expect; for people that stands beside each of them.
fn tell(judged: &[Judged], surprises: usize, format: Format) {
    let lines: Vec<String> = match format {
        Format::Text => Vec::new(),
        Format::Json => judged.iter().filter_map(Judged::surprise).collect(),
    };
    for line in lines {
        output::note(&line);
    }
    if surprises > 0 {
        let sum = format!("{surprises} of {} cases came to something else than expected", judged.len());
        output::note(&output::paint(Ink::Red, &sum, &std::io::stderr()));
    }
}
