//! Onsets: since when something has been failing, and whether what the service needs failed before the service did.
//!
//! A hint for people; nothing is decided by it. Both sides are what was seen to be bad, by whatever looks for it, rules
//! and gates that only observe included; what could not be found out is a failure of neither. (D-9) A check fails when
//! the look began that found it bad, a rule when its condition began to hold, so that a long `for` hides nothing.
//! A rule whose condition holds and that has not fired yet counts too: it is too early to act on, not to be told. Only
//! what had come in when it was decided is known; nothing waits for a hint.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::name::CheckName;
use crate::plan::cause::RootCause;
use crate::reason::{Ground, Reason};
use crate::response::Sight;
use crate::run::phase::PhaseRun;
use crate::run::round::CheckRun;
use crate::run::window::WindowRun;
use crate::run::window::rule::RuleRun;
use crate::run::window::signal::SignalRun;
use crate::time::{Elapsed, Span};

/// A stretch of time in which something was bad.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Onset {
    check: CheckName,
    cause: RootCause,
    since: Elapsed,
    /// When it was over; absent as far as is known.
    until: Option<Elapsed>,
    account: String,
}

/// Says that the service may not be at fault, when something that it needs failed no later than the first of its own
/// that is failing, and had not recovered by then. `None` when every dependency was well, or failed afterwards.
pub(crate) fn hint(phases: &[PhaseRun]) -> Option<Reason> {
    let (needed, own): (Vec<Onset>, Vec<Onset>) =
        onsets(phases).into_iter().partition(|onset| onset.cause == RootCause::Dependency);
    let first_own = first(&own);
    let mut ahead: Vec<Onset> = needed.into_iter().filter(|onset| onset.explains(first_own)).collect();
    ahead.sort_by(|one, other| (one.since, &one.check).cmp(&(other.since, &other.check)));
    let before = ahead.first()?;
    let ground = Ground::DependencyFirst {
        dependency: before.check.clone(),
        own: first_own.map(|own| own.check.clone()),
        ahead: first_own.map_or(Span::ZERO, |own| own.since.since(before.since)),
    };
    let mut told: Vec<Reason> = Vec::new();
    for (place, onset) in ahead.iter().enumerate() {
        if ahead.iter().take(place).all(|earlier| earlier.check != onset.check) {
            told.push(onset.told());
        }
    }
    told.extend(first_own.map(Onset::told));
    Some(Reason::because(ground, told))
}

/// The first of those that are still failing; of all when none is.
fn first(own: &[Onset]) -> Option<&Onset> {
    let earliest = |onset: &&Onset| onset.since;
    own.iter().filter(|onset| onset.until.is_none()).min_by_key(earliest).or_else(|| own.iter().min_by_key(earliest))
}

fn onsets(phases: &[PhaseRun]) -> Vec<Onset> {
    let mut found: Vec<Onset> = Vec::new();
    for phase in phases {
        found.extend(phase.round().checks().iter().filter_map(Onset::of_check));
        for run in phase.window().into_iter().flat_map(WindowRun::signals) {
            // A later phase that samples it again knows better.
            if let Some(again) = run.taken().first() {
                let earlier = found.iter_mut().filter(|onset| onset.check == *run.name());
                earlier.for_each(|onset| onset.until = onset.until.or(Some(again.due)));
            }
            found.extend(of_signal(run));
        }
    }
    found
}

fn of_signal(run: &SignalRun) -> impl Iterator<Item = Onset> {
    let fails = run.fails().map(|fired| Onset {
        check: run.name().clone(),
        cause: run.signal().check.cause,
        since: fired.since,
        until: None,
        account: fired.found.clone(),
    });
    fails.into_iter().chain(run.rules().iter().flat_map(|rule| of_rule(run, rule)))
}

/// The stretch in which a rule fired, and the one in which its condition holds now.
fn of_rule(run: &SignalRun, rule: &RuleRun) -> impl Iterator<Item = Onset> {
    let onset = |since, until, found: &str| Onset {
        check: run.name().clone(),
        cause: rule.rule.cause,
        since,
        until,
        account: format!("{}: {found}", rule.rule.comparator.in_words()),
    };
    let fired = rule.fired.as_ref().map(|fired| onset(fired.since, rule.until, &fired.found));
    let told = rule.fired.as_ref().map(|fired| fired.since);
    let holds = rule.since.filter(|since| told != Some(*since));
    let holds = holds.map(|since| onset(since, None, rule.latest.as_deref().unwrap_or_default()));
    fired.into_iter().chain(holds)
}

impl Onset {
    fn of_check(run: &CheckRun) -> Option<Self> {
        let settled = run.settled()?;
        let outcome = settled.before_waiver.as_deref().unwrap_or(&settled.outcome);
        match outcome.sight() {
            Sight::Good | Sight::Unclear => None,
            Sight::Bad => Some(Self {
                check: run.check.name.clone(),
                cause: run.check.cause,
                since: settled.attempts.last()?.began,
                until: None,
                account: outcome.account(),
            }),
        }
    }

    /// Whether it was there when the first of the service's own began to fail; when none did, whether it still is.
    fn explains(&self, own: Option<&Self>) -> bool {
        match own {
            Some(own) => self.since <= own.since && self.until.is_none_or(|until| until > own.since),
            None => self.until.is_none(),
        }
    }

    fn told(&self) -> Reason {
        let (check, account) = (self.check.clone(), self.account.clone());
        Reason::plain(Ground::Failing { check, cause: self.cause, since: self.since, until: self.until, account })
    }
}
