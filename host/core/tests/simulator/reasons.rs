//! Reasons: every decision names what is in the journal, and one against the release names what was bad or unclear. (D-8)

use std::collections::BTreeSet;

use holdpoint_core::decision::Decided;
use holdpoint_core::id::CallId;
use holdpoint_core::plan::people::Patience;
use holdpoint_core::plan::phase::Arming;
use holdpoint_core::reason::{Ground, Reason};
use holdpoint_core::run::command::Command;
use holdpoint_core::run::ending::Ending;
use holdpoint_core::run::entry::What;
use holdpoint_core::run::event::{Answer, Event, Mode};

use crate::world::{World, evidence};

/// Looks at every decision and at the end.
pub(crate) fn are_in_the_journal(world: &World) {
    let course = world.run.course().unwrap();
    let closing = course.closing().unwrap();
    let dry = matches!(closing.reason.ground, Ground::DryShift { .. });
    assert!(closing.ending == Ending::Cancelled || dry || course.decision().is_some());
    for decision in course.decisions() {
        against(decision.decided, &decision.reason);
        each(world, &decision.reason);
    }
    each(world, &closing.reason);
}

/// A decision against the release names something that was not as it should be, or a person.
fn against(decided: Decided, reason: &Reason) {
    let names = |ground: &Ground| match ground {
        Ground::Check { word, .. } => !matches!(*word, "pass" | "warn" | "waived"),
        Ground::Person { .. }
        | Ground::NothingVouches
        | Ground::Interrupted { .. }
        | Ground::Rollback { .. }
        | Ground::NotRecovered
        | Ground::Shift { .. }
        | Ground::DryRun { .. } => true,
        _ => false,
    };
    let observes =
        |ground: &Ground| matches!(ground, Ground::Gate { arming: Arming::ObserveOnly, response: Some(_), .. });
    let vouches = |ground: &Ground| matches!(ground, Ground::NothingVouches);
    match decided {
        Decided::RollBack | Decided::Escalate => {
            assert!(any(reason, &names), "{reason}");
            assert!(!any(reason, &observes) || any(reason, &vouches), "a gate that observes stops nothing: {reason}");
        }
        Decided::Confirm | Decided::Hotfix => {}
    }
}

/// Whether it is about traffic that was not shifted.
pub(crate) fn names_a_shift(reason: &Reason) -> bool {
    any(reason, &|ground| matches!(ground, Ground::Shift { .. }))
}

fn any(reason: &Reason, names: &dyn Fn(&Ground) -> bool) -> bool {
    names(&reason.ground) || reason.because.iter().any(|below| any(below, names))
}

fn each(world: &World, reason: &Reason) {
    is_so(world, reason);
    reason.because.iter().for_each(|below| each(world, below));
}

/// What a ground says is so, by the plan and by the journal.
fn is_so(world: &World, reason: &Reason) {
    let happened = |is: &dyn Fn(&Event) -> bool| {
        world.journal.iter().any(|entry| matches!(&entry.what, What::Event { event } if is(event)))
    };
    let (plan, below) = (&world.plan, reason.because.len());
    let so = match &reason.ground {
        Ground::Gate { phase, .. } => plan.phase(phase).is_some_and(|phase| below > 0 || phase.checks().count() == 0),
        Ground::Check { check, word, .. } => plan.check(check).is_some() && below > 0 && was(world, reason, word),
        Ground::StillArmed { phase } => plan.phase(phase).is_some_and(|phase| phase.window.is_some()) && below > 0,
        Ground::Verdict { account } => !account.is_empty(),
        Ground::Evidence { call, digest: Some(digest) } => {
            ended(world).any(|it| it == *call) && *digest == evidence(*call)
        }
        Ground::Evidence { call, digest: None } => ended(world).chain(begun(world)).any(|it| it == *call),
        Ground::Person { by, reason, .. } => happened(&|event| match event {
            Event::Answered { by: who, answer, .. } => who == by && why(answer) == Some(reason),
            _ => false,
        }),
        Ground::Silence { .. } => happened(&|event| *event == Event::Woke),
        Ground::NobodyToAsk => happened(&|event| *event == Event::NobodyToAsk),
        Ground::NoPatience => plan.escalation.patience == Patience::None,
        Ground::NoRollback => plan.restore.is_none() && below > 0,
        Ground::DryRun { .. } => world.mode == Mode::DryRun,
        Ground::Rollback { account } => plan.restore.is_some() && !account.is_empty(),
        Ground::Interrupted { by } => happened(&|event| matches!(event, Event::Interrupted { by: who } if who == by)),
        Ground::DependencyFirst { dependency, .. } => plan.check(dependency).is_some() && below > 0,
        Ground::Failing { check, account, .. } => plan.check(check).is_some() && !account.is_empty(),
        Ground::Path { number, pattern, .. } => {
            plan.escalation.paths.get(*number - 1).is_some_and(|path| path.pattern == *pattern)
        }
        Ground::Suspicion { .. } => false,
        Ground::Shift { .. } | Ground::DryShift { .. } | Ground::Traffic { .. } => plan.rollout.is_some(),
        Ground::EveryGate | Ground::Owing | Ground::NothingVouches | Ground::Recovered | Ground::NotRecovered => {
            below > 0
        }
    };
    assert!(so, "this is nowhere to be found: {reason}");
}

/// Whether a check's word is what its last call truly was, where it was a call that decided.
fn was(world: &World, reason: &Reason, said: &str) -> bool {
    let call = calls(reason).first().copied();
    let ended = call.and_then(|call| world.truth.ended.get(&call));
    let mut samples = world.truth.samples.iter().chain(&world.truth.beyond);
    let sample = samples.find(|sample| Some(sample.call) == call);
    match (said, sample) {
        ("fail", Some(sample)) => sample.fails || sample.number.is_some(),
        // A signal passes as a whole, also when its last call brought nothing.
        ("pass", None) => ended.is_none_or(|ended| ended.outcome.word() == said),
        ("warn" | "fail", None) => ended.is_some_and(|ended| ended.outcome.word() == said),
        ("waived", _) => !world.truth.answers.is_empty(),
        _ => true,
    }
}

fn calls(reason: &Reason) -> BTreeSet<CallId> {
    let own = match &reason.ground {
        Ground::Evidence { call, .. } => Some(*call),
        _ => None,
    };
    reason.because.iter().flat_map(calls).chain(own).collect()
}

/// The calls of which the journal has an end.
fn ended(world: &World) -> impl Iterator<Item = CallId> {
    world.journal.iter().filter_map(|entry| match &entry.what {
        What::Event { event: Event::CallEnded { call, .. } } => Some(*call),
        _ => None,
    })
}

/// The calls that were about to be made.
fn begun(world: &World) -> impl Iterator<Item = CallId> {
    world.journal.iter().filter_map(|entry| match &entry.what {
        What::Intent { command: Command::Call { call, .. } } => Some(*call),
        _ => None,
    })
}

fn why(answer: &Answer) -> Option<&String> {
    match answer {
        Answer::Confirm { reason } | Answer::Hotfix { reason } | Answer::RollBack { reason } => Some(reason),
        Answer::Extend { .. } => None,
    }
}
