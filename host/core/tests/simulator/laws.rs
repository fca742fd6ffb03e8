//! Laws: what holds at the end of every run, by what truly happened and not by what the run believes.

use holdpoint_core::outcome::Outcome;
use holdpoint_core::plan::check::{Check, Urgency};
use holdpoint_core::plan::people::Silence;
use holdpoint_core::plan::phase::{Arming, Phase};
use holdpoint_core::plan::stage::OnFail;
use holdpoint_core::plan::window::{Baseline, Comparator, Rule, Signal};
use holdpoint_core::response::Response;
use holdpoint_core::run::Run;
use holdpoint_core::run::course::{Course, Doing};
use holdpoint_core::run::ending::Ending;
use holdpoint_core::run::entry::{Entry, What};
use holdpoint_core::run::event::{Answer, Mode};
use holdpoint_core::run::phase::PhaseRun;
use holdpoint_core::run::vigil::Vigil;
use holdpoint_core::run::window::WindowRun;
use holdpoint_core::run::window::rule::RuleRun;
use holdpoint_core::run::window::signal::{End, SignalRun};
use holdpoint_core::time::Span;

use crate::oracle::{self, Point};
use crate::reasons;
use crate::truth::{Ended, Sampled};
use crate::world::World;

/// Looks at a run that has ended.
pub(crate) fn look_at(world: &mut World) -> Ending {
    let ending = world.run.ending().expect("every run ends");
    at_most_one_effective_rollback(world, ending);
    every_check_has_settled_as_it_truly_ended(world);
    every_signal_was_judged_by_its_true_samples(world);
    no_path_lets_through_what_would_stop(world);
    what_is_watched_on_is_answered(world, ending);
    the_strongest_response_won(world, ending);
    nothing_is_rolled_back_for_what_could_not_be_found_out(world);
    match ending {
        Ending::Confirmed => {
            nothing_is_confirmed_over_a_gap(world);
            assert!(!world.truth.answers.iter().any(|it| matches!(it, Answer::Hotfix { .. })), "hotfix stays hotfix");
        }
        Ending::RolledBack => the_previous_version_truly_runs(world),
        Ending::Hotfix => {
            let owes = world.run.course().unwrap().gates().iter().any(|gate| gate.owes());
            assert!(owes || world.truth.went_on_without_shift, "something is to be mended");
        }
        Ending::RollbackFailed | Ending::Escalated | Ending::Cancelled => {}
    }
    reasons::are_in_the_journal(world);
    ending
}

/// No step takes effect twice, and none at all unless the run says that it was rolled back or that this failed. (D-5)
fn at_most_one_effective_rollback(world: &mut World, ending: Ending) {
    let given = world.traffic.percent(u64::MAX);
    assert!(given == 0 || world.mode != Mode::DryRun, "a dry run shifts nothing");
    let done = &world.target.done;
    assert!(done.iter().all(|times| *times <= 1), "at most one effective rollback: {done:?}");
    let touched = done.iter().any(|times| *times > 0);
    let tells = matches!(ending, Ending::RolledBack | Ending::RollbackFailed);
    assert!(!touched || tells, "what was changed is told: {ending:?}");
    assert!(!touched || world.mode != Mode::DryRun, "a dry run changes nothing");
}

/// Rolled back means: the target runs the previous version, and every recovery check truly passed. (D-5)
fn the_previous_version_truly_runs(world: &mut World) {
    let now = world.now();
    assert!(world.target.runs_old(now) && world.target.old_is_well, "the previous version runs and serves");
    assert_ne!(world.mode, Mode::DryRun);
    let restore = world.plan.restore.as_ref().expect("the plan says how");
    for check in &restore.recovery {
        assert!(last(world, check).is_some_and(|it| lets_through(it, check)), "{} passed", check.name);
    }
}

/// The last call of a check that the run waited for to its end.
fn last<'a>(world: &'a World, check: &Check) -> Option<&'a Ended> {
    world.truth.ended.values().rfind(|ended| ended.check == check.name)
}

/// Whether a call lets the release through, said a second time and apart from the core. (D-1)
fn lets_through(ended: &Ended, check: &Check) -> bool {
    matches!(ended.outcome.word(), "pass" | "warn") && ended.requests >= check.min_evidence
}

/// What a call's end asks of the plan. (D-2, D-9)
fn asks(ended: Option<&Ended>, check: &Check) -> Option<Response> {
    match ended {
        Some(ended) if lets_through(ended, check) => None,
        Some(ended) if ended.outcome.word() == "fail" => Some(check.on_fail),
        Some(_) | None => Some(check.on_inconclusive),
    }
}

