//! Formulas: how a scenario says what a number is at each moment. A small language of our own, without loops and without
//! names that could be given: every formula comes to a number at once, whatever it is asked.
//!
//! Noise is a pure function of the seed, the formula's place and the moment, so that a moment has one number however
//! often, and in whatever order, it is asked for.

mod function;
mod parse;
mod random;

use holdpoint_core::time::{Elapsed, Moment};

pub use function::{FUNCTIONS, Function};
pub use parse::{NotAFormula, VARIABLES};

/// The longest formula, in bytes.
pub const LONGEST: usize = 1_000;

/// How deeply parentheses may lie in each other.
pub const DEEPEST: usize = 24;

/// A formula, as steps on a stack.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Push(f64),
    /// Seconds since the start of the run.
    Time,
    /// 1 once this cue was given, before that 0.
    Cue(String),
    Negate,
    Combine(Operator),
    /// With its place in the formula, by which its noise differs from that of others.
    Call(Function, u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// What a formula is asked at.
#[derive(Clone, Copy)]
pub struct At<'a> {
    /// How long after the start of the run.
    pub elapsed: Elapsed,
    /// The calendar.
    pub moment: Moment,
    /// What its noise comes from: another for each series.
    pub seed: u64,
    /// Whether a cue was given by now.
    pub given: &'a dyn Fn(&str) -> bool,
}

impl Formula {
    /// Takes a text as a formula. A name that this language does not have is that of a cue.
    ///
    /// # Errors
    /// Where it is none, with the place in the text.
    pub fn parse(text: &str) -> Result<Self, NotAFormula> {
        parse::parse(text).map(|steps| Self { steps })
    }

    /// The cues that it looks at, as they are written in a scenario.
    pub fn cues(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().filter_map(|step| match step {
            Step::Cue(name) => Some(name.as_str()),
            Step::Push(_) | Step::Time | Step::Negate | Step::Combine(_) | Step::Call(..) => None,
        })
    }

    /// What it is at a moment. Dividing by zero is as in IEEE 754, and so are numbers beyond all bounds.
    pub fn at(&self, at: &At<'_>) -> f64 {
        let mut stack: Vec<f64> = Vec::with_capacity(8);
        // A formula that was parsed finds what it needs; what would not be there counts as nothing.
        for step in &self.steps {
            let result = match step {
                Step::Push(number) => *number,
                Step::Time => seconds(at.elapsed),
                Step::Cue(name) => f64::from(u8::from((at.given)(name))),
                Step::Negate => -stack.pop().unwrap_or_default(),
                Step::Combine(operator) => {
                    let right = stack.pop().unwrap_or_default();
                    let left = stack.pop().unwrap_or_default();
                    operator.of(left, right)
                }
                Step::Call(function, place) => {
                    let from = stack.len().saturating_sub(function.takes());
                    let given = stack.split_off(from);
                    function.come_to(&given, *place, at)
                }
            };
            stack.push(result);
        }
        stack.pop().unwrap_or_default()
    }
}

impl Operator {
    fn of(self, left: f64, right: f64) -> f64 {
        match self {
            Self::Add => left + right,
            Self::Subtract => left - right,
            Self::Multiply => left * right,
            Self::Divide => left / right,
        }
    }
}

