//! PromQL written from parts: what a plan says never leaves the quotes that it stands in.
//!
//! Syntax: <https://prometheus.io/docs/prometheus/latest/querying/basics/>.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter, Write};

use crate::settings::{LabelMatch, Range};

/// The label that tells the parts of one answer apart.
pub(crate) const PART: &str = "holdpoint";

/// The series of one metric: its name, and what their labels must be.
#[derive(Clone)]
pub(crate) struct Selector {
    metric: String,
    matchers: Vec<Matcher>,
}

#[derive(Clone)]
struct Matcher {
    label: String,
    operator: &'static str,
    value: String,
}

impl Selector {
    /// Returns the series of a metric whose labels are as a plan says.
    pub(crate) fn of(metric: &str, labels: &BTreeMap<String, LabelMatch>) -> Self {
        let matcher = |(label, wanted): (&String, &LabelMatch)| {
            let (operator, value) = match wanted {
                LabelMatch::Is(value) => ("=", value.clone()),
                LabelMatch::OneOf(values) => ("=~", any_of(values)),
                LabelMatch::Not(values) => ("!~", any_of(&values.not)),
                LabelMatch::Regex(regex) => ("=~", regex.regex.clone()),
            };
            Matcher { label: label.clone(), operator, value }
        };
        Self { metric: metric.to_owned(), matchers: labels.iter().map(matcher).collect() }
    }

    /// Returns the same series, as far as a label matches an anchored regular expression.
    pub(crate) fn matching(&self, label: &str, regex: &str) -> Self {
        self.with(label, "=~", regex)
    }

    /// Returns the same series, as far as they have a label.
    pub(crate) fn having(&self, label: &str) -> Self {
        self.with(label, "!=", "")
    }

    /// Returns by how much the counters of these series grew over a range, as a whole number: the difference of two
    /// scrapes, where `increase` would extrapolate. A counter that fell began anew. A series that was not there before
    /// began at nothing, unless its whole target was not there: what that had counted by then is nobody's news.
    pub(crate) fn delta(&self, whole: &Self, over: &Range) -> String {
        let known = format!("({self} and on (job, instance) {whole} offset {over})");
        format!("sum(({self} - {self} offset {over} >= 0) or {known})")
    }

    fn with(&self, label: &str, operator: &'static str, value: &str) -> Self {
        let mut narrowed = self.clone();
        narrowed.matchers.push(Matcher { label: label.to_owned(), operator, value: value.to_owned() });
        narrowed
    }
}

impl Display for Selector {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(&self.metric)?;
        if self.matchers.is_empty() {
            return Ok(());
        }
        out.write_char('{')?;
        for (position, Matcher { label, operator, value }) in self.matchers.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            write!(out, "{comma}{label}{operator}{}", quoted(value))?;
        }
        out.write_char('}')
    }
}

/// Returns a text as a PromQL string.
fn quoted(text: &str) -> String {
    let letter = |letter: char| match letter {
        '"' | '\\' => format!("\\{letter}"),
        // Every control character is below 256, which two digits can say.
        control if control.is_ascii_control() => format!("\\x{:02x}", u32::from(control)),
        plain => plain.to_string(),
    };
    format!("\"{}\"", text.chars().map(letter).collect::<String>())
}

/// Returns a regular expression that matches these texts and no other.
fn any_of(texts: &[String]) -> String {
    let literal: Vec<String> = texts.iter().map(|text| regex_of(text)).collect();
    literal.join("|")
}

/// Returns a regular expression that matches this text and no other.
pub(crate) fn regex_of(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    for letter in text.chars() {
        if r"\.+*?()|[]{}^$".contains(letter) {
            literal.push('\\');
        }
        literal.push(letter);
    }
    literal
}

/// Returns one query that answers several, each told apart by the label [`PART`].
///
/// One query, so that all its parts are of one moment, and one request.
pub(crate) fn together(parts: &[(&str, &str)]) -> String {
    let labelled = parts.iter().map(|(part, query)| format!(r#"label_replace({query}, "{PART}", "{part}", "", "")"#));
    labelled.collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Not, Regex};

    fn series(label: &str, wanted: LabelMatch) -> String {
        Selector::of("requests_total", &BTreeMap::from([(label.to_owned(), wanted)])).to_string()
    }

    #[test]
    fn a_label_cannot_leave_its_quotes() {
        let forged = "x\"} or vector(0) # \\\n";

        let written = series("path", LabelMatch::Is(forged.to_owned()));

        assert_eq!(written, r#"requests_total{path="x\"} or vector(0) # \\\x0a"}"#);
    }

    #[test]
    fn a_list_of_values_is_matched_letter_by_letter() {
        let one_of = series("path", LabelMatch::OneOf(vec!["/api/orders/{id}".to_owned(), "/a.b".to_owned()]));
        let not = series("path", LabelMatch::Not(Not { not: vec!["/metrics".to_owned(), "a|b".to_owned()] }));

        assert_eq!(one_of, r#"requests_total{path=~"/api/orders/\\{id\\}|/a\\.b"}"#);
        assert_eq!(not, r#"requests_total{path!~"/metrics|a\\|b"}"#);
    }

    #[test]
    fn a_regular_expression_is_left_as_it_is() {
        assert_eq!(
            series("path", LabelMatch::Regex(Regex { regex: r"/api/.*\.json".to_owned() })),
            r#"requests_total{path=~"/api/.*\\.json"}"#
        );
    }
}