/// A confirmed run has true data for everything that its armed gates needed, or a person's word at that gate. (D-1, D-7)
fn nothing_is_confirmed_over_a_gap(world: &World) {
    let phases = world.run.course().unwrap().phases();
    assert!(phases.iter().all(|phase| phase.closed().is_some()), "every gate has closed");
    let armed: Vec<&PhaseRun> = phases.iter().filter(|phase| phase.arming() == Arming::Armed).collect();
    let mut vouches = armed.is_empty() || !world.truth.waived.is_empty() || world.truth.went_on_without_shift;
    for phase in armed.into_iter().filter(|phase| !world.truth.waived.contains(phase.name())) {
        for run in phase.round().checks() {
            let found = asks(last(world, &run.check), &run.check);
            assert!(matches!(found, None | Some(Response::Note)), "{} asks for {found:?}", run.check.name);
            vouches |= found.is_none();
        }
        for (window, run) in signals(phase) {
            let found = true_response(world, phase, (window, run));
            assert!(matches!(found, None | Some(Response::Note)), "{} asks for {found:?}", run.name());
            vouches |= found.is_none();
        }
    }
    assert!(vouches, "something speaks for the release");
}

fn signals(phase: &PhaseRun) -> impl Iterator<Item = (&WindowRun, &SignalRun)> {
    phase.window().into_iter().flat_map(|window| window.signals().iter().map(move |run| (window, run)))
}

/// What a signal's true samples ask for, as far as single samples tell.
fn true_response(world: &World, phase: &PhaseRun, (window, run): (&WindowRun, &SignalRun)) -> Option<Response> {
    let (signal, began) = (run.signal(), phase.began().expect("its gate has closed"));
    let points = oracle::points(world, (window.window(), signal), began);
    let armed = signal.rules.iter().filter(|rule| rule.arming == Arming::Armed);
    let fired = armed.filter(|rule| oracle::fires(rule, &points) == Some(true)).map(|rule| rule.response);
    let own = calls_itself_bad(world, signal).then_some(signal.check.on_fail);
    let length = window.window().length.expect("every window here has one");
    let enough = oracle::enough(&points, (window.window(), signal), (began, length));
    let end = match run.end() {
        Some(End::Waived { before, .. }) => Some(before.as_ref()),
        end => end,
    };
    let unclear = match end {
        Some(End::Stopped { .. }) => Some(Response::Escalate),
        // An assessment has its own word about what may be missing.
        Some(End::TooLittle { .. } | End::Unjudged { .. }) if is_assessed(signal) => Some(signal.check.on_inconclusive),
        _ if is_assessed(signal) => None,
        Some(End::TooLittle { .. } | End::Unjudged { .. }) => Some(signal.check.on_inconclusive),
        _ => (!enough).then_some(signal.check.on_inconclusive),
    };
    fired.chain(own).chain(unclear).max()
}

fn is_assessed(signal: &Signal) -> bool {
    signal.rules.iter().any(|rule| rule.comparator.is_assessment())
}

fn calls_itself_bad(world: &World, signal: &Signal) -> bool {
    world.truth.samples.iter().any(|sample| sample.signal == signal.check.name && sample.fails)
}

/// Every rule that can be judged by single samples has fired exactly if it should, and a window that ran to its end
/// says that it saw enough exactly if it did.
fn every_signal_was_judged_by_its_true_samples(world: &World) {
    for phase in world.run.course().unwrap().phases() {
        let Some(began) = phase.began() else { continue };
        for (window, run) in signals(phase) {
            let points = oracle::points(world, (window.window(), run.signal()), began);
            for rule in run.rules() {
                let fires = oracle::fires(&rule.rule, &points);
                assert!(fires.is_none_or(|fires| fires == rule.fired.is_some()), "{}: {rule:?}", run.name());
                an_assessment_counts_truly(rule, &points);
            }
            if is_assessed(run.signal()) {
                continue;
            }
            let saw_enough = match run.end() {
                Some(End::Enough | End::Unjudged { .. }) => true,
                Some(End::TooLittle { .. }) => false,
                Some(End::Stopped { .. } | End::Waived { .. }) | None => continue,
            };
            let length = window.window().length.expect("every window here has one");
            let enough = oracle::enough(&points, (window.window(), run.signal()), (began, length));
            assert_eq!(saw_enough, enough, "{}: {:?}", run.name(), run.end());
            let unjudged = run.rules().iter().any(|rule| has_nothing_to_compare_with(world, rule));
            let passes = matches!(run.end(), Some(End::Enough));
            assert!(!(passes && unjudged), "{} was compared with nothing: {:?}", run.name(), run.end());
        }
    }
}

