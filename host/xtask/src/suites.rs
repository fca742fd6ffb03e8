//! The host's own tests. Those that mostly wait for a clock run beside those that compute.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command};

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::{MetadataCommand, TargetKind};

use crate::step::{Places, cargo, run, say};

/// The package of the end-to-end tests.
const PACKAGE: &str = "holdpoint-tests";

/// Those of its tests that watch a real window, second by second.
const WAITING: [&str; 3] = ["canary", "prometheus", "window"];

/// Runs them all.
///
/// # Errors
/// When one fails; its own words stand above on the terminal.
pub(crate) fn test(places: &Places) -> Result<()> {
    run("compiling the tests", cargo(&places.root).args(["test", "--workspace", "--no-run"]))?;
    let waiting = Waiting::start(places)?;
    let computed = compute(places);
    // What waits is told in any case, and its programs are not left behind.
    let waited = waiting.end();
    computed.and(waited)
}

fn compute(places: &Places) -> Result<()> {
    run("tests", yielding(places).args(["test", "--workspace", "--exclude", PACKAGE]))?;
    let mut rest = yielding(places);
    rest.args(["test", "--package", PACKAGE, "--lib"]);
    for name in others(places)? {
        rest.args(["--test", &name]);
    }
    run("tests end to end", &mut rest)?;
    run("tests in the documentation", yielding(places).args(["test", "--package", PACKAGE, "--doc"]))
}

/// The tests that do not wait, as they are called in the manifest.
fn others(places: &Places) -> Result<Vec<String>> {
    let metadata = MetadataCommand::new().manifest_path(places.root.join("Cargo.toml")).no_deps().exec()?;
    let package = metadata.packages.iter().find(|package| package.name == PACKAGE).context("there are no tests")?;
    let tests = package.targets.iter().filter(|target| target.kind.contains(&TargetKind::Test));
    let (waiting, others): (Vec<String>, Vec<String>) =
        tests.map(|target| target.name.clone()).partition(|name| WAITING.contains(&name.as_str()));
    ensure!(waiting.len() == WAITING.len(), "of the tests that wait, {WAITING:?}, there are only {waiting:?}");
    Ok(others)
}

/// A cargo that lets others go first: who watches a clock must not be late.
fn yielding(places: &Places) -> Command {
    let cargo = cargo(&places.root);
    if cfg!(not(unix)) {
        return cargo;
    }
    let mut command = Command::new("nice");
    command.args(["-n", "10"]).arg(cargo.get_program()).current_dir(&places.root);
    command
}

/// The tests that wait, under way.
struct Waiting {
    child: Child,
    log: PathBuf,
}

impl Waiting {
    fn start(places: &Places) -> Result<Self> {
        let log = places.target.join("tests-that-wait.log");
        let told = File::create(&log).with_context(|| format!("could not write {}", log.display()))?;
        let mut command = cargo(&places.root);
        command.args(["test", "--package", PACKAGE, "--no-fail-fast"]);
        for name in WAITING {
            command.args(["--test", name]);
        }
        // What a terminal would show in colour goes to a file.
        command.env("CARGO_TERM_COLOR", "never").stdout(told.try_clone()?).stderr(told);
        let child = command.spawn().context("could not start the tests that wait")?;
        Ok(Self { child, log })
    }

    fn end(mut self) -> Result<()> {
        let title = format!("tests that wait ({})", WAITING.join(", "));
        say(&format!("\n── {title}, which ran beside the others"));
        let status = self.child.wait()?;
        say(&fs::read_to_string(&self.log)?);
        if !status.success() {
            bail!("{title}: {status}");
        }
        Ok(())
    }
}
