//! Plans that follow from a seed: phases of checks and windows, every kind of rule, with and without a way back.

use std::collections::BTreeMap;

use holdpoint_core::assess::assessment::Assessment;
use holdpoint_core::assess::condition::Condition;
use holdpoint_core::assess::terms::Terms;
use holdpoint_core::id::RunId;
use holdpoint_core::name::{CheckName, PluginName};
use holdpoint_core::plan::Plan;
use holdpoint_core::plan::cause::RootCause;
use holdpoint_core::plan::check::{Attempts, Check, Severity, Urgency};
use holdpoint_core::plan::people::{Escalation, Path, Patience, Pattern, Silence};
use holdpoint_core::plan::phase::{Arming, Phase};
use holdpoint_core::plan::restore::Restore;
use holdpoint_core::plan::stage::{OnFail, Rollout, Stage};
use holdpoint_core::plan::window::{Baseline, Comparator, Rule, Signal, Traffic, Window};
use holdpoint_core::response::Response;
use holdpoint_core::rollout::Share;
use holdpoint_core::run::past::{Past, PastRun, Seen};
use holdpoint_core::stat::promise::{Alpha, Amount, Direction, Tolerance};
use holdpoint_core::time::Span;

use crate::chance::Chance;
use crate::outside::{ILL_HIGH, ILL_LOW, WELL};
use crate::scene::{check, phase, plan, with_rollback};
use crate::watching::{bound, name, signal};

const RESPONSES: [Response; 4] = [Response::Note, Response::Hotfix, Response::Escalate, Response::RollBack];
const CAUSES: [RootCause; 3] = [RootCause::Unknown, RootCause::Code, RootCause::Dependency];
const URGENCIES: [Urgency; 2] = [Urgency::AtOnce, Urgency::AtTheGate];

/// A plan.
pub(crate) fn any_plan(chance: &mut Chance) -> Plan {
    let mut signals = Vec::new();
    let phases = (0..chance.between(1, 4)).map(|place| any_phase(place, &mut signals, chance)).collect();
    let plan = Plan { escalation: any_escalation(chance), ..plan(phases) };
    let rollout = chance.one_in(3).then(|| any_rollout(&plan.phases, chance));
    let plan = Plan { rollout, ..plan };
    if chance.one_in(5) {
        return plan;
    }
    let recovery = (0..chance.between(1, 2)).map(|n| any_check(&format!("recovery-{n}"), chance)).collect();
    let restore = with_rollback(plan.clone()).restore.map(|restore| Restore { recovery, ..restore });
    Plan { restore, ..plan }
}

/// What as many past runs saw of a plan's signals, all of which were well.
pub(crate) fn any_past(plan: &Plan, chance: &mut Chance) -> Past {
    let windows = plan.phases.iter().filter_map(|phase| phase.window.as_ref());
    let names = windows.flat_map(|window| &window.signals).map(|signal| signal.check.name.clone());
    let seen = Seen { median: WELL, numbers: vec![WELL; 40], counted: vec![] };
    let signals: BTreeMap<CheckName, Seen> = names.map(|name| (name, seen.clone())).collect();
    let run = |n| PastRun {
        run: RunId::parse(&format!("past-{n}")).unwrap(),
        version: format!("1.{n}.0"),
        signals: signals.clone(),
    };
    Past { runs: (0..chance.below(6)).map(run).collect() }
}

/// Some phases at the end of a plan, each a stage of its own.
fn any_rollout(phases: &[Phase], chance: &mut Chance) -> Rollout {
    let first = usize::try_from(chance.below(phases.len() as u64)).unwrap();
    let stage = |(phase, percent): (&Phase, u8)| Stage {
        share: Share::try_new(percent).unwrap(),
        phases: vec![phase.name.clone()],
    };
    Rollout {
        plugin: PluginName::parse("weights").unwrap(),
        settings: "{}".into(),
        timeout: Span::from_secs(chance.between(10, 60)),
        call_timeout: Span::from_secs(chance.between(1, 10)),
        poll: Span::from_secs(2),
        on_fail: chance.pick(&[OnFail::Escalate, OnFail::RollBack]),
        stages: phases[first..].iter().zip([5, 25, 50, 100]).map(stage).collect(),
    }
}

fn any_phase(place: u64, earlier: &mut Vec<CheckName>, chance: &mut Chance) -> Phase {
    let title = format!("phase-{place}");
    let watches = chance.one_in(2);
    let most = if watches { 1 } else { 3 };
    let checks = (0..chance.between(0, most)).map(|n| any_check(&format!("check-{place}-{n}"), chance)).collect();
    let window = watches.then(|| any_window(place, earlier, chance));
    Phase {
        arming: if chance.one_in(7) { Arming::ObserveOnly } else { Arming::Armed },
        parallel: u32::try_from(chance.between(1, 3)).unwrap().try_into().unwrap(),
        budget: Span::from_secs(chance.between(5, 90)),
        window,
        ..phase(&title, checks)
    }
}

/// A check with the design's responses, or with any.
fn any_check(title: &str, chance: &mut Chance) -> Check {
    let severity = chance.pick(&[Severity::Minor, Severity::Major, Severity::Critical]);
    let backoff = Span::from_secs(chance.below(3));
    let attempts =
        Attempts { most: u32::try_from(chance.between(1, 3)).unwrap(), backoff, longest_backoff: Span::from_secs(3) };
    let usual = Check {
        attempts,
        timeout: Span::from_secs(chance.between(1, 10)),
        min_evidence: u32::from(chance.one_in(8)),
        cause: chance.pick(&CAUSES),
        ..check(title, severity)
    };
    if chance.one_in(2) {
        return usual;
    }
    let (on_fail, on_inconclusive) = (chance.pick(&RESPONSES), chance.pick(&RESPONSES));
    Check { on_fail, on_inconclusive, urgency: chance.pick(&URGENCIES), ..usual }
}

