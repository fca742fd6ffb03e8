//! A scene: a plan, a run and a clock of its own, for cases that read as stories.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use holdpoint_core::facts::Facts;
use holdpoint_core::id::{CallId, Digest, RunId, Sequence};
use holdpoint_core::name::{CheckName, PhaseName, PluginName};
use holdpoint_core::outcome::{Called, Fault, FaultKind, Outcome};
use holdpoint_core::plan::Plan;
use holdpoint_core::plan::cause::RootCause;
use holdpoint_core::plan::check::{Attempts, Check, Severity};
use holdpoint_core::plan::limit::Limits;
use holdpoint_core::plan::people::{Escalation, Patience, Silence};
use holdpoint_core::plan::phase::{Arming, Phase};
use holdpoint_core::plan::restore::Restore;
use holdpoint_core::release::{ChangeKind, Release, Strategy};
use holdpoint_core::response::Response;
use holdpoint_core::rollback::{Replied, Reply};
use holdpoint_core::run::Run;
use holdpoint_core::run::command::Command;
use holdpoint_core::run::course::Course;
use holdpoint_core::run::entry::{Entry, What};
use holdpoint_core::run::event::{Answer, Event, Mode};
use holdpoint_core::run::past::Past;
use holdpoint_core::run::round::CheckRun;
use holdpoint_core::time::{Elapsed, Moment, Span};
use holdpoint_core::verdict::admit::admit;
use holdpoint_core::verdict::{Draft, Finds};

/// A run under way.
pub(crate) struct Scene {
    pub(crate) run: Run,
    /// Everything that was taken into account.
    pub(crate) history: Vec<Entry>,
    /// Everything that was commanded.
    pub(crate) commands: Vec<Command>,
    now: u64,
}

impl Scene {
    /// Starts a run that may change things.
    pub(crate) fn start(plan: Plan) -> Self {
        Self::start_in(Mode::Real, plan)
    }

    pub(crate) fn start_in(mode: Mode, plan: Plan) -> Self {
        let mut scene = Self { run: Run::new(), history: vec![], commands: vec![], now: 0 };
        scene.happens(started(mode, plan));
        scene
    }

    /// Starts a run of this name that knows what others before it saw.
    pub(crate) fn start_after(name: &str, plan: Plan, past: Past) -> Self {
        let mut scene = Self { run: Run::new(), history: vec![], commands: vec![], now: 0 };
        let Event::Started { plan, plan_digest, release, mode, host, .. } = started(Mode::Real, plan) else {
            unreachable!()
        };
        let (run, past) = (RunId::parse(name).unwrap(), Some(Box::new(past)));
        scene.happens(Event::Started { run, plan, plan_digest, release, mode, host, past });
        scene
    }

    /// Something happens; what follows is returned and kept.
    pub(crate) fn happens(&mut self, event: Event) -> Vec<Command> {
        let sequence = Sequence(self.history.last().map_or(1, |last| last.sequence.0 + 1));
        let entry = entry(sequence.0, self.now, What::Event { event });
        let commands = self.run.step(&entry);
        self.history.push(entry);
        self.commands.extend(commands.iter().cloned());
        commands
    }

    /// The last call of a check ends.
    pub(crate) fn ends(&mut self, check: &str, outcome: Outcome) -> Vec<Command> {
        let call = self.call_of(check).unwrap_or_else(|| panic!("{check} was not called: {:#?}", self.commands));
        self.happens(ended(call, outcome))
    }

    /// The last call of the rollback plugin is answered.
    pub(crate) fn replies(&mut self, reply: Reply) -> Vec<Command> {
        let call = self.commands.iter().rev().find_map(|command| match command {
            Command::RollBack { call, .. } => Some(*call),
            _ => None,
        });
        let replied = Replied { reply, facts: Facts::none() };
        self.happens(Event::RollbackReplied { call: call.expect("the rollback plugin was called"), replied })
    }

    pub(crate) fn answers(&mut self, answer: Answer) -> Vec<Command> {
        self.happens(Event::Answered { by: "ada".into(), answer, question: None })
    }

    pub(crate) fn is_interrupted(&mut self) -> Vec<Command> {
        self.happens(Event::Interrupted { by: "SIGINT".into() })
    }

    /// Time goes by, and nothing happens.
    pub(crate) fn waits(&mut self, span: Span) {
        self.now += span.as_millis();
    }

    /// Time goes by until the run wants to be woken, and it is.
    pub(crate) fn sleeps(&mut self) -> Vec<Command> {
        let wake = self.run.wakes().expect("the run waits for something");
        self.now = self.now.max(wake.at.0);
        self.happens(Event::Woke)
    }

    pub(crate) fn now(&self) -> Elapsed {
        Elapsed(self.now)
    }

    pub(crate) fn course(&self) -> &Course {
        self.run.course().expect("the run has started")
    }

    /// The last call of a check.
    pub(crate) fn call_of(&self, name: &str) -> Option<CallId> {
        self.commands.iter().rev().find_map(|command| match command {
            Command::Call { call, check, .. } if check.as_str() == name => Some(*call),
            _ => None,
        })
    }

    /// A check of a phase, with how far it is.
    pub(crate) fn check(&self, name: &str) -> &CheckRun {
        let mut checks = self.course().phases().iter().flat_map(|phase| phase.round().checks());
        checks.find(|run| run.check.name.as_str() == name).expect("the plan has this check")
    }

    /// The outcome's word of a check that has settled.
    pub(crate) fn word(&self, name: &str) -> &'static str {
        self.check(name).settled().map_or("open", |settled| settled.outcome.word())
    }

    /// The reason for which the run ended, in words.
    pub(crate) fn why(&self) -> String {
        self.course().closing().expect("the run has ended").reason.to_string()
    }
}

