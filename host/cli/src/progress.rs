//! How a run is told while it runs: live on a terminal, as plain lines, or as one journal entry a line.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use console::Term;
use holdpoint_conductor::Observer;
use holdpoint_core::rollback::{Deed, Readiness, Reply};
use holdpoint_core::run::Run;
use holdpoint_core::run::command::Command;
use holdpoint_core::run::course::{Course, Doing};
use holdpoint_core::run::entry::{Entry, What};
use holdpoint_core::run::event::{Answer, Event, Mode};
use holdpoint_core::run::round::{CheckRun, Round};
use holdpoint_core::run::shift::How;
use holdpoint_core::run::window::WindowRun;
use holdpoint_core::time::Elapsed;
use indicatif::{ProgressBar, ProgressStyle};

use crate::command::show::line;
use crate::output::{self, Ink};
use crate::signal;
use crate::wrap::wrapped;

/// One journal entry a line, as JSON.
pub(crate) struct Lines;

impl Observer for Lines {
    fn saw(&mut self, entry: &Entry, _: &Run) {
        // An entry has just been written to the journal in this very form.
        if let Ok(text) = serde_json::to_string(entry) {
            output::progress(&text);
        }
    }
}

/// Plain lines, for logs.
pub(crate) struct Plain {
    teller: Teller,
}

impl Plain {
    pub(crate) fn new() -> Self {
        Self { teller: Teller::default() }
    }
}

impl Observer for Plain {
    fn saw(&mut self, entry: &Entry, run: &Run) {
        for line in self.teller.news(entry, run) {
            output::progress(&line);
        }
    }
}

/// Plain lines, each with the time of the run: for a run whose time is not that of the reader.
pub(crate) struct Timed {
    teller: Teller,
}

impl Timed {
    pub(crate) fn new() -> Self {
        Self { teller: Teller::default() }
    }
}

impl Observer for Timed {
    fn saw(&mut self, entry: &Entry, run: &Run) {
        for line in self.teller.news(entry, run) {
            let at = entry.at.since(Elapsed(0));
            output::progress(&format!("{:>11}  {line}", at.to_string()));
        }
    }
}

/// Lines with a live one beneath them that says what is being waited for.
pub(crate) struct Live {
    teller: Teller,
    spinner: ProgressBar,
    terminal: Term,
}

impl Live {
    pub(crate) fn new() -> Self {
        let spinner = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed:>4} {wide_msg}") {
            spinner.set_style(style);
        }
        spinner.enable_steady_tick(Duration::from_millis(120));
        Self { teller: Teller::default(), spinner, terminal: Term::stdout() }
    }
}

impl Observer for Live {
    fn saw(&mut self, entry: &Entry, run: &Run) {
        for line in self.teller.news(entry, run) {
            let (_, columns) = self.terminal.size();
            self.spinner.suspend(|| output::progress(&wrapped(&line, columns.into())));
        }
        match run.course() {
            Some(course) if run.ending().is_none() => self.spinner.set_message(waiting(course)),
            Some(_) | None => self.spinner.finish_and_clear(),
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.spinner.finish_and_clear();
    }
}

/// What a run is waiting for: the checks that run, else the reason of its wake.
fn waiting(course: &Course) -> String {
    let window = course.phase().and_then(|phase| phase.window()).and_then(|window| signal::live(window, course.now()));
    if let (Some(window), Doing::Judging { .. }) = (window, course.doing()) {
        return window;
    }
    let judged = course.phase().map(|phase| phase.round().checks()).unwrap_or_default();
    let recovering = course.rollback().and_then(|rollback| rollback.recovery()).map(Round::checks);
    let checks = judged.iter().chain(recovering.unwrap_or_default());
    let running: Vec<&str> = checks.filter(|it| it.running().is_some()).map(|it| it.check.name.as_str()).collect();
    match (running.as_slice(), course.waits()) {
        ([], Some(wake)) => format!("waiting for {}", wake.why),
        ([], None) => String::new(),
        (names, _) => names.join(", "),
    }
}

/// Finds what is new after an entry, and says it once.
#[derive(Default)]
struct Teller {
    phases_begun: usize,
    gates_closed: usize,
    /// The checks and signals whose end has been told, by their phases; the recovery's phase is empty.
    told: BTreeMap<String, BTreeSet<String>>,
    shifts_begun: usize,
    shifts_ended: usize,
    /// What the rollback's plugin answered last: a status that stays the same is not news.
    answered: Vec<String>,
}

impl Teller {
    fn news(&mut self, entry: &Entry, run: &Run) -> Vec<String> {
        let Some(course) = run.course() else { return Vec::new() };
        let mut lines = Vec::new();
        match &entry.what {
            What::Event { event } => {
                lines.extend(happened(event));
                lines.extend(self.replied(event));
                if matches!((event, course.doing()), (Event::Interrupted { .. }, Doing::RollingBack)) {
                    lines.push(NOT_HALF_WAY.to_owned());
                }
                if matches!((event, course.doing()), (Event::Interrupted { .. }, Doing::Shifting { .. })) {
                    lines.push(SHIFT_IN_FLIGHT.to_owned());
                }
                self.checks(course, &mut lines);
                self.signals(course, &mut lines);
                self.gates(course, &mut lines);
                self.shifts(course, &mut lines);
            }
            // Always the last entry, so that nothing is told after the end, however many were written together.
            What::Intent { command: Command::Finish { .. } } => lines.extend(ending(course)),
            What::Intent { command } => lines.extend(intended(command)),
        }
        lines
    }