fn any_window(place: u64, earlier: &mut Vec<CheckName>, chance: &mut Chance) -> Window {
    let interval = Span::from_secs(chance.pick(&[2, 5, 10]));
    let names: Vec<CheckName> = (0..chance.between(1, 3)).map(|n| name(&format!("signal-{place}-{n}"))).collect();
    let known: Vec<CheckName> = earlier.iter().chain(&names).cloned().collect();
    let signals = names.iter().map(|own| any_signal(own, &known, interval, chance)).collect();
    earlier.extend(names);
    let delay = interval.times(chance.below(3));
    let samples = if chance.one_in(6) { chance.between(40, 80) } else { chance.between(4, 24) };
    let length = interval.times(samples).as_millis() + delay.as_millis() + chance.below(2) * 1_500;
    Window { length: Some(Span::from_millis(length)), delay, coverage: chance.pick(&[50, 80, 90, 90, 100]), signals }
}

fn any_signal(own: &CheckName, known: &[CheckName], interval: Span, chance: &mut Chance) -> Signal {
    let others: Vec<CheckName> = known.iter().filter(|other| *other != own).cloned().collect();
    let rules = (0..chance.below(4)).map(|_| any_rule(&others, interval, chance)).collect();
    let usual = signal(own.as_str(), rules);
    let traffic = chance.one_in(4).then(|| Traffic { measurement: "requests".into(), least: bound(100.0) });
    Signal {
        check: any_check(own.as_str(), chance),
        interval,
        measurement: Some("value".into()),
        traffic,
        max_gap: interval.times(chance.between(1, 4)),
        ..usual
    }
}

fn any_rule(others: &[CheckName], interval: Span, chance: &mut Chance) -> Rule {
    Rule {
        comparator: any_comparator(others, interval, chance),
        held: interval.times(chance.pick(&[0, 0, 1, 3])),
        severity: chance.pick(&[Severity::Minor, Severity::Major, Severity::Critical]),
        cause: chance.pick(&CAUSES),
        response: chance.pick(&RESPONSES),
        urgency: chance.pick(&URGENCIES),
        arming: if chance.one_in(5) { Arming::ObserveOnly } else { Arming::Armed },
    }
}

/// A comparator that tells a signal which is well from one that is ill.
fn any_comparator(others: &[CheckName], interval: Span, chance: &mut Chance) -> Comparator {
    let baseline = match (others.is_empty(), chance.below(5)) {
        (false, 0 | 1) => Baseline::Signal { name: chance.pick(others) },
        (_, 2) => Baseline::History { runs: 5 },
        _ => Baseline::Constant { value: bound(WELL) },
    };
    let direction = chance.pick(&[Direction::Rise, Direction::Drop, Direction::Either]);
    let tolerance = Tolerance::Relative(Amount::try_new(0.1).unwrap());
    match (chance.below(20), others) {
        (0..=3, _) => Comparator::Above { bound: bound(f64::midpoint(WELL, ILL_HIGH)) },
        (4 | 5, _) => Comparator::Below { bound: bound(f64::midpoint(WELL, ILL_LOW)) },
        (6..=8, _) => Comparator::Rise { percent: bound(50.0), baseline },
        (9 | 10, _) => Comparator::Drop { percent: bound(40.0), baseline },
        (11 | 12, [_, ..]) => {
            let baseline = Baseline::Signal { name: chance.pick(others) };
            Comparator::Differs { baseline, direction, tolerance, alpha: Alpha::DEFAULT }
        }
        (13..=15, _) => Comparator::Assess { assessment: any_assessment(interval, chance) },
        (16, _) => Comparator::Trend { direction, tolerance, alpha: Alpha::DEFAULT },
        _ => Comparator::Sequential { counts: None, baseline, direction, tolerance, alpha: Alpha::DEFAULT },
    }
}

/// Conditions that what is well meets, with few failures accepted.
fn any_assessment(interval: Span, chance: &mut Chance) -> Assessment {
    let well = Condition::AtMost(f64::midpoint(WELL, ILL_HIGH));
    let terms = Terms {
        success_condition: Some(well),
        count: chance.pick(&[0, 0, 4]),
        interval: Some(interval),
        failure_limit: chance.pick(&[0, 1, 3]),
        consecutive_success_limit: 0,
        ..Terms::default()
    };
    Assessment::try_new(&terms).expect("these terms are good")
}

fn any_escalation(chance: &mut Chance) -> Escalation {
    let patience = match chance.below(4) {
        0 => Patience::None,
        _ => Patience::AnswerWithin(Span::from_secs(chance.between(1, 90))),
    };
    let on_silence = chance.pick(&[Silence::ByCause, Silence::RollsBack, Silence::Holds]);
    let paths = if chance.one_in(3) { (0..chance.between(1, 2)).map(|_| any_path(chance)).collect() } else { vec![] };
    Escalation { commander: "ada".into(), patience, on_silence, paths }
}

fn any_path(chance: &mut Chance) -> Path {
    let severities = [None, Some(Severity::Minor), Some(Severity::Major), Some(Severity::Critical)];
    let cause = chance.one_in(2).then(|| chance.pick(&CAUSES));
    Path {
        pattern: Pattern { cause, severity: chance.pick(&severities) },
        response: chance.one_in(2).then(|| chance.pick(&RESPONSES)),
        ways: vec![],
        to: chance.one_in(3).then(|| "grace".into()),
        answer_within: chance.one_in(3).then(|| Span::from_secs(chance.between(1, 90))),
    }
}
