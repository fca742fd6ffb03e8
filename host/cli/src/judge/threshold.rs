//! Thresholds: `above`, `below`, `rise` and `drop`, which fire once so many samples in a row are beyond a limit.
//!
//! A sample without a number neither breaks such a row nor lengthens it. More than [`MOST_MISSING`] of them one after the
//! other break it, since nobody knows what happened meanwhile; and a window with such a gap, or with less than
//! [`COVERAGE`] of its samples, is not one in which nothing was found.

use holdpoint_core::assess::condition::Condition;
use holdpoint_core::stat::sample::{Sample as Points, count};
use holdpoint_plan::Code;
use serde_json::{Value as Json, json};

use super::answer::Answer;
use super::case::Given;
use super::reader::Reader;
use super::series::Series;
use super::tree::Node;

/// How many samples may be missing one after the other.
const MOST_MISSING: usize = 3;
/// Which part of the samples must be there.
const COVERAGE: f64 = 0.9;
/// The most samples in a row that a rule may ask for.
const MOST_IN_A_ROW: f64 = 1e6;

/// A threshold rule and the window that it is tried on.
#[derive(Debug)]
pub(crate) struct Threshold {
    family: &'static str,
    limit: Limit,
    /// How many samples in a row must be beyond it.
    in_a_row: usize,
    window: Series,
}

/// What a sample is held against.
#[derive(Debug, Clone, Copy)]
enum Limit {
    Known(Condition),
    /// So many percent up (or down, below zero) from a level.
    Relative {
        percent: f64,
        level: Level,
    },
}

/// What a percentage is a part of; none where a series has no numbers.
#[derive(Debug, Clone, Copy)]
struct Level(Option<f64>);

/// What was seen in a window.
#[derive(Debug, Default)]
struct Seen {
    /// Samples with a number.
    numbers: usize,
    /// Samples beyond the limit.
    beyond: usize,
    /// The longest row of them.
    longest: usize,
    /// The sample that made a row long enough; the first is 1.
    fired_at: Option<usize>,
    /// The longest row of samples without a number.
    longest_gap: usize,
}

impl Threshold {
    /// Reads the rule and its window.
    pub(super) fn read(rule: &Node, given: &mut Given<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let owner = format!("the rule of {}", given.owner());
        let family = ["above", "below", "rise", "drop"].into_iter().find(|family| rule.get(family).is_some())?;
        let relative = ["rise", "drop"].contains(&family);
        let known: &[&str] = if relative { &[family, "baseline", "for-samples"] } else { &[family, "for-samples"] };
        reader.entries(rule, &owner, known);
        let number = rule.get(family).and_then(|node| reader.number(node, &format!("{family:?}")));
        let level = if relative { level(rule, given, reader) } else { Some(Level(None)) };
        let in_a_row = in_a_row(rule, reader);
        let window = given.series("window", reader);
        let (number, level) = (number?, level?);
        let limit = match family {
            "above" => Limit::Known(Condition::Above(number)),
            "below" => Limit::Known(Condition::Below(number)),
            "rise" => Limit::Relative { percent: number, level },
            _ => Limit::Relative { percent: -number, level },
        };
        if relative && number < 0.0 {
            let at = rule.get(family).map_or(rule.at, |node| node.at);
            reader.error(Code::BadValue, at, &format!("{family:?} is {number} percent, and must not be negative"));
            return None;
        }
        Some(Self { family, limit, in_a_row: in_a_row?, window: window? })
    }

    /// Tries the rule.
    pub(super) fn judge(&self) -> Answer {
        let Some(condition) = self.limit.condition() else {
            let reason = "the baseline has no level other than zero, so that no percentage of it can be said";
            return self.tell("inconclusive", reason, json!({}));
        };
        let seen = self.look(condition);
        let (class, reason) = self.words(&seen, condition);
        let found = self.window.points();
        let figures = json!({
            "points": seen.numbers,
            "estimate": found.as_ref().map(Points::median),
            "statistics": {
                "beyond": seen.beyond,
                "longest-in-a-row": seen.longest,
                "fired-at": seen.fired_at,
                "longest-gap": seen.longest_gap,
                "least": found.as_ref().map(Points::least),
                "greatest": found.as_ref().map(Points::greatest),
            },
            "baseline": self.limit.level(),
            "thresholds": {
                "condition": condition,
                "for-samples": self.in_a_row,
                "coverage": COVERAGE,
                "max-gap": MOST_MISSING,
            },
        });
        self.tell(class, &reason, figures)
    }