    /// What the rollback's plugin answered, unless it says the same as before.
    fn replied(&mut self, event: &Event) -> Vec<String> {
        let Event::RollbackReplied { replied, .. } = event else { return Vec::new() };
        let lines = answered(&replied.reply);
        if self.answered == lines {
            return Vec::new();
        }
        self.answered.clone_from(&lines);
        lines
    }

    fn has_told(&self, phase: &str, name: &str) -> bool {
        self.told.get(phase).is_some_and(|names| names.contains(name))
    }

    /// The checks that have settled, those of the recovery last.
    fn checks(&mut self, course: &Course, lines: &mut Vec<String>) {
        let begun = course.phases().iter().filter(|phase| phase.began().is_some());
        let judged = begun.flat_map(|phase| phase.round().checks().iter().map(|check| (phase.name().as_str(), check)));
        let recovery = course.rollback().and_then(|rollback| rollback.recovery()).map(Round::checks);
        let recovery = recovery.unwrap_or_default().iter().map(|check| ("", check));
        for (phase, check) in judged.chain(recovery).filter(|(_, check)| check.settled().is_some()) {
            if !self.has_told(phase, check.check.name.as_str()) {
                self.told.entry(phase.to_owned()).or_default().insert(check.check.name.to_string());
                lines.push(format!("  {}", coloured(check)));
            }
        }
    }

    /// The signals that have come to something: a rule that fired, or the end.
    fn signals(&mut self, course: &Course, lines: &mut Vec<String>) {
        for phase in course.phases() {
            for run in phase.window().into_iter().flat_map(WindowRun::spoken) {
                if self.has_told(phase.name().as_str(), run.name().as_str()) {
                    continue;
                }
                let Some(asked) = run.asked() else { continue };
                self.told.entry(phase.name().to_string()).or_default().insert(run.name().to_string());
                let ink = if asked.lets_through() { Ink::Green } else { Ink::Red };
                lines.push(format!("  {}", painted(ink, &signal::line(run))));
            }
        }
        self.watched_on(course, lines);
    }

    /// What has fired after its gate had closed.
    fn watched_on(&mut self, course: &Course, lines: &mut Vec<String>) {
        for vigil in course.vigils() {
            let beyond = format!("after the gate of {}", vigil.phase());
            for asked in vigil.asked() {
                let name = asked.cause.check.to_string();
                if self.told.entry(beyond.clone()).or_default().insert(name) {
                    lines.push(format!("  {}", painted(Ink::Red, &format!("{beyond}: {}", signal::asking(&asked)))));
                }
            }
        }
    }

    /// The gates that have closed and the phases that have begun, which follow one another.
    fn gates(&mut self, course: &Course, lines: &mut Vec<String>) {
        let gates = course.gates();
        for gate in gates.iter().skip(self.gates_closed) {
            let (ink, word) = if gate.lets_through() { (Ink::Green, "go") } else { (Ink::Red, "no-go") };
            lines.push(format!("  gate {}: {}", gate.phase, painted(ink, word)));
        }
        self.gates_closed = gates.len();
        let begun = course.phases().iter().filter(|phase| phase.began().is_some());
        self.shift_ends(course, lines);
        for phase in begun.clone().skip(self.phases_begun) {
            lines.push(painted(Ink::Bold, phase.name().as_str()));
        }
        self.phases_begun = begun.count();
    }

    /// The shifts that have ended, which comes before the phase that they were made for.
    fn shift_ends(&mut self, course: &Course, lines: &mut Vec<String>) {
        let ended: Vec<_> = course.shifts().iter().filter_map(|shift| Some((shift, shift.end()?))).collect();
        for (shift, end) in ended.iter().skip(self.shifts_ended) {
            let ink = if end.how == How::Complete { Ink::Green } else { Ink::Yellow };
            let line = format!("the shift to {} {}: {}", shift.share(), end.how.words(), end.account);
            lines.push(format!("  {}", painted(ink, &line)));
        }
        self.shifts_ended = ended.len();
    }

