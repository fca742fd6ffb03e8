//! What a comparison comes to.

use core::fmt;

use serde::{Deserialize, Serialize};

/// What a comparison came to. Only the last two are findings; the first two are no evidence of anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// There is nothing to judge.
    NoData,
    /// There are points, but too few, or too dependent on each other, to judge by.
    TooEarly,
    /// Nothing beyond the tolerance has been shown so far.
    NoDifference,
    /// The window is above the baseline.
    Increased,
    /// The window is below the baseline.
    Decreased,
}

impl Class {
    /// Whether it is a finding: a difference beyond the tolerance.
    pub const fn is_difference(self) -> bool {
        match self {
            Self::NoData | Self::TooEarly | Self::NoDifference => false,
            Self::Increased | Self::Decreased => true,
        }
    }
}

/// A number with about four digits.
pub(crate) struct Short(pub(crate) f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.abs();
        if size >= 1e6 || (size > 0.0 && size < 1e-4) {
            write!(f, "{:.3e}", self.0)
        } else if size >= 100.0 {
            write!(f, "{:.1}", self.0)
        } else if size >= 1.0 {
            write!(f, "{:.2}", self.0)
        } else {
            write!(f, "{:.4}", self.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::*;

    #[test]
    fn only_a_shown_difference_is_a_finding() {
        let all = [Class::NoData, Class::TooEarly, Class::NoDifference, Class::Increased, Class::Decreased];

        assert_eq!(all.map(Class::is_difference), [false, false, false, true, true]);
    }

    #[test]
    fn numbers_are_said_with_the_digits_that_matter() {
        let said = [0.0, 12_345_678.0, -110.04, 9.8, 0.012_34, 0.000_001].map(|number| Short(number).to_string());

        assert_eq!(said, ["0.0000", "1.235e7", "-110.0", "9.80", "0.0123", "1.000e-6"]);
    }
}
