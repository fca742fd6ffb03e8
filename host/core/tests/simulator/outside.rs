//! The outside: what is true of each check and each signal at any time, and what a plugin says that looks at it.

use std::collections::BTreeMap;

use holdpoint_core::name::CheckName;
use holdpoint_core::outcome::{FaultKind, Outcome};
use holdpoint_core::plan::Plan;
use holdpoint_core::plan::limit::Limits;
use holdpoint_core::time::{Moment, Span};
use holdpoint_core::verdict::admit::admit;
use holdpoint_core::verdict::{Draft, Finds, Measurement, Sample};

use crate::chance::Chance;
use crate::scene::{error, fail, inconclusive, pass, timeout, warn};

/// What a signal measures when the release is well, and what it measures when it is not.
pub(crate) const WELL: f64 = 100.0;
pub(crate) const ILL_HIGH: f64 = 300.0;
pub(crate) const ILL_LOW: f64 = 10.0;

/// For how long something that flaps stays as it is.
const FLAP: u64 = 13_000;

/// The calendar of everybody but the host, at the true time zero.
pub(crate) const CALENDAR: i64 = 1_800_000_000_000;

/// How kind a world is to a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Everything is well.
    Kind,
    /// Most things are.
    Fair,
    /// Anything happens.
    Wild,
}

/// What is true of one check or signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// As it should be.
    Well,
    /// Too high, or failing.
    IllHigh,
    /// Too low, or failing.
    IllLow,
    /// Higher from one moment to the next, or failing.
    Creeping,
    /// Now well, now too high, or failing.
    Flapping,
    /// Too few requests to say anything.
    Idle,
    /// The provider has nothing.
    Silent,
    /// The provider does not answer.
    Down,
    /// The provider answers what it answered when this began.
    Frozen,
    /// The provider answers nonsense.
    Garbled,
}

/// Something that is not as it should be, for some time.
struct Episode {
    from: u64,
    to: u64,
    state: State,
}

/// What is true of everything that is looked at.
pub(crate) struct Outside {
    episodes: BTreeMap<CheckName, Vec<Episode>>,
}

/// What a plugin saw when it looked.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// What it says.
    pub(crate) outcome: Outcome,
    /// How many requests it made.
    pub(crate) requests: u32,
    /// The number that is truly there.
    pub(crate) number: Option<Number>,
    /// Whether it stands on enough traffic.
    pub(crate) busy: bool,
    /// Whether the plugin itself calls it bad.
    pub(crate) fails: bool,
}

/// A number that a provider took at some moment of the calendar, if it says when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number {
    pub(crate) value: f64,
    pub(crate) taken: Option<Moment>,
}

impl Outside {
    /// What will be true, from the start on for so long.
    pub(crate) fn of(plan: &Plan, mood: Mood, chance: &mut Chance) -> Self {
        let length = plan.phases.iter().map(|phase| match &phase.window {
            Some(window) => window.length.map_or(0, Span::as_millis),
            None => 10_000,
        });
        let length = length.sum::<u64>() + 5_000;
        let usual = match mood {
            Mood::Kind => u64::MAX,
            Mood::Fair => 6,
            Mood::Wild => 2,
        };
        let mut episodes = BTreeMap::new();
        for check in plan.checks() {
            if chance.one_in(usual) {
                let count = chance.between(1, 2);
                let found = (0..count).map(|_| Episode::any(length, chance)).collect();
                episodes.insert(check.name.clone(), found);
            }
        }
        Self { episodes }
    }

    fn at(&self, name: &CheckName, now: u64) -> (State, u64) {
        let found = self.episodes.get(name).into_iter().flatten().find(|it| it.from <= now && now < it.to);
        match found.map(|episode| (episode.state, episode.from)) {
            Some((State::Flapping, from)) if (now / FLAP).is_multiple_of(2) => (State::IllHigh, from),
            Some((State::Flapping, _)) | None => (State::Well, now),
            Some(told) => told,
        }
    }

