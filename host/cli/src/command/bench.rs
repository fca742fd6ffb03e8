//! `holdpoint bench`: what a plugin costs, beside the same as a process.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use holdpoint_bundle::Bundle;
use serde_json::{Value as Json, json};

use crate::arguments::{Bench, Format};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::trial::difference::differences;
use crate::trial::figures::{Times, micros};
use crate::trial::fixture::{self, Fixture};
use crate::trial::player::Player;
use crate::trial::subject::{self, Subject};
use crate::trial::told::span;

/// Calls that are made before any is counted.
const WARMING: usize = 5;

/// How often a process is run at least.
const RUNS: usize = 5;

/// What was measured.
struct Measured {
    plugin: String,
    size: usize,
    fixture: String,
    cold: Duration,
    warm: Duration,
    calls: Times,
    memory: u64,
    threads: u16,
    per_second: f64,
    beside: Option<(String, Times)>,
}

/// Measures, and tells.
pub(crate) fn bench(asked: &Bench) -> Result<Exit, Failure> {
    let subject = Subject::at(&asked.plugin)?;
    let bundle = subject.open(asked.tools.as_deref())?;
    let Some(fixtures) = fixture(asked, &subject)? else { return Ok(Exit::Wrong) };
    let fixture =
        fixtures.into_iter().next().ok_or_else(|| Failure::internal("a fixture was read and is not there"))?;
    let cache = Scratch::new()?;
    let measured = super::runtime()?.block_on(measured(asked, &bundle, fixture, &cache.0))?;
    match asked.format {
        Format::Text => output::print(&text(&measured)),
        Format::Json => output::line(&format!("{:#}", as_json(&measured))),
    }
    Ok(Exit::Done)
}

