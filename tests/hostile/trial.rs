//! A trial: what was tried, what held, what did not, and the figure.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// A row of the threat table.
pub(crate) struct Row {
    /// `P1`, `N3`.
    pub(crate) id: &'static str,
    /// The attack, in a few words.
    pub(crate) attack: &'static str,
    /// The scenario.
    pub(crate) run: fn(&mut Trial),
}

/// What came of a scenario so far.
#[derive(Default)]
pub(crate) struct Trial {
    tried: u64,
    held: u64,
    figures: Vec<String>,
    broken: Vec<String>,
    /// Figures that are worse than promised.
    missed: Vec<String>,
    /// The share of the CPU that other programs took meanwhile.
    others: f64,
    skipped: bool,
}

/// What [`Trial::told`] tells.
pub(crate) type Told = (u64, u64, Vec<String>, Vec<String>, Vec<String>);

/// The share of the CPU from which a missed figure says more about the machine than about the program.
const BUSY: f64 = 0.1;

impl Trial {
    /// Notes one attempt, and what did not hold of it.
    #[expect(clippy::fn_params_excessive_bools, reason = "it stands for an assertion")]
    pub(crate) fn expect(&mut self, held: bool, otherwise: impl FnOnce() -> String) {
        self.tried += 1;
        if held { self.held += 1 } else { self.broken.push(otherwise()) }
    }

    /// Notes something that broke without being tried.
    pub(crate) fn broke(&mut self, what: impl Into<String>) {
        self.broken.push(what.into());
    }

    /// Adds to the row's figure.
    pub(crate) fn figure(&mut self, figure: impl Into<String>) {
        self.figures.push(figure.into());
    }

    /// Adds a number to the row's figure, and holds it against what the row promises.
    pub(crate) fn at_most(&mut self, name: &str, value: f64, most: f64) {
        self.figures.push(format!("{name} {value:.2} (at most {most})"));
        if value > most || value.is_nan() {
            self.missed.push(format!("{name} is {value:.2}, and at most {most} is promised"));
        }
    }

    /// Notes the share of the CPU that other programs took while the row was tried.
    pub(crate) fn beside(&mut self, others: f64) {
        self.others = others;
    }

    /// Notes that the row can't be tried here, and why.
    pub(crate) fn skip(&mut self, why: &str) {
        self.skipped = true;
        self.figures.push(why.to_owned());
    }

    /// What came of it, for [`Trial::take`].
    pub(crate) fn told(&self) -> Value {
        json!([self.tried, self.held, self.figures, self.broken, self.missed])
    }

    /// Takes what came of the scenario in another process.
    pub(crate) fn take(&mut self, (tried, held, figures, broken, missed): Told) {
        *self = Self { tried, held, figures, broken, missed, ..Self::default() };
    }

    pub(crate) fn held_all(&self) -> bool {
        self.broken.is_empty() && (self.missed.is_empty() || self.others >= BUSY) && (self.tried > 0 || self.skipped)
    }

    /// Whether everything held and only a figure was missed, as it may be on a machine that is busy with other things.
    pub(crate) fn only_missed_figures(&self) -> bool {
        self.broken.is_empty() && !self.missed.is_empty()
    }

    /// The row's line, and what broke below it.
    pub(crate) fn line(&self, row: &Row) -> String {
        let word = match (self.held_all(), self.missed.is_empty()) {
            _ if self.skipped => "SKIPPED",
            (true, true) => "held",
            (true, false) => "MISSED",
            (false, _) => "BROKEN",
        };
        let mut line = format!(
            "{:<4} {word:<6} tried {:>5}  held {:>5}  {}: {}",
            row.id,
            self.tried,
            self.held,
            row.attack,
            self.figures.join("; ")
        );
        if self.held_all() && !self.missed.is_empty() {
            let share = self.others * 100.0;
            let _ = write!(line, "\n        not counted: other programs took {share:.0} % of the CPU meanwhile");
        }
        for broken in self.broken.iter().chain(&self.missed).take(12) {
            line.extend(["\n       ", broken]);
        }
        line
    }
}
