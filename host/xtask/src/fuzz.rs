//! `cargo xtask fuzz`: each fuzz target for a while, and how many inputs that were.
//!
//! libFuzzer with the stable compiler: the instrumentation is asked for by flags, and no sanitizer is needed where no
//! unsafe code is tried.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use crate::step::{Places, cargo, run, say};

/// The targets.
pub(crate) const TARGETS: [&str; 6] = ["address", "bundle", "grant", "plan", "target", "verdict"];

/// What libFuzzer needs of the compiler.
const FLAGS: [&str; 6] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "--cfg=fuzzing",
];

/// The most memory that an input may take, in MiB.
const MEMORY: u32 = 2_048;

/// Which targets, and for how long.
#[derive(Args)]
pub(crate) struct Arguments {
    /// These targets only [default: all]
    #[arg(value_parser = TARGETS)]
    targets: Vec<String>,

    /// How long each is tried, in seconds
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// Builds the targets and tries each.
///
/// # Errors
/// When one does not build, or an input was found that breaks what it promises: the input's file is named.
pub(crate) fn fuzz(places: &Places, asked: &Arguments) -> Result<()> {
    let built = build(places)?;
    let targets: Vec<&str> =
        if asked.targets.is_empty() { TARGETS.to_vec() } else { asked.targets.iter().map(String::as_str).collect() };
    let mut broken = Vec::new();
    let mut tried = 0;
    for target in targets {
        let found = attempt(places, &built.join(target), target, asked.seconds)?;
        tried += found.inputs;
        say(&format!("{target:<10} {:>12} inputs  {:>9} a second  {}", found.inputs, found.rate, found.words));
        if let Some(input) = found.input {
            broken.push(input);
        }
    }
    say(&format!("fuzz: {tried} inputs, {} findings", broken.len()));
    ensure!(broken.is_empty(), "inputs that break a promise:\n  {}", broken.join("\n  "));
    Ok(())
}

/// Builds the targets with instrumentation, and says where they are.
fn build(places: &Places) -> Result<PathBuf> {
    let host = host()?;
    let folder = places.target.join("fuzz");
    // With the host named, the flags are not for build scripts.
    let mut command = cargo(&places.root);
    command.args(["build", "--release", "--locked", "--manifest-path", "tests/fuzz/Cargo.toml", "--target", &host]);
    run("build the fuzz targets", command.env("CARGO_TARGET_DIR", &folder).env("RUSTFLAGS", FLAGS.join(" ")))?;
    Ok(folder.join(host).join("release"))
}

fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("could not start rustc")?;
    let said = String::from_utf8_lossy(&output.stdout);
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc does not say its host")
}

/// What came of one target.
struct Found {
    inputs: u64,
    rate: u64,
    words: String,
    /// The file of an input that broke something.
    input: Option<String>,
}

fn attempt(places: &Places, program: &Path, target: &str, seconds: u32) -> Result<Found> {
    let folder = places.target.join("fuzz/found").join(target);
    std::fs::create_dir_all(&folder)?;
    let artifacts = places.target.join("fuzz").join(format!("{target}-"));
    let output = Command::new(program)
        .arg(&folder)
        .arg(places.root.join("tests/fuzz/corpus").join(target))
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-rss_limit_mb={MEMORY}"))
        .arg(format!("-artifact_prefix={}", artifacts.display()))
        .args(["-print_final_stats=1", "-timeout=10"])
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("could not start {}", program.display()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let number = |name: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.trim().parse().ok()).unwrap_or(0)
    };
    let (inputs, rate) = (number("stat::number_of_executed_units:"), number("stat::average_exec_per_sec:"));
    let input = said.lines().find_map(|line| line.split("Test unit written to ").nth(1)).map(str::to_owned);
    if !output.status.success() && input.is_none() {
        bail!("{target}: {}\n{said}", output.status);
    }
    let words = match &input {
        Some(_) => {
            said.lines().filter(|line| !line.trim().is_empty()).rev().take(12).collect::<Vec<_>>().join("\n    ")
        }
        None => "no finding".to_owned(),
    };
    Ok(Found { inputs, rate, words, input })
}