/// The fixture that is played; settings without anything in them where there is none.
fn fixture(asked: &Bench, subject: &Subject) -> Result<Option<Vec<Fixture>>, Failure> {
    let named = match &asked.fixture {
        Some(file) => vec![file.clone()],
        None if subject.fixtures().is_dir() => subject::files(&[subject.fixtures()])?,
        None => Vec::new(),
    };
    if let Some(first) = named.first() {
        return subject::read(std::slice::from_ref(first));
    }
    let bare = fixture::read(Path::new("no fixture"), r#"{"fixture": 1, "settings": {}}"#.to_owned());
    Ok(bare.ok().map(|bare| vec![bare]))
}

/// A folder of this process, gone when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, Failure> {
        let folder = std::env::temp_dir().join(format!("holdpoint-bench-{}", std::process::id()));
        fs::create_dir_all(&folder)
            .map_err(|error| Failure::usage(format!("could not make {}", folder.display())).because(error))?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Whatever stays lies where the machine clears up by itself.
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn measured(asked: &Bench, bundle: &Bundle, fixture: Fixture, cache: &Path) -> Result<Measured, Failure> {
    let fixtures = std::slice::from_ref(&fixture);
    let began = Instant::now();
    drop(Player::new(bundle, Some(cache), fixtures)?);
    let cold = began.elapsed();
    let began = Instant::now();
    let player = Arc::new(Player::new(bundle, Some(cache), fixtures)?);
    let warm = began.elapsed();
    let fixture = Arc::new(fixture);
    let within = Duration::from_millis(asked.span.as_millis());
    let (calls, memory) = one_by_one(&player, &fixture, within).await?;
    let processors = available_parallelism().map_or(1, |count| u16::try_from(count.get()).unwrap_or(u16::MAX));
    let threads = asked.threads.unwrap_or(processors);
    let per_second = side_by_side(&player, &fixture, (within, threads)).await?;
    let beside = asked.beside.as_ref().map(|command| Ok((command.clone(), processes(command, within)?))).transpose()?;
    Ok(Measured {
        plugin: format!("{} {}", player.manifest.name, player.manifest.version),
        size: bundle.bytes.len(),
        fixture: fixture.name.clone(),
        cold,
        warm,
        calls,
        memory,
        threads,
        per_second,
        beside,
    })
}

async fn one_by_one(player: &Player, fixture: &Fixture, within: Duration) -> Result<(Times, u64), Failure> {
    let first = player.play(fixture).await?;
    if fixture.expected.as_ref().is_some_and(|expected| !differences(expected, &first.observed).is_empty()) {
        output::note(&format!("the call comes to {}, which the fixture does not expect", first.observed.word()));
    }
    let mut memory = first.memory;
    for _ in 0..WARMING {
        player.play(fixture).await?;
    }
    let (mut times, began) = (Vec::new(), Instant::now());
    while times.is_empty() || began.elapsed() < within {
        let came = player.play(fixture).await?;
        times.push(came.took);
        memory = memory.max(came.memory);
    }
    Ok((Times::of(times), memory))
}

async fn side_by_side(
    player: &Arc<Player>,
    fixture: &Arc<Fixture>,
    (within, threads): (Duration, u16),
) -> Result<f64, Failure> {
    let began = Instant::now();
    let calls = (0..threads).map(|_| {
        let (player, fixture) = (Arc::clone(player), Arc::clone(fixture));
        tokio::spawn(async move {
            let mut calls = 0_u32;
            while began.elapsed() < within {
                player.play(&fixture).await?;
                calls += 1;
            }
            Ok::<u32, Failure>(calls)
        })
    });
    let mut sum = 0.0;
    for calls in calls.collect::<Vec<_>>() {
        let calls = calls.await.map_err(|error| Failure::internal("a call was lost").because(error))??;
        sum += f64::from(calls);
    }
    Ok(sum / began.elapsed().as_secs_f64())
}

/// Runs a command again and again, each time as a process of its own.
fn processes(command: &str, within: Duration) -> Result<Times, Failure> {
    let began = Instant::now();
    let mut times = Vec::new();
    while times.len() < RUNS || began.elapsed() < within {
        let run = Instant::now();
        let mut shell = Command::new("sh");
        let status = shell.args(["-c", command]).stdin(Stdio::null()).stdout(Stdio::null()).status();
        let status = status.map_err(|error| Failure::usage(format!("could not run {command:?}")).because(error))?;
        times.push(run.elapsed());
        if !status.success() {
            return Err(Failure::usage(format!("{command:?} ended with {status}, so it is no measure")));
        }
    }
    Ok(Times::of(times))
}

/// How much longer the process takes.
fn ratio(measured: &Measured, beside: &Times) -> f64 {
    beside.median().as_secs_f64() / measured.calls.median().as_secs_f64().max(1e-9)
}

fn text(measured: &Measured) -> String {
    let mut out = String::new();
    let kib = |bytes: u64| bytes / 1024;
    // Writing to a text can't fail.
    let _ = writeln!(out, "{}, {} bytes, fixture {}", measured.plugin, measured.size, measured.fixture);
    let _ = writeln!(out, "load     {} compiled anew, {} from the cache", span(measured.cold), span(measured.warm));
    let (median, slow) = (span(measured.calls.median()), span(measured.calls.at(990)));
    let _ = writeln!(out, "call     {median} median, {slow} p99 ({} calls)", measured.calls.count());
    let _ = writeln!(out, "calls    {:.0} a second, {} side by side", measured.per_second, measured.threads);
    let _ = writeln!(out, "memory   {} KiB at most", kib(measured.memory));
    if let Some((command, times)) = &measured.beside {
        let (median, times_longer) = (span(times.median()), ratio(measured, times));
        let _ =
            writeln!(out, "beside   {median} median ({} runs of {command}): {times_longer:.0} × a call", times.count());
    }
    out
}

fn as_json(measured: &Measured) -> Json {
    let beside = measured.beside.as_ref().map(|(command, times)| {
        json!({
            "command": command,
            "runs": times.count(),
            "median-micros": micros(times.median()),
            "times-a-call": ratio(measured, times),
        })
    });
    json!({
        "format": 1,
        "plugin": measured.plugin,
        "fixture": measured.fixture,
        "bytes": measured.size,
        "load": { "cold-micros": micros(measured.cold), "warm-micros": micros(measured.warm) },
        "call": {
            "count": measured.calls.count(),
            "median-micros": micros(measured.calls.median()),
            "p99-micros": micros(measured.calls.at(990)),
        },
        "side-by-side": { "calls": measured.threads, "per-second": measured.per_second },
        "peak-memory": measured.memory,
        "beside": beside,
    })
}