/// Whether a rule that acts looks at a signal of which no number ever came.
fn has_nothing_to_compare_with(world: &World, run: &RuleRun) -> bool {
    let acts = run.rule.arming == Arming::Armed && run.rule.response != Response::Note;
    let without_past = match &run.rule.comparator {
        Comparator::Rise { baseline: Baseline::History { .. }, .. }
        | Comparator::Drop { baseline: Baseline::History { .. }, .. }
        | Comparator::Sequential { baseline: Baseline::History { .. }, .. } => (world.past.runs.len() as u64) < 3,
        _ => false,
    };
    let other = run.rule.comparator.needs().filter(|_| acts);
    (acts && without_past)
        || other.is_some_and(|name| !world.truth.samples.iter().any(|it| it.signal == *name && it.number.is_some()))
}

/// An assessment fires only when there were more failures than it accepts; while it goes on it never lets more through.
fn an_assessment_counts_truly(run: &RuleRun, points: &[Point]) {
    let Some((missed, most)) = oracle::failures(&run.rule, points) else { return };
    assert!(run.fired.is_none() || missed > most, "{missed} failures, and {most} are accepted: {run:?}");
    let goes_on = run.assessed.as_ref().is_some_and(|it| !it.standing().standing.has_ended());
    assert!(!goes_on || missed <= most, "{missed} failures, and {most} are accepted: {run:?}");
}

/// What the run counts is what the last call ended as, unless the run itself or a person said otherwise. (D-1)
fn every_check_has_settled_as_it_truly_ended(world: &World) {
    for phase in world.run.course().unwrap().phases() {
        for run in phase.round().checks() {
            let settled = run.settled().expect("nothing is left open");
            match &settled.outcome {
                Outcome::Said { .. } => {
                    let ended = last(world, &run.check).expect("a call said so");
                    let doubted =
                        ended.requests < run.check.min_evidence && matches!(ended.outcome.word(), "pass" | "warn");
                    let truly = if doubted { "inconclusive" } else { ended.outcome.word() };
                    assert_eq!(settled.outcome.word(), truly, "{}", run.check.name);
                }
                Outcome::Waived { .. } => assert!(world.truth.waived.contains(phase.name()), "only a person waives"),
                Outcome::Error { .. }
                | Outcome::Timeout { .. }
                | Outcome::Skipped { .. }
                | Outcome::Cancelled { .. } => {}
            }
        }
    }
}

/// An escalation path changes what a failure asks for, and lets nothing through. (D-1)
fn no_path_lets_through_what_would_stop(world: &World) {
    for (own, phase) in world.plan.phases.iter().zip(world.run.course().unwrap().phases()) {
        let in_force = phase
            .round()
            .checks()
            .iter()
            .map(|run| &run.check)
            .chain(signals(phase).map(|(_, run)| &run.signal().check));
        for (own, in_force) in own.checks().zip(in_force) {
            assert_eq!(own.name, in_force.name);
            assert!(in_force.on_fail.stops() || !own.on_fail.stops(), "{} still stops the run", own.name);
            assert_eq!(own.on_inconclusive, in_force.on_inconclusive, "{} could not be found out", own.name);
        }
    }
}

/// A gate that saw a reason to roll back never let the run go on by itself. (D-3)
fn the_strongest_response_won(world: &World, ending: Ending) {
    let course = world.run.course().unwrap();
    for phase in course.phases().iter().filter(|phase| phase.arming() == Arming::Armed) {
        let Some(gate) = phase.gate() else { continue };
        let checks = phase.round().checks().iter().any(|run| {
            let fails = run.attempts().last().is_some_and(|it| it.called.outcome.word() == "fail");
            fails && run.check.on_fail == Response::RollBack
        });
        let signals = signals(phase).any(|it| true_response(world, phase, it) == Some(Response::RollBack));
        let judged = signals && phase.window().is_some_and(WindowRun::is_over);
        if (checks || judged) && world.plan.restore.is_some() {
            assert!(course.rollback().is_some(), "it was rolled back: {gate:?}");
        }
        if (checks || judged) && gate.leave.is_none() {
            assert!(!matches!(ending, Ending::Confirmed | Ending::Hotfix), "{ending:?}");
        }
    }
}

