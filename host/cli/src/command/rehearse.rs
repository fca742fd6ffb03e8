//! `holdpoint rehearse`: a plan in scenarios, in virtual time, with everything outside scripted.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use holdpoint_conductor::rehearsal::{Rehearsal, Rehearsed, rehearse as perform};
use holdpoint_conductor::{Observer, Start};
use holdpoint_core::id::{Digest, RunId, Sequence};
use holdpoint_core::run::Run;
use holdpoint_core::run::entry::Entry;
use holdpoint_core::run::event::{Event, Mode};
use holdpoint_core::time::Elapsed;
use holdpoint_journal::blob::SMALL;
use holdpoint_journal::{Journal as _, Store, written};
use holdpoint_plan::scenario::{self, Scenario};

use crate::arguments::{Format, Rehearse};
use crate::command::lint::tell;
use crate::command::report::{by_ending, rendered, save, writable};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::intent::{self, Completeness, Intent, Told};
use crate::kept;
use crate::output::{self, Ink};
use crate::progress::Timed;
use crate::rehearse::before;
use crate::rehearse::cast::Answering;
use crate::rehearse::outcome::{Outcome, since_start};
use crate::rehearse::world::World;

/// Rehearses a plan.
pub(crate) fn rehearse(asked: &Rehearse) -> Result<Exit, Failure> {
    for report in &asked.report {
        by_ending(report)?;
        writable(report)?;
    }
    // One thread: calls are made one after the other.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::internal("could not start the runtime").because(error))?;
    runtime.block_on(rehearsed(asked))
}

async fn rehearsed(asked: &Rehearse) -> Result<Exit, Failure> {
    let intent = intent::read(&asked.plan, Completeness::Whole).await?;
    tell(&intent.told);
    if intent.broken() || intent.plan.is_none() || intent.release.is_none() {
        return Err(Failure::plan("the plan can't be run, so it can't be rehearsed"));
    }
    intent.entrust_stand_ins()?;
    let scenarios = scenarios(&asked.scenario, &intent)?;
    let seeds = asked.seeds.unwrap_or(1);
    let many = scenarios.len() > 1 || seeds > 1;
    if many && !(asked.report.is_empty() && asked.keep.is_none()) {
        return Err(Failure::usage("--report and --keep are for one scenario and one seed"));
    }
    let mut outcomes = Vec::new();
    for scenario in &scenarios {
        let first = asked.seed.unwrap_or(scenario.seed);
        for seed in first..first.saturating_add(u64::from(seeds)) {
            let stage = Stage { intent: &intent, scenario, seed };
            let quiet = many || asked.format == Format::Json;
            outcomes.push(if quiet { stage.play(asked, &mut Quiet).await? } else { stage.told(asked).await? });
        }
    }
    match asked.format {
        Format::Json => outcomes.iter().for_each(|outcome| output::line(&serde_json::json!(outcome).to_string())),
        Format::Text if many => output::print(&table(&outcomes)),
        Format::Text => {}
    }
    Ok(if outcomes.iter().all(Outcome::is_met) { Exit::Done } else { Exit::Wrong })
}

/// Reads a scenario, or every one of a folder, in the order of their names.
fn scenarios(path: &Path, intent: &Intent) -> Result<Vec<Arc<Scenario>>, Failure> {
    let mut told = Vec::new();
    let mut scenarios = Vec::new();
    for file in files(path)? {
        let text = intent::read_text(&file, "the scenario")?;
        let (scenario, problems) = scenario::read(&text, intent.plan.as_ref());
        let file = file.display().to_string();
        told.extend(problems.into_iter().map(|problem| Told { file: file.clone(), problem }));
        scenarios.extend(scenario.map(Arc::new));
    }
    tell(&told);
    if told.iter().any(|told| holdpoint_plan::any_error(std::slice::from_ref(&told.problem))) {
        return Err(Failure::plan("a scenario can't be played"));
    }
    Ok(scenarios)
}

fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let unreadable = |error| Failure::usage(format!("could not read the folder {}", path.display())).because(error);
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        files.extend(file.extension().is_some_and(|ending| ending == "toml").then_some(file.clone()));
    }
    files.sort();
    if files.is_empty() {
        return Err(Failure::usage(format!("there is no scenario in {}", path.display()))
            .hint("a scenario is a file whose name ends in .toml"));
    }
    Ok(files)
}

