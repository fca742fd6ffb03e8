//! `differs` on a baseline and a window from a file: one look at all of it.

use holdpoint_core::stat::differs::terms::Terms;
use holdpoint_core::stat::differs::{self, Compared, Found, Judgement};
use holdpoint_core::stat::mann_whitney::{Alternative, MannWhitney};
use serde_json::{Map, Value as Json, json};

use super::answer::{Answer, word};
use super::case::Given;
use super::reader::{Reader, Renamed};
use super::series::Series;
use super::tree::{Entry, Node};

/// The rule, and what it compares.
#[derive(Debug)]
pub(crate) struct Differs {
    terms: Terms,
    baseline: Series,
    window: Series,
    history: Series,
}

const KEYS: [&str; 5] = ["direction", "tolerance", "error-rate", "watch", "points"];
const RENAMED: Renamed = &[("error-rate", "alpha")];

impl Differs {
    /// Reads the rule and what it compares.
    pub(super) fn read(rule: &Node, given: &mut Given<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let entries = reader.entries(rule, "\"differs\"", &KEYS)?;
        let known: Vec<&Entry> = entries.iter().filter(|entry| KEYS.contains(&&*entry.key)).collect();
        let terms = reader.terms(&known, RENAMED, &Map::new());
        let (baseline, window) = (given.series("baseline", reader), given.series("window", reader));
        let history = given.spare_series("history", reader);
        Some(Self { terms: terms?, baseline: baseline?, window: window?, history: history? })
    }

    /// Tries the rule.
    pub(super) fn judge(&self) -> Answer {
        let [baseline, window, history] = [&self.baseline, &self.window, &self.history].map(Series::points);
        let compared = Compared { baseline: baseline.as_ref(), window: window.as_ref(), history: history.as_ref() };
        let judgement = differs::judge(&compared, &self.terms);
        let ranks = baseline.as_ref().zip(window.as_ref()).map(|(baseline, window)| {
            let test = MannWhitney::test(baseline, window, Alternative::Either);
            json!({ "u": test.u, "pairs": test.pairs, "p-if-independent": test.p, "method": test.method })
        });
        let Judgement { class, reason, points: [in_baseline, in_window], found, limits } = judgement;
        let mut figures = json!({
            "points": { "baseline": in_baseline, "window": in_window },
            "statistics": ranks,
            "thresholds": {
                "error-rate": limits.alpha, "critical": limits.critical, "tolerance": limits.tolerance
            },
        });
        if let (Some(found), Some(figures)) = (found, figures.as_object_mut()) {
            figures.extend(shown(&found));
        }
        let left_out = [("baseline", self.baseline.left_out()), ("window", self.window.left_out())];
        Answer::new("differs", word(class), reason, figures).leaving_out(&left_out)
    }
}

fn shown(found: &Found) -> Map<String, Json> {
    let Found { shift, relative, interval, effect, p, dependence, effective, ground } = found;
    let figures = [
        ("estimate", json!(shift)),
        ("relative", json!(relative)),
        ("interval", json!(interval)),
        ("effect", json!(effect)),
        ("p", json!(p)),
        ("dependence", json!(dependence)),
        ("effective", json!(effective)),
        ("ground", json!(ground)),
    ];
    figures.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
