//! `holdpoint run`: verify a release, decide, and carry the decision out.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use holdpoint_conductor::{Conductor, Observer, Start};
use holdpoint_core::id::RunId;
use holdpoint_core::run::event::{Event, Mode};
use holdpoint_journal::Store;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use uuid::{NoContext, Timestamp, Uuid};

use crate::arguments::{Format, Run};
use crate::ask::AtTheTerminal;
use crate::command::lint::tell;
use crate::command::report::{by_ending, writable, write_report};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::intent::{self, Completeness, Intent};
use crate::progress::{Lines, Live, Plain};
use crate::{denied, fixture, kept, output, past};

/// Runs a plan to its end.
pub(crate) fn run(asked: &Run, path: &Path) -> Result<Exit, Failure> {
    for report in &asked.report {
        by_ending(report)?;
        writable(report)?;
    }
    if let Some(folder) = &asked.record {
        fixture::writable(folder)?;
    }
    super::runtime()?.block_on(carried_out(asked, path))
}

async fn carried_out(asked: &Run, path: &Path) -> Result<Exit, Failure> {
    let intent = intent::read(&asked.plan, Completeness::Whole).await?;
    tell(&intent.told);
    let broken = intent.broken();
    if !broken {
        intent.entrust()?;
    }
    let Intent { plan: Some(plan), release: Some(release), plugins, bundles, sandbox, .. } = intent else {
        return Err(Failure::plan("the plan can't be run"));
    };
    if broken {
        return Err(Failure::plan("the plan can't be run"));
    }
    let store = open(path)?;
    keep(&store, bundles.values())?;
    let past = past::of(&store, &plan, &release)?;
    let run = identity();
    let start = Start {
        run: run.clone(),
        plan_digest: intent::frozen(&plan, &release),
        plan,
        release,
        mode: if asked.rehearsed { Mode::DryRun } else { Mode::Real },
        host: format!("holdpoint {}", env!("CARGO_PKG_VERSION")),
        past,
        plugins,
    };
    let (outside, inbox) = mpsc::channel(16);
    interruptions(outside.clone())?;
    let people = Box::new(AtTheTerminal::new(outside));
    let mut observer = observer(asked.format);
    let conducted = Conductor::new(store, sandbox).conduct(start, inbox, people, &mut *observer).await;
    drop(observer);
    let conducted = conducted.map_err(|error| {
        Failure::internal("the run stopped")
            .because(error)
            .hint(format!("`holdpoint show {run}` tells how far it came"))
    })?;
    // The exit code belongs to the decision: a report that can't be written is told, and can be written later.
    if let Err(failure) = look_back(asked, path, &run) {
        output::failure(&failure.hint(format!("the run is kept: `holdpoint report {run} --output FILE` writes it")));
    }
    let ending = conducted.run.ending();
    ending.map(Exit::Ended).ok_or_else(|| Failure::internal("the run has no ending"))
}

/// Keeps the plugins beside the run, so that it can be replayed when their files have changed or gone.
fn keep<'b>(store: &Store, bundles: impl Iterator<Item = &'b Vec<u8>>) -> Result<(), Failure> {
    for bundle in bundles {
        let kept = store.blobs().put(bundle);
        kept.map_err(|error| Failure::internal("the plugins can't be kept with the run").because(error))?;
    }
    Ok(())
}

/// Tells the journal's head and what would allow whatever was denied, and writes the reports.
fn look_back(asked: &Run, path: &Path, run: &RunId) -> Result<(), Failure> {
    let store = open(path)?;
    if let Some(head) = kept::head(&store, run)? {
        let told = format!("head      {head}");
        match asked.format {
            Format::Text => output::progress(&told),
            // What stands on the standard output is the journal and nothing else.
            Format::Json => output::note(&told),
        }
    }
    if asked.format == Format::Text {
        let cures = denied::cures(&kept::history(&store, run)?);
        if !cures.is_empty() {
            output::progress("\nRequests were denied. If they should go through, add to the plan:\n");
            output::progress(&format!("{}\n", cures.join("\n\n")));
        }
    }
    if let Some(folder) = &asked.record {
        let written = fixture::write(&store, run, folder)?;
        if asked.format == Format::Text {
            output::progress(&format!("fixtures  {} ({written})", folder.display()));
        }
    }
    for report in &asked.report {
        write_report(&store, run, report)?;
        if asked.format == Format::Text {
            output::progress(&format!("report    {}", report.display()));
        }
    }
    Ok(())
}

fn open(path: &Path) -> Result<Store, Failure> {
    Store::open(path).map_err(|error| kept::unusable("runs can't be kept", error))
}

fn observer(format: Format) -> Box<dyn Observer> {
    match format {
        Format::Json => Box::new(Lines),
        Format::Text if output::on_terminal() => Box::new(Live::new()),
        Format::Text => Box::new(Plain::new()),
    }
}

/// A new run's identity: it sorts by the time of its start.
fn identity() -> RunId {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let stamp = Timestamp::from_unix(NoContext, since.as_secs(), since.subsec_nanos());
    let text = Uuid::new_v7(stamp).to_string();
    #[expect(clippy::expect_used, reason = "a UUID's text is 36 characters of 0-9, a-f and hyphens")]
    RunId::parse(&text).expect("a UUID is an identity")
}

/// Turns Ctrl-C and a polite kill into events, so that the run ends in order and in the journal.
fn interruptions(outside: mpsc::Sender<Event>) -> Result<(), Failure> {
    let listen = |kind| signal(kind).map_err(|error| Failure::internal("could not listen to signals").because(error));
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    tokio::spawn(async move {
        loop {
            let by = tokio::select! {
                _ = interrupt.recv() => "SIGINT",
                _ = terminate.recv() => "SIGTERM",
            };
            if outside.send(Event::Interrupted { by: by.to_owned() }).await.is_err() {
                return;
            }
        }
    });
    Ok(())
}