/// One rehearsal.
struct Stage<'a> {
    intent: &'a Intent,
    scenario: &'a Arc<Scenario>,
    seed: u64,
}

impl Stage<'_> {
    /// Plays it and tells it as it goes.
    async fn told(&self, asked: &Rehearse) -> Result<Outcome, Failure> {
        let about = self.scenario.about.as_ref().map(|about| format!(": {about}")).unwrap_or_default();
        let title = format!("REHEARSAL of {}, seed {}{about}", self.scenario.name, self.seed);
        output::progress(&output::paint(Ink::Bold, &title, &std::io::stdout()));
        let outcome = self.play(asked, &mut Timed::new()).await?;
        for what in &outcome.unanswered {
            output::progress(&format!("not in the scenario: {what}"));
        }
        if let Some(head) = &outcome.head {
            output::progress(&format!("head      {head}"));
        }
        for unmet in &outcome.unmet {
            output::progress(&output::paint(Ink::Red, &format!("not as expected: {unmet}"), &std::io::stdout()));
        }
        output::progress("REHEARSAL: nothing was real, and nothing outside was touched");
        Ok(outcome)
    }

    async fn play(&self, asked: &Rehearse, observer: &mut dyn Observer) -> Result<Outcome, Failure> {
        let Intent { plan: Some(plan), release: Some(release), plugins, sandbox, .. } = self.intent else {
            return Err(Failure::plan("the plan can't be rehearsed"));
        };
        let plan_digest = intent::frozen(plan, release);
        let id = identity(&plan_digest, self.scenario, self.seed);
        let world = Arc::new(World::new(Arc::clone(self.scenario), plan.endpoints.clone(), self.seed));
        let start = Start {
            run: id.clone(),
            plan: plan.clone(),
            plan_digest,
            release: release.clone(),
            mode: Mode::Rehearsal,
            host: format!("holdpoint {}", env!("CARGO_PKG_VERSION")),
            past: before::past(self.scenario, plan, self.seed),
            plugins: plugins.clone(),
        };
        let scenario = self.scenario;
        let spoken = scenario.speaking.iter().map(|(at, speaker)| {
            let (by, answer) = (speaker.who.clone(), speaker.answer.clone());
            (*at, Event::Answered { by, answer, question: None })
        });
        let over = (scenario.ends, Event::Interrupted { by: "the end of the rehearsal".to_owned() });
        let rehearsal = Rehearsal {
            outside: Arc::clone(&world) as _,
            cast: Box::new(Answering::of(scenario)),
            events: spoken.chain([over]).collect(),
            crashes: scenario.crashes.clone(),
            start: scenario.start,
            seed: self.seed,
        };
        let played = perform(sandbox, start, rehearsal, observer).await;
        let played = played.map_err(|error| Failure::internal("the rehearsal stopped").because(error))?;
        let mut outcome = Outcome::of(scenario, self.seed, &played.run);
        outcome.unanswered = world.unanswered();
        outcome.entries = played.entries.len();
        outcome.head = Some(self.look_back(asked, &id, &played)?);
        Ok(outcome)
    }

    /// Keeps and reports what is to be kept and reported, and returns the journal's head.
    fn look_back(&self, asked: &Rehearse, id: &RunId, played: &Rehearsed) -> Result<Digest, Failure> {
        let unwritten = |error| Failure::internal("the rehearsal can't be written down").because(error);
        let rows = written(id, &played.entries).map_err(unwritten)?;
        let head = rows.last().and_then(|row| Digest::parse(&row.link).ok());
        let head = head.ok_or_else(|| Failure::internal("the rehearsal has no journal"))?;
        if let Some(folder) = &asked.keep {
            self.keep(folder, id, played, head)?;
        }
        if !asked.report.is_empty() {
            let story = holdpoint_report::tell(&kept::in_memory(&played.entries, &played.evidence, head)?);
            for report in &asked.report {
                save(report, &rendered(&story, by_ending(report)?))?;
            }
        }
        Ok(head)
    }
}

