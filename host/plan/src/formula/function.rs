//! The functions of formulas: what each takes and what it comes to.

use super::random::Draw;
use super::{At, seconds};

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Normal noise.
    Noise,
    /// Evenly spread noise.
    Uniform,
    /// Noise that moves slowly.
    Drift,
    /// How many things happen that happen by themselves.
    Counted,
    /// A while.
    Step,
    /// From a time on.
    After,
    /// A slope, and then its height.
    Ramp,
    /// A peak.
    Spike,
    /// Again and again.
    Every,
    /// Up and down.
    Wave,
    /// By the hour of the day.
    Daily,
    /// The lesser.
    Min,
    /// The greater.
    Max,
    /// Without its sign.
    Abs,
}

/// Each function with its name, what it takes, and what it is.
pub const FUNCTIONS: [(&str, &[&str], &str, Function); 14] = [
    ("noise", &["spread"], "normal noise around 0, another number at each moment", Function::Noise),
    ("uniform", &["low", "high"], "noise that is spread evenly", Function::Uniform),
    ("drift", &["spread", "span"], "normal noise that takes about so long to move on", Function::Drift),
    ("counted", &["mean"], "how many of things are counted that happen by chance (Poisson)", Function::Counted),
    ("step", &["from", "to", "value"], "the value between two times, else 0", Function::Step),
    ("after", &["from", "value"], "the value from a time on, else 0", Function::After),
    ("ramp", &["from", "to", "value"], "a slope from 0 up to the value, which stays", Function::Ramp),
    ("spike", &["at", "width", "value"], "a peak of the value, gone so long before and after", Function::Spike),
    ("every", &["period", "length", "value"], "the value at the beginning of each period, else 0", Function::Every),
    ("wave", &["period", "height"], "a sine", Function::Wave),
    ("daily", &["low", "high", "hour"], "by the time of day in UTC, highest at this hour", Function::Daily),
    ("min", &["one", "other"], "the lesser", Function::Min),
    ("max", &["one", "other"], "the greater", Function::Max),
    ("abs", &["number"], "the number without its sign", Function::Abs),
];

impl Function {
    /// The function of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        FUNCTIONS.iter().find(|(own, ..)| *own == name).map(|(.., function)| *function)
    }

    fn entry(self) -> Option<(&'static str, &'static [&'static str])> {
        FUNCTIONS.iter().find(|(.., function)| *function == self).map(|(name, takes, ..)| (*name, *takes))
    }

    /// How many numbers it takes.
    pub(super) fn takes(self) -> usize {
        self.entry().map_or(0, |(_, takes)| takes.len())
    }

    /// How it is written.
    pub(super) fn usage(self) -> String {
        self.entry().map(|(name, takes)| format!("{name}({})", takes.join(", "))).unwrap_or_default()
    }

    /// What it comes to, of these numbers, at this place in the formula.
    pub(super) fn come_to(self, given: &[f64], place: u32, at: &At<'_>) -> f64 {
        let nth = |index: usize| given.get(index).copied().unwrap_or_default();
        let (one, two, three) = (nth(0), nth(1), nth(2));
        let draw = Draw { seed: at.seed, place, millis: at.elapsed.0 };
        let t = seconds(at.elapsed);
        match self {
            Self::Noise => one * draw.normal(),
            Self::Uniform => one + (two - one) * draw.unit(),
            Self::Drift => one * draw.slow(t, two),
            Self::Counted => draw.counted(one),
            Self::Step => {
                if one <= t && t < two {
                    three
                } else {
                    0.0
                }
            }
            Self::After => {
                if one <= t {
                    two
                } else {
                    0.0
                }
            }
            Self::Ramp => three * slope(t, one, two),
            Self::Spike => three * (1.0 - (t - one).abs() / two.max(f64::MIN_POSITIVE)).max(0.0),
            Self::Every => {
                if 0.0 < one && t % one < two {
                    three
                } else {
                    0.0
                }
            }
            Self::Wave => two * libm::sin(core::f64::consts::TAU * t / one),
            Self::Daily => {
                let hours = (hour(at) - three) / 24.0;
                one + (two - one) * f64::midpoint(1.0, libm::cos(core::f64::consts::TAU * hours))
            }
            Self::Min => one.min(two),
            Self::Max => one.max(two),
            Self::Abs => one.abs(),
        }
    }
}

/// From 0 at one time to 1 at another.
fn slope(t: f64, from: f64, to: f64) -> f64 {
    if t < from {
        0.0
    } else if t < to {
        (t - from) / (to - from)
    } else {
        1.0
    }
}

/// The hour of the day in UTC.
fn hour(at: &At<'_>) -> f64 {
    const DAY: i64 = 24 * 3_600_000;
    #[expect(clippy::cast_precision_loss, reason = "less than a day of milliseconds")]
    let millis = at.moment.0.rem_euclid(DAY) as f64;
    millis / 3_600_000.0
}