/// A limit that is broken after its gate has closed brings the previous version back, whatever the run is at. (D-10)
fn what_is_watched_on_is_answered(world: &World, ending: Ending) {
    let course = world.run.course().unwrap();
    for sample in &world.truth.beyond {
        let vigil = course.vigils().iter().find(|vigil| vigil.signals().any(|run| takes(run, sample)));
        let vigil = vigil.expect("what was sampled is watched on");
        let phase = course.phases().iter().find(|phase| phase.name() == vigil.phase()).expect("it is a phase's");
        let run =
            signals(phase).map(|(_, run)| run).find(|run| *run.name() == sample.signal).expect("and its signal's");
        let breaks = |rule: &&RuleRun| {
            let Rule { held, arming, response, .. } = &rule.rule;
            let point = sample.number.map(|number| oracle::alone(sample.commanded, number));
            let holds = point.and_then(|point| oracle::fires(&rule.rule, &[point]));
            let rolls_back = (*arming, *response) == (Arming::Armed, Response::RollBack);
            rolls_back && *held == Span::ZERO && rule.fired.is_none() && holds == Some(true)
        };
        let by_limit = run.rules().iter().filter(breaks).any(|rule| match rule.rule.comparator {
            Comparator::Above { .. } | Comparator::Below { .. } => true,
            _ => false,
        });
        if by_limit && world.plan.restore.is_some() && ending != Ending::Cancelled {
            assert!(course.rollback().is_some(), "a limit was broken beyond its window: {:?}", run.name());
        }
    }
}

fn takes(run: &SignalRun, sample: &Sampled) -> bool {
    run.taken().iter().any(|taken| taken.call == sample.call)
}

/// An outage of what looks never rolls a release back, unless the plan or a person says so. (D-9)
fn nothing_is_rolled_back_for_what_could_not_be_found_out(world: &World) {
    let course = world.run.course().unwrap();
    if course.rollback().is_none() {
        return;
    }
    let told = world.truth.answers.iter().any(|answer| matches!(answer, Answer::RollBack { .. }));
    let on_silence = world.plan.escalation.on_silence == Silence::RollsBack;
    let mut checks = world.plan.phases.iter().flat_map(Phase::checks);
    let on_shift = world.plan.rollout.as_ref().is_some_and(|rollout| rollout.on_fail == OnFail::RollBack);
    let by_plan = on_silence || on_shift || checks.any(|check| check.on_inconclusive == Response::RollBack);
    let failed = world.truth.ended.values().any(|ended| ended.outcome.word() == "fail");
    let watched = course.phases().iter().flat_map(signals).map(|(_, run)| run);
    let mut watched = watched.chain(course.vigils().iter().flat_map(Vigil::signals));
    let fired = watched.any(|run| run.rules().iter().any(|it| it.fired.is_some()));
    assert!(told || by_plan || failed || fired, "it is bad, and not merely unknown");
}

/// The journal is the only truth: a fold over it, read back from its text, is the run. Intents only mark.
pub(crate) fn a_journal_gives_the_same_run(world: &World) {
    let text = serde_json::to_string(&world.journal).unwrap();
    let read: Vec<Entry> = serde_json::from_str(&text).unwrap();
    assert_eq!(Run::fold(&read), world.run);

    let is_event = |entry: &&Entry| matches!(entry.what, What::Event { .. });
    assert_eq!(Run::fold(read.iter().filter(is_event)).course(), world.run.course());
}

/// What is answered at once is answered by the event that tells it: no armed phase goes on with it. (D-2, D-10)
pub(crate) fn nothing_urgent_waits(run: &Run) {
    let Some(Doing::Judging { phase }) = run.course().map(Course::doing) else { return };
    let phase = &run.course().unwrap().phases()[*phase];
    if phase.arming() == Arming::ObserveOnly {
        return;
    }
    let at_once = |response: Response, urgency| response.stops() && urgency == Urgency::AtOnce;
    for run in phase.round().checks() {
        let fails = run.settled().is_some_and(|it| it.outcome.word() == "fail");
        assert!(!(fails && at_once(run.check.on_fail, run.check.urgency)), "{} is answered at once", run.check.name);
    }
    for rule in signals(phase).flat_map(|(_, run)| run.rules()).filter(|run| run.fired.is_some()) {
        let armed = rule.rule.arming == Arming::Armed;
        assert!(!(armed && at_once(rule.rule.response, rule.rule.urgency)), "it is answered at once: {rule:?}");
    }
}

/// Every prefix of the journal gives one state, whoever folds it and when: what was refused changed nothing.
pub(crate) fn every_prefix_gives_one_state(world: &World) {
    let mut step_by_step = Run::new();
    for (place, entry) in world.journal.iter().enumerate() {
        let before = step_by_step.ending();
        step_by_step.step(entry);
        assert!(before.is_none() || step_by_step.ending() == before, "an end is the end");
        assert_eq!(Run::fold(&world.journal[..=place]), step_by_step);
    }
    assert_eq!(step_by_step, world.run);
}
