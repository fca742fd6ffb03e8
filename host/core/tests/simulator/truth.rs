//! The truth: what was seen of each call that the run waited for, apart from what the run makes of it.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_core::id::CallId;
use holdpoint_core::name::{CheckName, PhaseName};
use holdpoint_core::outcome::Outcome;
use holdpoint_core::run::command::{Command, Purpose};
use holdpoint_core::run::entry::What;
use holdpoint_core::run::event::{Answer, Event};
use holdpoint_core::run::phase::PhaseRun;
use holdpoint_core::run::window::WindowRun;
use holdpoint_core::time::Elapsed;

use crate::outside::Seen;
use crate::watch;
use crate::world::World;

/// What truly happened, as far as it was written down.
#[derive(Default)]
pub(crate) struct Truth {
    /// What each call of a check ended as that the run was waiting for.
    pub(crate) ended: BTreeMap<CallId, Ended>,
    /// The samples of windows, in the order in which they came in.
    pub(crate) samples: Vec<Sampled>,
    /// Those that were taken beyond the end of their window.
    pub(crate) beyond: Vec<Sampled>,
    /// At which gates a person said confirm.
    pub(crate) waived: BTreeSet<PhaseName>,
    /// Whether a person let the run go on although traffic had not been shifted.
    pub(crate) went_on_without_shift: bool,
    /// What people answered, and the run accepted.
    pub(crate) answers: Vec<Answer>,
    /// Whether somebody stopped the run by hand.
    pub(crate) interrupted: bool,
    /// Whether any clock of the host was wrong.
    pub(crate) wrong_clock: bool,
}

/// A call of a check that has ended.
pub(crate) struct Ended {
    pub(crate) check: CheckName,
    pub(crate) outcome: Outcome,
    pub(crate) requests: u32,
}

/// A sample of a signal.
pub(crate) struct Sampled {
    pub(crate) call: CallId,
    pub(crate) signal: CheckName,
    /// When it was commanded, by the run's own time.
    pub(crate) commanded: Elapsed,
    /// The number, if there truly is one that counts.
    pub(crate) number: Option<f64>,
    /// Whether the plugin itself calls it bad.
    pub(crate) fails: bool,
}

impl World {
    /// Notes what truly ended.
    pub(crate) fn note(&mut self, call: CallId, open: watch::Open, seen: Option<Seen>, commands: &[Command]) {
        let watch::Open { what: watch::What::Check { check, purpose }, at } = open else { return };
        if self.watch.stopped.contains(&call) {
            assert_eq!(commands, [], "what was stopped ends in silence");
            return;
        }
        let Some(What::Event { event: Event::CallEnded { called, .. } }) = self.journal.last().map(|it| &it.what)
        else {
            unreachable!("it was entered just now")
        };
        let (outcome, requests) = (called.outcome.clone(), called.facts.requests);
        if let Purpose::Sample { phase } = &purpose {
            let number = seen.as_ref().and_then(|seen| self.number(&check, seen));
            let fails = seen.is_some_and(|seen| seen.fails);
            let sampled = Sampled { call, signal: check.clone(), commanded: at, number, fails };
            let of_window = self.run.course().unwrap().phases().iter().filter(|run| run.name() == phase);
            let mut signals = of_window.filter_map(PhaseRun::window).flat_map(WindowRun::signals);
            if signals.any(|run| run.taken().iter().any(|taken| taken.call == call)) {
                self.truth.samples.push(sampled);
            } else {
                self.truth.beyond.push(sampled);
            }
        }
        self.truth.ended.insert(call, Ended { check, outcome, requests });
    }

    /// The number of a sample that has just come in, if it counts. (S-1)
    fn number(&self, name: &CheckName, seen: &Seen) -> Option<f64> {
        let windows = self.plan.phases.iter().filter_map(|phase| phase.window.as_ref());
        let signal =
            windows.flat_map(|window| &window.signals).find(|it| it.check.name == *name).expect("it is planned");
        let number = seen.number?;
        let looked = seen.fails || seen.requests >= signal.check.min_evidence;
        let busy = seen.busy || signal.traffic.is_none();
        let began = self.journal.first().expect("the run has started").moment.0;
        let now = began + i64::try_from(self.run.course().unwrap().now().0).unwrap();
        let fresh =
            number.taken.is_none_or(|taken| now - taken.0 <= 2 * i64::try_from(signal.interval.as_millis()).unwrap());
        (looked && busy && fresh).then_some(number.value)
    }
}
