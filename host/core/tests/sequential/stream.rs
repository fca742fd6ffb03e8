//! Streams: a judge of each kind that is fed noise and looked at after every sample.

use std::num::NonZero;
use std::thread;

use holdpoint_core::stat::class::Class;
use holdpoint_core::stat::promise::Direction;
use holdpoint_core::stat::sample::Sample;
use holdpoint_core::stat::sequential::design::Design;
use holdpoint_core::stat::sequential::mean::Mean;
use holdpoint_core::stat::sequential::mean_pair::MeanPair;
use holdpoint_core::stat::sequential::share::Share;
use holdpoint_core::stat::sequential::share_after::ShareAfter;
use holdpoint_core::stat::sequential::share_pair::SharePair;
use holdpoint_core::stat::sequential::tally::{Counting, Tally};

use crate::noise::{Noise, Remembering};

/// The judges, and what they compare a window with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// Values with a constant.
    MeanAgainstConstant,
    /// Values with as many earlier ones.
    MeanAgainstBaseline { points: usize },
    /// Values with a cohort's at the same moment.
    MeanPair,
    /// Events with a constant share, after so many samples of history.
    ShareAgainstConstant { history: usize },
    /// Events with so many earlier samples.
    ShareAfter { points: usize },
    /// Events with a cohort's at the same moment.
    SharePair,
    /// Events per exposure with a constant rate, after so many samples of history.
    RateAgainstConstant { history: usize },
}

/// What the world is like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct World {
    /// The autocorrelation of neighbouring samples.
    pub(crate) rho: f64,
    /// By how many standard deviations a window's values are shifted.
    pub(crate) shift: f64,
    /// The share of events before the change.
    pub(crate) level: f64,
    /// How many requests a sample has.
    pub(crate) of: u64,
    /// By what the level is multiplied in the window.
    pub(crate) factor: f64,
    /// How far the level itself moves: the standard deviation of its logarithm.
    pub(crate) restless: f64,
}

impl World {
    /// In which nothing ever changes and nothing is remembered.
    pub(crate) const STILL: Self = Self { rho: 0.0, shift: 0.0, level: 0.01, of: 100, factor: 1.0, restless: 0.0 };

    fn values(&self, noise: &mut Noise, points: usize, shift: f64) -> Vec<f64> {
        let mut remembering = Remembering::start(noise, self.rho);
        (0..points).map(|_| 100.0 + 10.0 * (remembering.next() + shift)).collect()
    }

    /// Samples whose level moves as a lognormal autoregression around its mean.
    pub(crate) fn tallies(&self, noise: &mut Noise, points: usize, factor: f64) -> Vec<Tally> {
        let moves: Vec<f64> = {
            let mut remembering = Remembering::start(noise, self.rho);
            (0..points).map(|_| remembering.next()).collect()
        };
        let level = |z: f64| self.level * factor * (self.restless * (z - 0.5 * self.restless)).exp();
        let tally = |z| Tally { events: noise.binomial(self.of, level(z).min(1.0)), of: self.of };
        moves.into_iter().map(tally).collect()
    }
}

/// Where a stream of `most` samples is first judged different, counted from 1.
pub(crate) fn alarm(family: Family, design: Design, world: &World, (seed, most): (u64, usize)) -> Option<usize> {
    let noise = &mut Noise::seeded(seed);
    let window_values = |noise: &mut Noise| world.values(noise, most, world.shift);
    let window_tallies = |noise: &mut Noise| world.tallies(noise, most, world.factor);
    match family {
        Family::MeanAgainstConstant => {
            let mut judge = Mean::against_constant(design, 100.0).unwrap();
            first(window_values(noise), |value| {
                judge.push(value).unwrap();
                judge.class()
            })
        }
        Family::MeanAgainstBaseline { points } => {
            let baseline = Sample::new(&world.values(noise, points, 0.0)).unwrap();
            let mut judge = Mean::against_baseline(design, &baseline);
            first(window_values(noise), |value| {
                judge.push(value).unwrap();
                judge.class()
            })
        }
        Family::MeanPair => {
            let cohort = world.values(noise, most, 0.0);
            let mut judge = MeanPair::start(design);
            first(window_values(noise).into_iter().zip(cohort), |(value, other)| {
                judge.push(value, other).unwrap();
                judge.class()
            })
        }
        Family::ShareAgainstConstant { history } => {
            let history = world.tallies(noise, history, 1.0);
            let judge = Share::against_constant(design, Counting::Requests, world.level).unwrap();
            first_share(judge.with_history(&history).unwrap(), window_tallies(noise))
        }
        Family::RateAgainstConstant { history } => {
            let mut counts = |points, factor: f64| -> Vec<Tally> {
                let mean = world.level * factor * 100.0;
                (0..points).map(|_| Tally { events: noise.poisson(mean), of: 100 }).collect()
            };
            let (history, window) = (counts(history, 1.0), counts(most, world.factor));
            let judge = Share::against_constant(design, Counting::Exposure, world.level).unwrap();
            first_share(judge.with_history(&history).unwrap(), window)
        }
        Family::ShareAfter { points } => {
            let baseline = world.tallies(noise, points, 1.0);
            let mut judge = ShareAfter::against_baseline(design, Counting::Requests, &baseline).unwrap();
            first(window_tallies(noise), |tally| {
                judge.push(tally).unwrap();
                judge.class()
            })
        }
        Family::SharePair => {
            let cohort = world.tallies(noise, most, 1.0);
            let mut judge = SharePair::start(design, Counting::Requests);
            first(window_tallies(noise).into_iter().zip(cohort), |(tally, other)| {
                judge.push(tally, other).unwrap();
                judge.class()
            })
        }
    }
}

fn first_share(mut judge: Share, window: Vec<Tally>) -> Option<usize> {
    first(window, |tally| {
        judge.push(tally).unwrap();
        judge.class()
    })
}

/// The first sample after which there is a finding.
fn first<T>(samples: impl IntoIterator<Item = T>, mut look: impl FnMut(T) -> Class) -> Option<usize> {
    samples.into_iter().position(|sample| look(sample).is_difference()).map(|place| place + 1)
}

/// When so many streams, each with a seed of its own, raise their alarms: sorted, on all cores.
pub(crate) fn alarms(streams: u64, alarm: impl Fn(u64) -> Option<usize> + Sync) -> Vec<usize> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let share = |worker: usize| (0..streams).skip(worker).step_by(workers).filter_map(&alarm).collect::<Vec<_>>();
    let mut all: Vec<usize> = thread::scope(|scope| {
        let share = &share;
        let working: Vec<_> = (0..workers).map(|worker| scope.spawn(move || share(worker))).collect();
        working.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    all.sort_unstable();
    all
}

/// The share of so many streams that raised an alarm, in percent.
#[expect(clippy::cast_precision_loss, reason = "there are few streams")]
pub(crate) fn percent(alarms: &[usize], streams: u64) -> f64 {
    100.0 * alarms.len() as f64 / streams as f64
}

/// A design that looks for a rise only.
pub(crate) fn rise() -> Design {
    Design { direction: Direction::Rise, ..Design::default() }
}