/// The names of the checks that are called.
pub(crate) fn called(commands: &[Command]) -> Vec<&str> {
    commands
        .iter()
        .filter_map(|command| match command {
            Command::Call { check, .. } => Some(check.as_str()),
            _ => None,
        })
        .collect()
}

/// The calls that are cancelled.
pub(crate) fn cancelled(commands: &[Command]) -> Vec<CallId> {
    commands
        .iter()
        .filter_map(|command| match command {
            Command::Cancel { call, .. } => Some(*call),
            _ => None,
        })
        .collect()
}

/// Whether nothing was made of an entry but a complaint.
pub(crate) fn is_complaint(commands: &[Command]) -> bool {
    matches!(commands, [Command::Complain { .. }])
}

pub(crate) fn entry(sequence: u64, at: u64, what: What) -> Entry {
    let moment = Moment(1_800_000_000_000 + i64::try_from(at).unwrap_or(0));
    Entry { sequence: Sequence(sequence), at: Elapsed(at), moment, what }
}

pub(crate) fn started(mode: Mode, plan: Plan) -> Event {
    Event::Started {
        run: RunId::parse("run-1").unwrap(),
        plan: Box::new(plan),
        plan_digest: Digest::of(b"plan"),
        release: Box::new(release()),
        mode,
        host: "0.1.0".into(),
        past: None,
    }
}

pub(crate) fn ended(call: CallId, outcome: Outcome) -> Event {
    let facts = Facts { evidence: Some(Digest::of(&call.0.to_le_bytes())), ..Facts::none() };
    Event::CallEnded { call, called: Called { outcome, facts } }
}

fn release() -> Release {
    Release {
        service: "shop".into(),
        environment: "production".into(),
        version: "2.0.0".into(),
        previous_version: Some("1.0.0".into()),
        artifact: None,
        revision: None,
        change: ChangeKind::Feature,
        strategy: Strategy::BlueGreen,
        labels: BTreeMap::new(),
    }
}

/// A plan of these phases that waits a minute for answers, and has no rollback.
pub(crate) fn plan(phases: Vec<Phase>) -> Plan {
    let patience = Patience::AnswerWithin(Span::from_secs(60));
    Plan {
        name: "shop".into(),
        endpoints: BTreeMap::new(),
        secrets: BTreeMap::new(),
        plugins: BTreeMap::new(),
        phases,
        rollout: None,
        restore: None,
        escalation: Escalation { commander: "ada".into(), patience, on_silence: Silence::ByCause, paths: vec![] },
    }
}

/// The same plan with a rollback that is verified by one check, `back`.
pub(crate) fn with_rollback(plan: Plan) -> Plan {
    let restore = Restore {
        plugin: PluginName::parse("switch").unwrap(),
        settings: "{}".into(),
        timeout: Span::from_secs(60),
        call_timeout: Span::from_secs(10),
        poll: Span::from_secs(2),
        recovery: vec![major("back")],
    };
    Plan { restore: Some(restore), ..plan }
}

pub(crate) fn phase(name: &str, checks: Vec<Check>) -> Phase {
    Phase {
        name: PhaseName::parse(name).unwrap(),
        parallel: NonZeroU32::new(8).unwrap(),
        budget: Span::from_secs(120),
        arming: Arming::Armed,
        checks,
        window: None,
    }
}

pub(crate) fn observing(phase: Phase) -> Phase {
    Phase { arming: Arming::ObserveOnly, ..phase }
}

/// A check of this severity with the design's responses, tried once.
pub(crate) fn check(name: &str, severity: Severity) -> Check {
    let (on_fail, urgency) = severity.default_on_fail();
    Check {
        name: CheckName::parse(name).unwrap(),
        plugin: PluginName::parse("http").unwrap(),
        settings: "{}".into(),
        severity,
        on_fail,
        urgency,
        on_inconclusive: Response::Escalate,
        attempts: attempts(1),
        timeout: Limits::default().wall,
        min_evidence: 0,
        cause: RootCause::Unknown,
    }
}

pub(crate) fn major(name: &str) -> Check {
    check(name, Severity::Major)
}

pub(crate) fn critical(name: &str) -> Check {
    check(name, Severity::Critical)
}

pub(crate) fn minor(name: &str) -> Check {
    check(name, Severity::Minor)
}

/// So many attempts, with pauses of 1 s, 2 s, 4 s and then 5 s.
pub(crate) fn attempts(most: u32) -> Attempts {
    Attempts { most, backoff: Span::from_secs(1), longest_backoff: Span::from_secs(5) }
}

fn said(finds: Finds, summary: &str) -> Outcome {
    let draft = Draft { finds, summary: summary.into(), findings: vec![], measurements: vec![], labels: vec![] };
    Outcome::Said { verdict: admit(draft, &Limits::default()).unwrap() }
}

pub(crate) fn pass() -> Outcome {
    said(Finds::Pass, "as it should be")
}

pub(crate) fn warn() -> Outcome {
    said(Finds::Warn, "a little slow")
}

pub(crate) fn fail() -> Outcome {
    said(Finds::Fail, "answered 500")
}

pub(crate) fn inconclusive() -> Outcome {
    said(Finds::Inconclusive, "no data")
}

pub(crate) fn timeout() -> Outcome {
    Outcome::Timeout { limit: Span::from_secs(10), message: "no answer".into() }
}

pub(crate) fn error(kind: FaultKind) -> Outcome {
    Outcome::Error { fault: fault(kind) }
}

pub(crate) fn fault(kind: FaultKind) -> Fault {
    Fault { kind, message: "something broke".into(), frames: vec![], last_log: vec![] }
}
