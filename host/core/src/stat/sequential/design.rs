//! What a sequential judge promises, and what it is asked.

use serde::{Deserialize, Serialize};

use crate::stat::promise::{Alpha, Amount, Direction, Tolerance};

/// What a judge promises, and what it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Design {
    /// The promised chance of a false alarm.
    pub alpha: Alpha,
    /// Which difference is looked for.
    pub direction: Direction,
    /// What counts as no difference.
    pub tolerance: Tolerance,
    /// After about how many points an answer is hoped for. A judge is sharpest there; its promise holds anywhere.
    pub horizon: u32,
}

impl Default for Design {
    /// One in a hundred, either direction, a ten-thousandth of the baseline as tolerance (which is more than rounding
    /// and less than a change), sharpest at 60 points.
    fn default() -> Self {
        let tolerance = Tolerance::Relative(Amount::try_new(1e-4).unwrap_or(Amount::ZERO));
        Self { alpha: Alpha::DEFAULT, direction: Direction::Either, tolerance, horizon: 60 }
    }
}

impl Design {
    /// The error rate that one direction may use up.
    pub(in crate::stat) fn alpha_per_side(&self) -> f64 {
        match self.direction {
            Direction::Rise | Direction::Drop => self.alpha.as_f64(),
            Direction::Either => self.alpha.as_f64() / 2.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_design_read_back_is_checked_again() {
        let text = serde_json::to_string(&Design::default()).unwrap();

        assert_eq!(serde_json::from_str::<Design>(&text).unwrap(), Design::default());
        assert!(serde_json::from_str::<Design>(&text.replace("0.01", "0.9")).is_err());
        assert_eq!(serde_json::from_str::<Design>("{}").unwrap(), Design::default());
        assert!(serde_json::from_str::<Design>(r#"{"aplha": 0.01}"#).is_err());
    }
}
