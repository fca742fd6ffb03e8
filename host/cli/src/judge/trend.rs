//! `trend` on a window from a file, whose samples were taken at equal intervals: one look at all of it.

use holdpoint_core::stat::class::Class;
use holdpoint_core::stat::sequential::design::Design;
use holdpoint_core::stat::trend::{self, Series as Readings};
use holdpoint_core::time::{Elapsed, Span};
use holdpoint_plan::Code;
use serde_json::json;

use super::answer::{Answer, word};
use super::case::Given;
use super::reader::Reader;
use super::sequential::design;
use super::series::Series;
use super::tree::Node;

/// The rule, the window, and how the metric varies when all is well.
#[derive(Debug)]
pub(crate) struct Trend {
    design: Design,
    interval: Span,
    window: Series,
    baseline: Series,
}

const KEYS: [&str; 5] = ["direction", "tolerance", "error-rate", "horizon", "interval"];
/// From one sample to the next, where the rule does not say.
const INTERVAL: Span = Span::from_secs(60);

impl Trend {
    /// Reads the rule and its series.
    pub(super) fn read(rule: &Node, given: &mut Given<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let entries = reader.entries(rule, "\"trend\"", &KEYS)?;
        let design = design(entries, reader);
        let interval = match rule.get("interval") {
            Some(node) => interval(node, reader),
            None => Some(INTERVAL),
        };
        let (window, baseline) = (given.series("window", reader), given.spare_series("baseline", reader));
        Some(Self { design: design?, interval: interval?, window: window?, baseline: baseline? })
    }

    /// Tries the rule.
    pub(super) fn judge(&self) -> Answer {
        let left_out = [("baseline", self.baseline.left_out()), ("window", self.window.left_out())];
        let Some(readings) = self.readings() else {
            let reason = "there is no number in the window";
            return Answer::new("trend", word(Class::NoData), reason, json!({})).leaving_out(&left_out);
        };
        let judgement = trend::judge(&self.design, &readings, self.baseline.points().as_ref());
        let figures = json!({
            "points": judgement.points,
            "effective": judgement.effective,
            "statistics": { "tau": judgement.tau, "level": judgement.level, "change": judgement.change },
            "estimate": judgement.slope,
            "interval": judgement.interval,
            "log-e": judgement.log_e,
            "thresholds": {
                "log-e": judgement.needed, "error-rate": judgement.alpha, "tolerance": self.design.tolerance
            },
            "dependence": judgement.dependence,
        });
        Answer::new("trend", word(judgement.class), judgement.reason(), figures).leaving_out(&left_out)
    }

    /// The numbers at their times; a sample without one leaves a gap.
    fn readings(&self) -> Option<Readings> {
        let moments = (0..).map(|index| Elapsed(0).plus(self.interval.times(index)));
        let readings: Vec<(Elapsed, f64)> =
            moments.zip(self.window.numbers()).filter_map(|(at, number)| Some((at, number?))).collect();
        Readings::new(&readings).ok()
    }
}

fn interval(node: &Node, reader: &mut Reader<'_>) -> Option<Span> {
    let interval: Span = reader.word(node, "\"interval\"")?;
    if interval == Span::ZERO {
        reader.error(Code::BadValue, node.at, "\"interval\" is zero, and a trend needs values at different times");
        return None;
    }
    Some(interval)
}