/// A time of the run in seconds.
fn seconds(elapsed: Elapsed) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a run are exact in a double")]
    let millis = elapsed.0 as f64;
    millis / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, seconds: u64, seed: u64) -> f64 {
        let formula = Formula::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let elapsed = Elapsed(seconds * 1_000);
        // 1970-01-01 at six in the morning.
        let moment = Moment(6 * 3_600_000).0.saturating_add_unsigned(elapsed.0);
        formula.at(&At { elapsed, moment: Moment(moment), seed, given: &|cue| cue == "rolled-back" })
    }

    fn close(left: f64, right: f64) -> bool {
        (left - right).abs() < 1e-9
    }

    #[test]
    fn arithmetic_binds_as_it_does_at_school() {
        for (text, number) in [
            ("1 + 2 * 3", 7.0),
            ("(1 + 2) * 3", 9.0),
            ("10 - 4 - 3", 3.0),
            ("-2 * -3", 6.0),
            ("12 / 4 / 3", 1.0),
            ("2.5e-1", 0.25),
            ("5%", 0.05),
            ("2m + 30s", 150.0),
            ("min(3, max(1, 2))", 2.0),
            ("abs(-4)", 4.0),
        ] {
            assert!(close(at(text, 0, 1), number), "{text}");
        }
    }

    #[test]
    fn what_happens_in_time_happens_when_it_is_said() {
        for (text, seconds, number) in [
            ("t", 90, 90.0),
            ("step(1m, 2m, 5)", 59, 0.0),
            ("step(1m, 2m, 5)", 60, 5.0),
            ("step(1m, 2m, 5)", 120, 0.0),
            ("after(1m, 5)", 60, 5.0),
            ("ramp(1m, 3m, 10)", 120, 5.0),
            ("ramp(1m, 3m, 10)", 999, 10.0),
            ("spike(2m, 1m, 8)", 150, 4.0),
            ("every(2m, 30s, 3)", 140, 3.0),
            ("every(2m, 30s, 3)", 150, 0.0),
            ("wave(4m, 2)", 60, 2.0),
            ("daily(10, 20, 6)", 0, 20.0),
            ("daily(10, 20, 18)", 0, 10.0),
        ] {
            assert!(close(at(text, seconds, 1), number), "{text} at {seconds}: {}", at(text, seconds, 1));
        }
    }

    #[test]
    fn a_cue_is_one_once_it_was_given() {
        assert!(close(at("3 * rolled_back + 5 * not_yet", 0, 1), 3.0));
    }

    #[test]
    fn noise_is_one_number_a_moment_and_another_for_each_seed_and_place() {
        let once = at("noise(1)", 10, 1);
        assert!(close(at("noise(1)", 10, 1), once));
        assert!(!close(at("noise(1)", 10, 2), once) && !close(at("noise(1)", 11, 1), once));
        assert!(!close(at("noise(1) - noise(1)", 10, 1), 0.0), "two places share their noise");
    }

    #[test]
    fn noise_has_the_spread_that_is_asked_for() {
        let drawn = |text: &str| (0..4_000).map(|second| at(text, second, 7)).collect::<Vec<_>>();
        for (text, mean, spread) in [("noise(2)", 0.0, 2.0), ("counted(4)", 4.0, 2.0), ("counted(400)", 400.0, 20.0)] {
            let numbers = drawn(text);
            #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
            let count = numbers.len() as f64;
            let found = numbers.iter().sum::<f64>() / count;
            let around = (numbers.iter().map(|number| (number - found).powi(2)).sum::<f64>() / count).sqrt();
            assert!((found - mean).abs() < spread / 10.0, "{text}: mean {found}");
            assert!((around / spread - 1.0).abs() < 0.1, "{text}: spread {around}");
        }
    }

    #[test]
    fn what_drifts_moves_slowly() {
        let step =
            |text: &str| (0..500).map(|second| (at(text, second + 1, 3) - at(text, second, 3)).abs()).sum::<f64>();

        assert!(step("drift(1, 1m)") * 5.0 < step("noise(1)"));
    }

    #[test]
    fn a_formula_that_is_none_is_told_with_its_place() {
        for (text, start, why) in [
            ("", 0, "a formula is not empty"),
            ("1 +", 3, "a number, a name or a parenthesis is missing here"),
            ("nois(1)", 0, "there is no function \"nois\"; did you mean \"noise\"?"),
            ("noise(1, 2)", 0, "noise takes 1 number, not 2: noise(spread)"),
            ("(1", 2, "a closing parenthesis is missing here"),
            ("1 2", 2, "an operator is missing before this"),
            ("4 $ 3", 2, "this can't stand in a formula"),
            ("1e999", 0, "this number is too large"),
            ("3d", 0, "a number may be followed by %, ms, s, m or h, not by \"d\""),
        ] {
            let wrong = Formula::parse(text).unwrap_err();
            assert_eq!((wrong.start, wrong.why.as_str()), (start, why), "{text}");
        }
    }

    #[test]
    fn a_formula_that_is_too_deep_or_too_long_is_refused() {
        assert!(Formula::parse(&format!("{}1{}", "(".repeat(400), ")".repeat(400))).is_err());
        assert!(Formula::parse(&"-".repeat(900)).is_err());
        assert!(Formula::parse(&format!("1{}", "+1".repeat(600))).is_err());
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_written_has_an_answer(text in "[-+*/(), 0-9.a-z%_]{0,60}", second in 0_u64..100_000) {
            if let Ok(formula) = Formula::parse(&text) {
                let elapsed = Elapsed(second * 1_000);
                formula.at(&At { elapsed, moment: Moment(0), seed: 1, given: &|_| true });
            }
        }

        #[test]
        fn a_formula_that_was_parsed_leaves_exactly_one_number(
            parts in proptest::collection::vec("(1|t|noise\\(2\\)|min\\(1, t\\)|\\(3 - t\\))", 1..12),
            operators in proptest::collection::vec("[-+*/]", 12),
        ) {
            let mut text = String::new();
            for (part, operator) in parts.iter().zip(&operators) {
                if !text.is_empty() { text.push_str(operator); }
                text.push_str(part);
            }
            let formula = Formula::parse(&text).unwrap();
            let takes = |step: &Step| match step {
                Step::Push(_) | Step::Time | Step::Cue(_) => 1,
                Step::Negate => 0,
                Step::Combine(_) => -1,
                Step::Call(function, _) => 1 - i64::try_from(function.takes()).unwrap(),
            };
            proptest::prop_assert_eq!(formula.steps.iter().map(takes).sum::<i64>(), 1);
        }
    }
}