    fn tell(&self, class: &str, reason: &str, figures: Json) -> Answer {
        Answer::new(self.family, class, reason, figures).leaving_out(&[("window", self.window.left_out())])
    }

    fn look(&self, condition: Condition) -> Seen {
        let mut seen = Seen::default();
        let (mut row, mut gap) = (0, 0);
        for (index, value) in self.window.numbers().into_iter().enumerate() {
            let Some(value) = value else {
                gap += 1;
                seen.longest_gap = seen.longest_gap.max(gap);
                continue;
            };
            let unbroken = gap <= MOST_MISSING;
            gap = 0;
            seen.numbers += 1;
            row = match (condition.holds(value), unbroken) {
                (true, true) => row + 1,
                (true, false) => 1,
                (false, _) => 0,
            };
            seen.beyond += usize::from(row > 0);
            seen.longest = seen.longest.max(row);
            if row >= self.in_a_row {
                seen.fired_at = seen.fired_at.or(Some(index + 1));
            }
        }
        seen
    }

    fn words(&self, seen: &Seen, condition: Condition) -> (&'static str, String) {
        let (samples, numbers) = (self.window.0.len(), seen.numbers);
        let Seen { beyond, longest, longest_gap, .. } = *seen;
        let counted = format!(
            "{beyond} of {numbers} samples are {condition}{}, {longest} in a row where {} fire",
            self.limit.words(),
            self.in_a_row
        );
        if let Some(sample) = seen.fired_at {
            return ("breach", format!("{counted}; it fires at sample {sample}"));
        }
        if numbers == 0 {
            return ("no-data", format!("none of {samples} samples is a number"));
        }
        if longest_gap > MOST_MISSING {
            return (
                "inconclusive",
                format!("{counted}; {longest_gap} samples in a row are missing, {MOST_MISSING} may be"),
            );
        }
        if count(numbers) < COVERAGE * count(samples) {
            let why = format!("{counted}; {numbers} of {samples} samples are there, {} % must be", 100.0 * COVERAGE);
            return ("inconclusive", why);
        }
        ("no-breach", counted)
    }
}

impl Limit {
    /// The condition that a sample beyond it meets; none where a percentage has no meaning.
    fn condition(self) -> Option<Condition> {
        match self {
            Self::Known(condition) => Some(condition),
            Self::Relative { percent, level } => {
                let level = level.0.filter(|level| level.abs() > 0.0)?;
                let limit = level + level.abs() * percent / 100.0;
                Some(if percent.is_sign_negative() { Condition::Below(limit) } else { Condition::Above(limit) })
            }
        }
    }

    fn level(self) -> Option<f64> {
        match self {
            Self::Known(_) => None,
            Self::Relative { level, .. } => level.0,
        }
    }

    fn words(self) -> String {
        match self {
            Self::Known(_) | Self::Relative { level: Level(None), .. } => String::new(),
            Self::Relative { percent, level: Level(Some(level)) } => {
                format!(" ({percent:+} % of a baseline of {level})")
            }
        }
    }
}

/// The level that a percentage is a part of: a number or a series in the rule, or the case's baseline.
fn level(rule: &Node, given: &mut Given<'_>, reader: &mut Reader<'_>) -> Option<Level> {
    let series = match rule.get("baseline") {
        Some(node) if node.list().is_none() => {
            return reader.number(node, "\"baseline\"").map(|level| Level(Some(level)));
        }
        Some(node) => Series::read(node, "\"baseline\" of the rule", reader)?,
        None => given.series("baseline", reader)?,
    };
    Some(Level(series.points().as_ref().map(Points::median)))
}

/// How many samples in a row: one, unless the rule says otherwise.
fn in_a_row(rule: &Node, reader: &mut Reader<'_>) -> Option<usize> {
    let Some(node) = rule.get("for-samples") else { return Some(1) };
    let asked = reader.number(node, "\"for-samples\"")?;
    if (1.0..=MOST_IN_A_ROW).contains(&asked) && asked.fract() <= 0.0 {
        return Some(holdpoint_core::stat::sample::whole(asked));
    }
    let what = format!("\"for-samples\" is {asked}, and must be a whole number from 1 to {MOST_IN_A_ROW}");
    reader.error(Code::BadValue, node.at, &what);
    None
}
