//! `cargo xtask bench`: the figures that matter, each beside what it is compared with, all in one run on one machine.

use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::guests;
use crate::package::{self, FOR_BENCH};
use crate::step::{Places, cargo, run, say};

/// Our own code as a release has it. What we depend on is optimised in the development profile already, so that
/// nothing large is built a second time.
const OPTIMISED: [&str; 2] = ["--config", "profile.dev.opt-level=3"];

/// One line of a bench.
#[derive(Deserialize)]
struct Figure {
    #[serde(rename = "figure")]
    name: String,
    value: f64,
    unit: String,
}

/// What a figure must not pass, in the unit that the bench prints.
enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

/// The figures that are promised; all others are there to be compared with.
const PROMISED: &[(&str, Bound)] = &[
    ("b through the sandbox", Bound::AtMost(60.0)),
    ("b / a", Bound::AtMost(2.0)),
    ("calls a second on 2 threads", Bound::AtLeast(15_000.0)),
    ("c http plugin / curl", Bound::AtMost(0.1)),
    ("c http plugin / check_http", Bound::AtMost(0.25)),
    ("d process start to first request, warm cache", Bound::AtMost(60.0)),
    ("e resident memory, 1,000 checks in flight", Bound::AtMost(250.0)),
    ("f 10,000 signals every 10 s: samples, of those expected", Bound::AtLeast(100.0)),
    ("f a sample is in after it was due, worst", Bound::AtMost(1_000.0)),
    ("h a window of 2 h, 10 signals every 10 s: rehearsed on one core", Bound::AtMost(2.0)),
    ("g breach to the rollback's first request, median", Bound::AtMost(50.0)),
];

/// Builds everything optimised, runs each bench, and prints the figures beside what is promised.
///
/// # Errors
/// When something can't be built or run. A promise that isn't kept is printed as such and is no error: the machine may
/// be busy.
pub(crate) fn bench(places: &Places) -> Result<()> {
    package::provide(FOR_BENCH)?;
    guests::build(places, &guests::Arguments::all())?;
    let everything = ["build", "--workspace", "--all-targets"];
    run("build, optimised", cargo(&places.root).args(everything).args(OPTIMISED))?;
    let mut figures = Vec::new();
    for name in ["calls", "figures"] {
        figures.extend(measured(places, name)?);
    }
    say("");
    for figure in &figures {
        say(&line(figure));
    }
    Ok(())
}

/// Runs one bench to its end.
fn measured(places: &Places, name: &str) -> Result<Vec<Figure>> {
    say(&format!("\n── {name}"));
    // The whole workspace is named: a part of it would be built with other features.
    let mut command = cargo(&places.root);
    command.args(["bench", "--quiet", "--workspace", "--profile", "dev", "--bench", name]).args(OPTIMISED);
    let output = command.stderr(Stdio::inherit()).output().with_context(|| format!("could not start {name}"))?;
    ensure!(output.status.success(), "{name}: {}", output.status);
    let printed = String::from_utf8(output.stdout).context("a bench prints text")?;
    let lines = printed.lines().filter(|line| line.starts_with('{'));
    lines.map(|line| serde_json::from_str(line).with_context(|| format!("{name} printed: {line}"))).collect()
}

fn line(Figure { name, value, unit }: &Figure) -> String {
    let promise = PROMISED.iter().find(|(promised, _)| promised == name);
    let beside = promise.map(|(_, bound)| bound.beside(*value)).unwrap_or_default();
    format!("{name:<76} {value:>12.3} {unit:<4} {beside}")
}

impl Bound {
    /// What is promised, and whether this value keeps it.
    fn beside(&self, value: f64) -> String {
        let (kept, promised) = match self {
            Self::AtMost(most) => (value <= *most, format!("at most {most}")),
            Self::AtLeast(least) => (value >= *least, format!("at least {least}")),
        };
        format!("{promised}: {}", if kept { "kept" } else { "NOT KEPT" })
    }
}