    /// The stages that have begun, each with its shift.
    fn shifts(&mut self, course: &Course, lines: &mut Vec<String>) {
        let stages = course.start().plan.rollout.as_ref().map_or(0, |rollout| rollout.stages.len());
        for (place, shift) in course.shifts().iter().enumerate().skip(self.shifts_begun) {
            let line = format!("stage {} of {stages}: {} of the traffic", place.saturating_add(1), shift.share());
            lines.push(painted(Ink::Bold, &line));
        }
        self.shifts_begun = course.shifts().len();
    }
}

/// How it all ended, and why.
fn ending(course: &Course) -> Vec<String> {
    let Some(closing) = course.closing() else { return Vec::new() };
    let mut lines = Vec::new();
    let ink = if closing.ending.exit_code() == 0 { Ink::Green } else { Ink::Yellow };
    lines.push(String::new());
    lines.push(painted(ink, &closing.ending.words().to_uppercase()));
    lines.extend(closing.reason.to_string().lines().map(|line| format!("  {line}")));
    lines.push(format!("run       {}", course.start().run));
    lines
}

/// Why a rollback does not stop at once when it is interrupted.
const NOT_HALF_WAY: &str = "  a rollback is not left half-way: its step in flight ends, then its status is asked";

/// Why a shift does not stop at once when it is interrupted.
const SHIFT_IN_FLIGHT: &str = "  a shift is not left unseen: its call in flight ends, then its status is asked";

fn happened(event: &Event) -> Vec<String> {
    match event {
        Event::Started { run, release, mode, plan, .. } => {
            let was = release.previous_version.as_ref().map(|was| format!(" (was {was})")).unwrap_or_default();
            let subject = format!("{} {}{was} in {}", release.service, release.version, release.environment);
            let mut lines = vec![painted(Ink::Bold, &format!("verifying {subject}, plan {}", plan.name))];
            lines.push(format!("run       {run}"));
            lines.extend(match mode {
                Mode::Real => None,
                Mode::DryRun => {
                    Some("dry run   nothing is rolled back or shifted; it is said what would be".to_owned())
                }
                Mode::Rehearsal => Some("REHEARSAL nothing outside is real, and nothing of it is touched".to_owned()),
            });
            lines
        }
        Event::Interrupted { by } => vec![painted(Ink::Yellow, &format!("interrupted by {by}"))],
        Event::NobodyToAsk => vec!["nobody can be asked here".to_owned()],
        Event::Answered { by, answer, question: _ } => vec![format!("{by} answered: {}", answer_words(answer))],
        Event::CallEnded { .. } | Event::RollbackReplied { .. } | Event::ShiftReplied { .. } | Event::Woke => {
            Vec::new()
        }
    }
}

fn answer_words(answer: &Answer) -> String {
    match answer {
        Answer::Confirm { reason } => format!("confirm, because {reason}"),
        Answer::Hotfix { reason } => format!("hotfix, because {reason}"),
        Answer::RollBack { reason } => format!("roll back, because {reason}"),
        Answer::Extend { by } => format!("hold for {by} more"),
    }
}

fn intended(command: &Command) -> Option<String> {
    match command {
        Command::RollBack { deed: Deed::Ready, plugin, .. } => {
            Some(painted(Ink::Bold, &format!("rollback by {plugin}")))
        }
        Command::RollBack { deed: Deed::Execute { step, .. }, .. } => {
            Some(format!("  → {}: {}", step.id, step.summary))
        }
        Command::RollBack { deed: Deed::Plan | Deed::Status { .. }, .. }
        | Command::Call { .. }
        | Command::Shift { .. }
        | Command::Cancel { .. }
        | Command::Ask { .. }
        | Command::Complain { .. }
        | Command::Finish { .. } => None,
    }
}

fn answered(reply: &Reply) -> Vec<String> {
    let line = match reply {
        Reply::Readiness { readiness: Readiness::Ready } => "  ready".to_owned(),
        Reply::Readiness { readiness: Readiness::AlreadyThere { why } } => format!("  already there: {why}"),
        Reply::Readiness { readiness: Readiness::Refused { why } } => format!("  refused: {why}"),
        Reply::Planned { plan } => {
            let steps = plan.steps.iter().map(|step| format!("    {}: {}", step.id, step.summary));
            return std::iter::once(format!("  plan: {}", plan.summary)).chain(steps).collect();
        }
        Reply::Executed { summary, .. } => format!("    {summary}"),
        Reply::Status { progress, summary } => format!("  status {}: {summary}", progress.as_str()),
        Reply::Error { fault } => format!("  error: {}", fault.message),
        Reply::Timeout { limit } => format!("  no answer within {limit}"),
        Reply::Cancelled => "  cancelled".to_owned(),
    };
    vec![line]
}

/// A check's line in the colour of its outcome.
fn coloured(check: &CheckRun) -> String {
    let ink = match check.settled().map(|settled| settled.outcome.word()) {
        Some("pass") => Ink::Green,
        Some("fail" | "error" | "timeout" | "inconclusive") => Ink::Red,
        Some(_) | None => Ink::Yellow,
    };
    painted(ink, &line(check))
}

fn painted(ink: Ink, text: &str) -> String {
    output::paint(ink, text, &std::io::stdout())
}
