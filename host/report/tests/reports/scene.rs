//! A scene: a core's run driven by a script, with a clock and evidence of its own.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use holdpoint_core::facts::{Asked, Content, Ended, Evidence, Exchange, Facts, LogLine, Timings};
use holdpoint_core::id::{Digest, RunId, Sequence};
use holdpoint_core::manifest::PluginKind;
use holdpoint_core::name::{CheckName, EndpointName, PhaseName, PluginName};
use holdpoint_core::outcome::{Called, Outcome};
use holdpoint_core::plan::Plan;
use holdpoint_core::plan::cause::RootCause;
use holdpoint_core::plan::check::{Attempts, Check, Severity};
use holdpoint_core::plan::grant::Effective;
use holdpoint_core::plan::limit::{Bytes, Limits};
use holdpoint_core::plan::people::{Escalation, Patience, Silence};
use holdpoint_core::plan::phase::{Arming, Phase};
use holdpoint_core::plan::plugin::Plugin;
use holdpoint_core::plan::restore::Restore;
use holdpoint_core::release::{ChangeKind, Release, Strategy};
use holdpoint_core::response::Response;
use holdpoint_core::rollback::{Replied, Reply};
use holdpoint_core::rollout;
use holdpoint_core::run::Run;
use holdpoint_core::run::command::Command;
use holdpoint_core::run::entry::{Entry, What};
use holdpoint_core::run::event::{Answer, Event, Mode};
use holdpoint_core::time::{Elapsed, Moment, Span};
use holdpoint_core::verdict::admit::admit;
use holdpoint_core::verdict::{Draft, Finding, Finds, Level, Measurement, Sample};
use holdpoint_report::History;

/// A run under way.
pub(crate) struct Scene {
    run: Run,
    commands: Vec<Command>,
    pub(crate) history: History,
    now: u64,
}

impl Scene {
    pub(crate) fn start(plan: Plan) -> Self {
        let mut scene = Self {
            run: Run::new(),
            commands: vec![],
            history: History { head: Some(Digest::of(b"the last row")), ..History::default() },
            now: 0,
        };
        scene.happens(Event::Started {
            run: RunId::parse("0190c2a4-7d1e-7c33-9b1a-5f2d8e6a4b10").unwrap(),
            plan: Box::new(plan),
            plan_digest: Digest::of(b"plan"),
            release: Box::new(release()),
            mode: Mode::Real,
            host: "0.1.0".into(),
            past: None,
        });
        scene
    }

    /// Time goes by.
    pub(crate) fn waits(&mut self, millis: u64) -> &mut Self {
        self.now += millis;
        self
    }

    /// Time goes by until the run wants to be woken.
    pub(crate) fn sleeps(&mut self) -> &mut Self {
        self.now = self.run.wakes().expect("the run waits for something").at.0;
        self.happens(Event::Woke);
        self
    }

    /// The last call of a check ends, and this was seen of it.
    pub(crate) fn ends(&mut self, check: &str, outcome: Outcome, seen: Evidence) -> &mut Self {
        let call = self.commands.iter().rev().find_map(|command| match command {
            Command::Call { call, check: name, .. } if name.as_str() == check => Some(*call),
            _ => None,
        });
        let called = Called { outcome, facts: self.keep(seen) };
        self.happens(Event::CallEnded { call: call.expect("the check was called"), called });
        self
    }

    /// The last call of the rollback plugin is answered.
    pub(crate) fn replies(&mut self, reply: Reply, seen: Evidence) -> &mut Self {
        let call = self.commands.iter().rev().find_map(|command| match command {
            Command::RollBack { call, .. } => Some(*call),
            _ => None,
        });
        let replied = Replied { reply, facts: self.keep(seen) };
        self.happens(Event::RollbackReplied { call: call.expect("the plugin was called"), replied });
        self
    }

    /// The last call of the rollout plugin is answered.
    pub(crate) fn shifts(&mut self, reply: rollout::Reply, seen: Evidence) -> &mut Self {
        let call = self.commands.iter().rev().find_map(|command| match command {
            Command::Shift { call, .. } => Some(*call),
            _ => None,
        });
        let replied = rollout::Replied { reply, facts: self.keep(seen) };
        self.happens(Event::ShiftReplied { call: call.expect("the plugin was called"), replied });
        self
    }

    pub(crate) fn answers(&mut self, by: &str, answer: Answer) -> &mut Self {
        self.happens(Event::Answered { by: by.into(), answer, question: None });
        self
    }

    pub(crate) fn happens(&mut self, event: Event) {
        let sequence = Sequence(self.history.entries.len() as u64 + 1);
        let moment = Moment(1_800_000_000_000 + i64::try_from(self.now).unwrap());
        let entry = Entry { sequence, at: Elapsed(self.now), moment, what: What::Event { event } };
        let commands = self.run.step(&entry);
        assert!(!matches!(commands.as_slice(), [Command::Complain { .. }]), "{commands:?}");
        self.commands.extend(commands);
        self.history.entries.push(entry);
    }

    fn keep(&mut self, seen: Evidence) -> Facts {
        let digest = Digest::of(&serde_json::to_vec(&seen).unwrap());
        let denied = seen.exchanges.iter().filter(|it| matches!(it.ended, Ended::Denied { .. })).count();
        let facts = Facts {
            wall: Span::from_millis(412),
            cpu_micros: 8_431,
            peak_memory: Bytes(2_490_368),
            requests: u32::try_from(seen.exchanges.len() - denied).unwrap(),
            denials: u32::try_from(denied).unwrap(),
            sent: Bytes(182),
            received: Bytes(5_321),
            evidence: Some(digest),
        };
        self.history.evidence.insert(digest, seen);
        facts
    }
}

