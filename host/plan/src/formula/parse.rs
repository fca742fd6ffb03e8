//! From a text to the steps of a formula. Goes down one level for each parenthesis, at most so many.

use holdpoint_core::text::visible;

use super::function::{FUNCTIONS, Function};
use super::{DEEPEST, LONGEST, Operator, Step};
use crate::suggest::did_you_mean;

/// The names that are numbers.
pub const VARIABLES: [(&str, &str); 1] = [("t", "seconds since the start of the run")];

/// Why a text is not a formula.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct NotAFormula {
    /// Where, as the first byte in the text.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// Why, in words.
    pub why: String,
}

/// What may follow a number, and what it is then worth.
const UNITS: [(&str, f64); 5] = [("%", 0.01), ("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3_600.0)];

/// Reads a whole text.
pub(super) fn parse(text: &str) -> Result<Vec<Step>, NotAFormula> {
    let mut parser = Parser { text, at: 0, depth: 0, steps: Vec::new() };
    if text.len() > LONGEST {
        return Err(parser.wrong(0, text.len(), format!("a formula has at most {LONGEST} bytes")));
    }
    if text.trim().is_empty() {
        return Err(parser.wrong(0, text.len(), "a formula is not empty"));
    }
    parser.sum()?;
    match parser.next() {
        None => Ok(parser.steps),
        Some(letter) => {
            let why = if parser.begins_a_value() || letter == '(' {
                "an operator is missing before this"
            } else {
                "this can't stand in a formula"
            };
            Err(parser.wrong(parser.at, parser.at + letter.len_utf8(), why))
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    steps: Vec<Step>,
}

impl<'a> Parser<'a> {
    /// `product { (+ | -) product }`
    fn sum(&mut self) -> Result<(), NotAFormula> {
        self.product()?;
        loop {
            let operator = match self.next() {
                Some('+') => Operator::Add,
                Some('-') => Operator::Subtract,
                Some(_) | None => return Ok(()),
            };
            self.at += 1;
            self.product()?;
            self.steps.push(Step::Combine(operator));
        }
    }

    /// `value { (* | /) value }`
    fn product(&mut self) -> Result<(), NotAFormula> {
        self.value()?;
        loop {
            let operator = match self.next() {
                Some('*') => Operator::Multiply,
                Some('/') => Operator::Divide,
                Some(_) | None => return Ok(()),
            };
            self.at += 1;
            self.value()?;
            self.steps.push(Step::Combine(operator));
        }
    }

    /// A number, a name, a call, something in parentheses, or the negative of one of these.
    fn value(&mut self) -> Result<(), NotAFormula> {
        let mut negative = false;
        while self.next() == Some('-') {
            self.at += 1;
            negative = !negative;
        }
        match self.next() {
            Some('(') => self.inside(|parser| {
                parser.sum()?;
                parser.closing()
            })?,
            Some(letter) if letter.is_ascii_digit() || letter == '.' => self.number()?,
            Some(letter) if letter.is_ascii_lowercase() => self.name()?,
            Some(_) | None => {
                let why = "a number, a name or a parenthesis is missing here";
                return Err(self.wrong(self.at, self.at, why));
            }
        }
        if negative {
            self.steps.push(Step::Negate);
        }
        Ok(())
    }

    /// Reads what lies in the parenthesis that opens here.
    fn inside(&mut self, read: impl FnOnce(&mut Self) -> Result<(), NotAFormula>) -> Result<(), NotAFormula> {
        if self.depth == DEEPEST {
            return Err(self.wrong(self.at, self.at + 1, format!("parentheses lie at most {DEEPEST} deep")));
        }
        self.at += 1;
        self.depth += 1;
        read(self)?;
        self.depth -= 1;
        Ok(())
    }

    fn closing(&mut self) -> Result<(), NotAFormula> {
        if self.next() != Some(')') {
            return Err(self.wrong(self.at, self.at, "a closing parenthesis is missing here"));
        }
        self.at += 1;
        Ok(())
    }

    fn number(&mut self) -> Result<(), NotAFormula> {
        let start = self.at;
        self.take(|letter| letter.is_ascii_digit() || letter == '.');
        let exponent = self.rest().strip_prefix('e').map(|rest| rest.strip_prefix(['+', '-']).unwrap_or(rest));
        if let Some(rest) = exponent.filter(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit())) {
            self.at = self.text.len() - rest.len();
            self.take(|letter| letter.is_ascii_digit());
        }
        let written = self.text.get(start..self.at).unwrap_or_default();
        let number: f64 = written.parse().map_err(|_| self.wrong(start, self.at, "this is not a number"))?;
        let unit = self.take(|letter| letter.is_ascii_alphabetic() || letter == '%');
        let factor = match UNITS.iter().find(|(name, _)| *name == unit) {
            Some((_, factor)) => *factor,
            None if unit.is_empty() => 1.0,
            None => {
                let why = format!("a number may be followed by %, ms, s, m or h, not by {:?}", visible(unit));
                return Err(self.wrong(start, self.at, why));
            }
        };
        if !number.is_finite() {
            return Err(self.wrong(start, self.at, "this number is too large"));
        }
        self.steps.push(Step::Push(number * factor));
        Ok(())
    }

    fn name(&mut self) -> Result<(), NotAFormula> {
        let start = self.at;
        let name = self.take(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
        let end = self.at;
        if self.next() == Some('(') {
            return self.call(name, start, end);
        }
        if let Some(function) = Function::named(name) {
            return Err(self.wrong(start, end, format!("{name} is a function: {}", function.usage())));
        }
        self.steps.push(if name == "t" { Step::Time } else { Step::Cue(name.replace('_', "-")) });
        Ok(())
    }

    fn call(&mut self, name: &str, start: usize, end: usize) -> Result<(), NotAFormula> {
        let Some(function) = Function::named(name) else {
            let meant = did_you_mean(name, FUNCTIONS.iter().map(|(name, ..)| *name));
            return Err(self.wrong(start, end, format!("there is no function {name:?}{meant}")));
        };
        let mut given = 0;
        self.inside(|parser| {
            if parser.next() != Some(')') {
                loop {
                    parser.sum()?;
                    given += 1;
                    if parser.next() != Some(',') {
                        break;
                    }
                    parser.at += 1;
                }
            }
            parser.closing()
        })?;
        let takes = function.takes();
        if given != takes {
            let plural = if takes == 1 { "" } else { "s" };
            let why = format!("{name} takes {takes} number{plural}, not {given}: {}", function.usage());
            return Err(self.wrong(start, end, why));
        }
        self.steps.push(Step::Call(function, u32::try_from(start).unwrap_or(u32::MAX)));
        Ok(())
    }

    /// The next letter that is no space, gone to.
    fn next(&mut self) -> Option<char> {
        self.take(|letter| letter == ' ' || letter == '\n' || letter == '\t');
        self.rest().chars().next()
    }

    fn begins_a_value(&self) -> bool {
        self.rest().starts_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '.')
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn take(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|letter| !belongs(letter)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    fn wrong(&self, start: usize, end: usize, why: impl Into<String>) -> NotAFormula {
        NotAFormula { start, end: end.clamp(start, self.text.len().max(start)), why: why.into() }
    }
}