impl Stage<'_> {
    /// Keeps the rehearsal with all its evidence, unless it is kept already.
    fn keep(&self, folder: &Path, id: &RunId, played: &Rehearsed, head: Digest) -> Result<(), Failure> {
        let unkept = || Failure::internal("the rehearsal can't be kept");
        let mut store = Store::open(folder).map_err(|error| kept::unusable("the rehearsal can't be kept", error))?;
        let runs = store.journal().runs(1_000_000).map_err(|error| unkept().because(error))?;
        if runs.iter().any(|row| !row.run.as_str().starts_with(REHEARSAL)) {
            let what = format!("{} holds runs, and rehearsals are kept apart from them", folder.display());
            return Err(Failure::usage(what).hint("name another folder with --keep"));
        }
        if store.journal().known(id, head).map_err(|error| unkept().because(error))? {
            return Ok(());
        }
        let evidence = played.evidence.iter().map(|(digest, bytes)| (*digest, bytes.clone()));
        let (small, large): (Vec<_>, Vec<_>) = evidence.partition(|(_, bytes)| bytes.len() <= SMALL);
        let bundles = self.intent.bundles.values().map(Vec::as_slice);
        for bytes in large.iter().map(|(_, bytes)| bytes.as_ref()).chain(bundles) {
            store.blobs().put(bytes).map_err(|error| unkept().because(error))?;
        }
        let appended = store.journal_mut().append_with(id, Sequence(1), &played.entries, &small);
        appended.map_err(|error| unkept().because(error))
    }
}

/// How the identity of a rehearsal begins, and that of no run.
const REHEARSAL: &str = "rehearsal-";

/// The identity of a rehearsal: the same for the same plan, scenario and seed, and never that of a run.
fn identity(plan: &Digest, scenario: &Scenario, seed: u64) -> RunId {
    let digest = Digest::of(format!("{plan} {scenario:?} {seed}").as_bytes());
    let text = format!("{REHEARSAL}{}", digest.short());
    #[expect(clippy::expect_used, reason = "a word, a hyphen and twelve hexadecimal digits")]
    RunId::parse(&text).expect("this is an identity")
}

/// Sees everything and says nothing.
struct Quiet;

impl Observer for Quiet {
    fn saw(&mut self, _: &Entry, _: &Run) {}
}

/// Every rehearsal on one line; where a scenario was played with several seeds, how often each ending came.
fn table(outcomes: &[Outcome]) -> String {
    use std::fmt::Write as _;
    let width = outcomes.iter().map(|outcome| outcome.scenario.chars().count()).max().unwrap_or(0).max(8);
    let mut out = format!(
        "REHEARSAL: nothing was real\n{:width$}  {:>6}  {:<16} {:>10}\n",
        "scenario", "seed", "ended", "decided"
    );
    for outcome in outcomes {
        let decided = outcome.decided_at().map(|at| since_start(at).to_string()).unwrap_or_default();
        // Writing to a text can't fail.
        let _ = write!(out, "{:width$}  {:>6}  {:<16} {decided:>10}", outcome.scenario, outcome.seed, outcome.ended());
        let _ = writeln!(out, "{}", if outcome.is_met() { "" } else { "  NOT as expected" });
        for unmet in &outcome.unmet {
            let _ = writeln!(out, "{:width$}    {unmet}", "");
        }
    }
    out.push_str(&sums(outcomes, width));
    out
}

/// How often each ending came of a scenario, and when half of those had been decided.
fn sums(outcomes: &[Outcome], width: usize) -> String {
    use std::collections::BTreeMap;
    use std::fmt::Write as _;
    let mut groups: BTreeMap<(&str, &str), Vec<Elapsed>> = BTreeMap::new();
    for outcome in outcomes {
        groups.entry((&outcome.scenario, outcome.ended())).or_default().extend(outcome.decided_at());
    }
    let several = groups.values().any(|times| times.len() > 1);
    let mut out = String::new();
    for ((scenario, ended), mut times) in groups.into_iter().filter(|_| several) {
        times.sort_unstable();
        let median = times.get(times.len() / 2).map(|at| since_start(*at).to_string()).unwrap_or_default();
        let all = outcomes.iter().filter(|outcome| outcome.scenario == scenario).count();
        // As above.
        let _ = writeln!(out, "{scenario:width$}  {} of {all} {ended}, decided by {median} in the median", times.len());
    }
    out
}