fn release() -> Release {
    Release {
        service: "shop".into(),
        environment: "production".into(),
        version: "2.0.0".into(),
        previous_version: Some("1.9.3".into()),
        artifact: Some("pkg:oci/shop@sha256:4f2b".into()),
        revision: Some("9f1c2e7".into()),
        change: ChangeKind::Feature,
        strategy: Strategy::BlueGreen,
        labels: BTreeMap::from([("team".into(), "checkout".into())]),
    }
}

/// A plan of these phases, with a rollback that is verified by the check `home-again`.
pub(crate) fn plan(phases: Vec<Phase>) -> Plan {
    let restore = Restore {
        plugin: PluginName::parse("switch").unwrap(),
        settings: "{}".into(),
        timeout: Span::from_secs(60),
        call_timeout: Span::from_secs(10),
        poll: Span::from_secs(2),
        recovery: vec![check("home-again", Severity::Critical)],
    };
    let patience = Patience::AnswerWithin(Span::from_secs(600));
    Plan {
        name: "shop after a deployment".into(),
        endpoints: BTreeMap::new(),
        secrets: BTreeMap::new(),
        plugins: BTreeMap::from([plugin("http", PluginKind::Check), plugin("switch", PluginKind::Rollback)]),
        phases,
        rollout: None,
        restore: Some(restore),
        escalation: Escalation { commander: "on-call".into(), patience, on_silence: Silence::ByCause, paths: vec![] },
    }
}

fn plugin(name: &str, kind: PluginKind) -> (PluginName, Plugin) {
    let plugin = Plugin {
        bundle: format!("plugins/{name}.wasm"),
        digest: Digest::of(name.as_bytes()),
        kind,
        title: format!("{name} 0.1.0"),
        effective: Effective::none(),
        limits: Limits::default(),
    };
    (PluginName::parse(name).unwrap(), plugin)
}

pub(crate) fn phase(name: &str, checks: Vec<Check>) -> Phase {
    Phase {
        name: PhaseName::parse(name).unwrap(),
        parallel: NonZeroU32::new(4).unwrap(),
        budget: Span::from_secs(120),
        arming: Arming::Armed,
        checks,
        window: None,
    }
}

/// A check of this severity, tried twice.
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
        attempts: Attempts { most: 2, backoff: Span::from_secs(1), longest_backoff: Span::from_secs(5) },
        timeout: Span::from_secs(30),
        min_evidence: 0,
        cause: RootCause::Unknown,
    }
}

pub(crate) fn said(finds: Finds, summary: &str, findings: Vec<Finding>) -> Outcome {
    let measurements =
        vec![measured("http.duration", Sample::Number(0.1875), "s"), measured("error-rate", Sample::NoData, "%")];
    let labels = vec![("build".into(), "2.0.0+9f1c2e7".into())];
    let draft = Draft { finds, summary: summary.into(), findings, measurements, labels };
    Outcome::Said { verdict: admit(draft, &Limits::default()).unwrap() }
}

fn measured(name: &str, sample: Sample, unit: &str) -> Measurement {
    Measurement { name: name.into(), sample, unit: unit.into(), taken_at: None, labels: BTreeMap::new() }
}

pub(crate) fn finding(level: Level, message: &str, values: (&str, &str)) -> Finding {
    Finding {
        level,
        subject: "GET /cart".into(),
        message: message.into(),
        expected: Some(values.0.into()),
        observed: Some(values.1.into()),
        labels: BTreeMap::from([("page".into(), "cart".into())]),
    }
}

/// A call that asked for this path and got this status.
pub(crate) fn answered(path: &str, status: u16) -> Evidence {
    let timings = Timings {
        resolve: Some(1_200),
        connect: Some(8_400),
        tls: Some(21_000),
        first_byte: Some(180_250),
        total: 187_500,
    };
    let ended = Ended::Answered {
        status,
        headers: vec![("set-cookie".into(), "session=secret".into())],
        body: Some(Content { digest: Digest::of(path.as_bytes()), length: 5_321 }),
        truncated: false,
        address: Some("192.0.2.10:443".into()),
        protocol: "HTTP/2.0".into(),
        timings,
        certificate: None,
    };
    Evidence { exchanges: vec![exchange(path, ended)], log: vec![log(path)], ..Evidence::default() }
}

/// A call that was denied its one request.
pub(crate) fn denied(path: &str) -> Evidence {
    let ended = Ended::Denied {
        why: "POST is not granted on shop".into(),
        cure: Some(r#"{ to = "http", endpoint = "shop", methods = ["POST"], paths = ["/orders"] }"#.into()),
    };
    Evidence { exchanges: vec![exchange(path, ended)], log_dropped: 3, ..Evidence::default() }
}

fn exchange(path: &str, ended: Ended) -> Exchange {
    Exchange {
        at: Moment(1_800_000_000_000),
        after_micros: 2_140,
        endpoint: Some(EndpointName::parse("shop").unwrap()),
        asked: Asked::Http {
            method: "GET".into(),
            url: format!("https://shop.example{path}"),
            headers: vec![("authorization".into(), "Bearer secret".into())],
            body: None,
        },
        ended,
    }
}

fn log(path: &str) -> LogLine {
    LogLine { after_micros: 190_000, severity: "info".into(), message: format!("looked at {path}") }
}