    /// What a check's plugin says that looks at this moment.
    pub(crate) fn check(&self, name: &CheckName, now: u64, chance: &mut Chance) -> Seen {
        let outcome = match self.at(name, now).0 {
            State::Well if chance.one_in(12) => warn(),
            State::Well | State::Flapping => pass(),
            State::IllHigh | State::IllLow | State::Creeping => fail(),
            State::Idle | State::Silent | State::Frozen => inconclusive(),
            State::Down if chance.one_in(2) => timeout(),
            State::Down => error(FaultKind::Unavailable),
            State::Garbled => match chance.below(5) {
                0 => error(FaultKind::Trap),
                1 => error(FaultKind::Denied),
                2 => error(FaultKind::Inadmissible),
                3 => Outcome::Waived { by: "plugin".into(), reason: "trust me".into() },
                _ => Outcome::Skipped { why: "no need".into() },
            },
        };
        Seen { outcome, requests: requests(chance), number: None, busy: false, fails: false }
    }

    /// What a signal's plugin says that looks at this moment.
    pub(crate) fn signal(&self, name: &CheckName, now: u64, chance: &mut Chance) -> Seen {
        let (state, since) = self.at(name, now);
        let requests = requests(chance);
        if state == State::Down && chance.one_in(2) {
            let outcome = if chance.one_in(2) { timeout() } else { error(FaultKind::Unavailable) };
            return Seen { outcome, requests, number: None, busy: false, fails: false };
        }
        let level = match state {
            State::Well | State::Flapping | State::Frozen => Ok(WELL),
            State::IllHigh | State::Idle => Ok(ILL_HIGH),
            State::IllLow => Ok(ILL_LOW),
            State::Creeping => Ok(WELL * (1.0 + f64::from(u32::try_from(now - since).unwrap()) / 400_000.0)),
            State::Silent if chance.one_in(2) => Err(Sample::Number(WELL)),
            State::Silent => Err(Sample::NoData),
            State::Down => Err(Sample::ProviderDown),
            State::Garbled => {
                let nonsense = [Sample::NotANumber, Sample::NotFinite, Sample::Ambiguous, Sample::WrongType];
                Err(chance.pick(&nonsense))
            }
        };
        let taken = match state {
            State::Frozen => Some(moment(since)),
            _ => chance.one_in(2).then(|| moment(now)),
        };
        let number = level.ok().map(|level| Number { value: level * (1.0 + 0.02 * chance.wobble()), taken });
        let fails = matches!(state, State::IllHigh | State::IllLow) && chance.one_in(8);
        let finds = match level {
            Err(Sample::Number(_)) => Finds::Inconclusive,
            _ if fails => Finds::Fail,
            _ => Finds::Pass,
        };
        let busy = state != State::Idle;
        let sample = match (level, number) {
            (Err(sample), _) => sample,
            (Ok(_), number) => Sample::Number(number.map_or(0.0, |number| number.value)),
        };
        let outcome = measured(finds, sample, taken, if busy { 1_000.0 } else { 3.0 });
        Seen { outcome, requests, number, busy, fails }
    }
}

impl Episode {
    fn any(length: u64, chance: &mut Chance) -> Self {
        let from = chance.below(length);
        let lasts = if chance.one_in(2) { chance.between(1_000, 30_000) } else { length * 10 };
        let states = [
            State::IllHigh,
            State::IllHigh,
            State::IllLow,
            State::Creeping,
            State::Creeping,
            State::Flapping,
            State::Flapping,
            State::Idle,
            State::Silent,
            State::Down,
            State::Frozen,
            State::Garbled,
        ];
        let state = chance.pick(&states);
        Self { from: if chance.one_in(3) { 0 } else { from }, to: from + lasts, state }
    }
}

pub(crate) fn moment(now: u64) -> Moment {
    Moment(CALENDAR + i64::try_from(now).unwrap())
}

fn requests(chance: &mut Chance) -> u32 {
    u32::from(!chance.one_in(20))
}

fn measured(finds: Finds, sample: Sample, taken_at: Option<Moment>, requests: f64) -> Outcome {
    let of = |name: &str, sample, taken_at| Measurement {
        name: name.into(),
        sample,
        unit: "ratio".into(),
        taken_at,
        labels: BTreeMap::new(),
    };
    let measurements = vec![of("value", sample, taken_at), of("requests", Sample::Number(requests), None)];
    let draft = Draft { finds, summary: "looked".into(), findings: vec![], measurements, labels: vec![] };
    Outcome::Said { verdict: admit(draft, &Limits::default()).unwrap() }
}
