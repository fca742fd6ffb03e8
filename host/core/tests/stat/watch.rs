//! Watching: a judge that looks at two growing series again and again, and how often it raises an alarm.

use std::num::NonZero;
use std::thread;

use holdpoint_core::stat::differs::terms::{Terms, Watch};
use holdpoint_core::stat::differs::{Compared, judge};
use holdpoint_core::stat::kayenta::{Class, Metric, classify};
use holdpoint_core::stat::sample::Sample;

use crate::noise::Noise;

/// A baseline and a window, in full length.
pub(crate) type Pair = [Vec<f64>; 2];

/// Who looks, and raises an alarm or doesn't.
#[derive(Debug, Clone)]
pub(crate) enum Judge {
    /// `differs` on these terms.
    Differs(Terms),
    /// Kayenta's rule, on this config.
    Kayenta(Metric),
}

impl Judge {
    /// `differs` on its default terms, for a window that grows to so many points.
    pub(crate) fn differs(most: u32) -> Self {
        Self::Differs(Terms { watch: Watch::Growing { most }, ..Terms::default() })
    }

    /// Whether it raises an alarm at the first so many points.
    pub(crate) fn alarms(&self, [baseline, window]: &Pair, points: usize) -> bool {
        let [baseline, window] = [baseline, window].map(|side| &side[..points.min(side.len())]);
        match self {
            Self::Differs(terms) => {
                let [baseline, window] = [baseline, window].map(|side| Sample::new(side).ok());
                let compared = Compared { baseline: baseline.as_ref(), window: window.as_ref(), history: None };
                judge(&compared, terms).class.is_difference()
            }
            Self::Kayenta(metric) => {
                let [control, experiment] =
                    [baseline, window].map(|side| side.iter().copied().map(Some).collect::<Vec<_>>());
                classify(metric, &control, &experiment).class != Class::Pass
            }
        }
    }

    /// The share of streams in which it raises an alarm at any of these looks. Every stream has a seed of its own, so
    /// that judges can be compared on the same ones, and the share doesn't depend on how many cores there are.
    pub(crate) fn share(&self, streams: u32, looks: &[usize], make: impl Fn(&mut Noise) -> Pair + Sync) -> f64 {
        let workers = thread::available_parallelism().map_or(1, NonZero::get);
        let work = |worker: usize| {
            (0..streams)
                .skip(worker)
                .step_by(workers)
                .filter(|stream| {
                    let pair = make(&mut Noise::new(u64::from(*stream) << 32));
                    looks.iter().any(|points| self.alarms(&pair, *points))
                })
                .count()
        };
        let alarms: usize = thread::scope(|scope| {
            let started: Vec<_> = (0..workers).map(|worker| scope.spawn(move || work(worker))).collect();
            started.into_iter().map(|worker| worker.join().unwrap()).sum()
        });
        f64::from(u32::try_from(alarms).unwrap()) / f64::from(streams)
    }
}

/// A metric around 100 with a standard deviation of 10, remembering by `rho`; the window's level is higher by a share.
pub(crate) fn metric(rho: f64, rise: f64, points: usize) -> impl Fn(&mut Noise) -> Pair + Sync {
    move |noise| {
        [0.0, 100.0 * rise]
            .map(|shift| noise.remembering(rho, points).into_iter().map(|z| 100.0 + shift + 10.0 * z).collect())
    }
}

/// A metric around 100 with a standard deviation of 10, remembering by `rho`: a baseline of some points, and a window of
/// some, whose level is higher by a share from a point on.
pub(crate) fn stepped(rho: f64, (rise, at): (f64, usize), sizes: [usize; 2]) -> impl Fn(&mut Noise) -> Pair + Sync {
    move |noise| {
        let [baseline, mut window] = sizes
            .map(|points| noise.remembering(rho, points).into_iter().map(|z| 100.0 + 10.0 * z).collect::<Vec<_>>());
        window.iter_mut().skip(at).for_each(|value| *value += 100.0 * rise);
        [baseline, window]
    }
}
