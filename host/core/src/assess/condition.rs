//! Conditions: what one number is compared with. There is no expression language.

use core::fmt;

use serde::{Deserialize, Serialize};

/// A comparison of one number with fixed ones. Its numbers are finite once an
/// [`Assessment`](super::assessment::Assessment) has been made of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// Greater; the number itself is not.
    Above(f64),
    /// Greater or equal.
    AtLeast(f64),
    /// Smaller; the number itself is not.
    Below(f64),
    /// Smaller or equal.
    AtMost(f64),
    /// From one number to another, both of which belong to it.
    Between {
        /// The smallest that holds.
        low: f64,
        /// The greatest that holds.
        high: f64,
    },
    /// The same number, to the last bit; zero has no sign.
    Equals(f64),
}

impl Condition {
    /// Whether a number meets it. What is not a number meets nothing; it is never asked, since it has no number.
    #[expect(clippy::float_cmp, reason = "equality is exact, as documented")]
    pub fn holds(self, value: f64) -> bool {
        match self {
            Self::Above(limit) => value > limit,
            Self::AtLeast(limit) => value >= limit,
            Self::Below(limit) => value < limit,
            Self::AtMost(limit) => value <= limit,
            Self::Between { low, high } => low <= value && value <= high,
            Self::Equals(wanted) => value == wanted,
        }
    }

    /// The numbers that it compares with.
    pub(super) fn numbers(self) -> impl Iterator<Item = f64> {
        let (first, second) = match self {
            Self::Above(limit) | Self::AtLeast(limit) | Self::Below(limit) | Self::AtMost(limit) => (limit, None),
            Self::Between { low, high } => (low, Some(high)),
            Self::Equals(wanted) => (wanted, None),
        };
        core::iter::once(first).chain(second)
    }
}

impl fmt::Display for Condition {
    /// Writes it to stand after "is": `at least 0.95`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Above(limit) => write!(f, "above {}", Plain(limit)),
            Self::AtLeast(limit) => write!(f, "at least {}", Plain(limit)),
            Self::Below(limit) => write!(f, "below {}", Plain(limit)),
            Self::AtMost(limit) => write!(f, "at most {}", Plain(limit)),
            Self::Between { low, high } => write!(f, "between {} and {}", Plain(low), Plain(high)),
            Self::Equals(wanted) => write!(f, "equal to {}", Plain(wanted)),
        }
    }
}

/// A number with all its digits, and an exponent where it would be a row of zeros.
pub(super) struct Plain(pub(super) f64);

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.abs();
        if size >= 1e15 || (size > 0.0 && size < 1e-5) { write!(f, "{:e}", self.0) } else { write!(f, "{}", self.0) }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::*;

    #[test]
    fn each_comparison_is_exact_at_its_boundary() {
        let between = Condition::Between { low: 1.0, high: 2.0 };
        let below_and_on_and_above = |condition: Condition| [0.9, 1.0, 1.1].map(|value| condition.holds(value));

        assert_eq!(below_and_on_and_above(Condition::Above(1.0)), [false, false, true]);
        assert_eq!(below_and_on_and_above(Condition::AtLeast(1.0)), [false, true, true]);
        assert_eq!(below_and_on_and_above(Condition::Below(1.0)), [true, false, false]);
        assert_eq!(below_and_on_and_above(Condition::AtMost(1.0)), [true, true, false]);
        assert_eq!(below_and_on_and_above(Condition::Equals(1.0)), [false, true, false]);
        assert_eq!([0.9, 1.0, 2.0, 2.1].map(|value| between.holds(value)), [false, true, true, false]);
        assert!(Condition::Equals(0.0).holds(-0.0));
    }

    #[test]
    fn a_condition_is_said_in_words() {
        assert_eq!(Condition::AtLeast(0.95).to_string(), "at least 0.95");
        assert_eq!(Condition::Between { low: -1.0, high: 2.5 }.to_string(), "between -1 and 2.5");
        assert_eq!(Condition::Below(1e300).to_string(), "below 1e300");
    }

    #[test]
    fn a_condition_is_written_as_in_a_plan() {
        let read = |text| serde_json::from_str::<Condition>(text).unwrap();

        assert_eq!(read(r#"{"at-least": 0.95}"#), Condition::AtLeast(0.95));
        assert_eq!(read(r#"{"between": {"low": 1, "high": 2}}"#), Condition::Between { low: 1.0, high: 2.0 });
    }
}
