//! `sequential` on samples from a file, looked at after each of them, as a window is.

use holdpoint_core::stat::class::Class;
use holdpoint_core::stat::sample::Sample as Points;
use holdpoint_core::stat::sequential::design::Design;
use holdpoint_core::stat::sequential::judgement::Judgement;
use holdpoint_core::stat::sequential::mean::Mean;
use holdpoint_core::stat::sequential::mean_pair::MeanPair;
use holdpoint_core::stat::sequential::share::Share;
use holdpoint_core::stat::sequential::share_after::ShareAfter;
use holdpoint_core::stat::sequential::share_pair::SharePair;
use holdpoint_core::stat::sequential::tally::{Counting, Tally};
use holdpoint_plan::Code;
use serde_json::{Map, Value as Json, json};

use super::answer::{Answer, word};
use super::case::Given;
use super::reader::{Reader, Renamed};
use super::series::{Series, tallies};
use super::tree::{Entry, Node};

/// The rule, and what it is tried on.
#[derive(Debug)]
pub(crate) struct Sequential {
    design: Design,
    trial: Trial,
    /// What is no number, by series and class.
    left_out: Vec<(&'static str, Json)>,
}

/// A judge before its first sample, and the samples.
#[derive(Debug)]
enum Trial {
    /// There is no number to hold the window against.
    Nothing,
    Mean(Mean, Vec<f64>),
    MeanPair(MeanPair, Vec<(f64, f64)>),
    Share(Share, Vec<Tally>),
    ShareAfter(ShareAfter, Vec<Tally>),
    SharePair(SharePair, Vec<(Tally, Tally)>),
}

/// What the samples are.
#[derive(Debug, Clone, Copy)]
enum Samples {
    Values,
    Counted(Counting),
}

/// What the window is held against.
#[derive(Debug, Clone, Copy)]
enum Against {
    Constant(f64),
    Baseline,
    Cohort,
}

const KEYS: [&str; 4] = ["direction", "tolerance", "error-rate", "horizon"];
const OWN_KEYS: [&str; 2] = ["counting", "against"];
const RENAMED: Renamed = &[("error-rate", "alpha")];

impl Sequential {
    /// Reads the rule and what it is tried on.
    pub(super) fn read(rule: &Node, given: &mut Given<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let keys: Vec<&str> = OWN_KEYS.into_iter().chain(KEYS).collect();
        let entries = reader.entries(rule, "\"sequential\"", &keys)?;
        let design = design(entries, reader);
        let samples = samples(rule, reader);
        let against = reader.required(rule, "\"sequential\"", "against").and_then(|node| against(node, reader));
        let mut reading = Reading { design: design?, rule, given, reader, left_out: Vec::new() };
        let trial = match (samples?, against?) {
            (Samples::Values, Against::Constant(level)) => reading.mean(level),
            (Samples::Values, Against::Baseline) => reading.mean_after(),
            (Samples::Values, Against::Cohort) => reading.mean_pair(),
            (Samples::Counted(counting), Against::Constant(level)) => reading.share(counting, level),
            (Samples::Counted(counting), Against::Baseline) => reading.share_after(counting),
            (Samples::Counted(counting), Against::Cohort) => reading.share_pair(counting),
        };
        Some(Self { design: reading.design, trial: trial?, left_out: reading.left_out })
    }

    /// Tries the rule: the first look that finds something ends it, as it would end a window.
    pub(super) fn judge(&self) -> Answer {
        let Some((judgement, looks)) = self.trial.judge() else {
            let reason = "there is no number in the baseline to hold the window against";
            return Answer::new("sequential", word(Class::NoData), reason, json!({})).leaving_out(&self.left_out);
        };
        let difference = judgement.window.zip(judgement.baseline).map(|(window, baseline)| window - baseline);
        let figures = json!({
            "points": judgement.points,
            "looks": looks,
            "effective": judgement.effective,
            "statistics": { "baseline": judgement.baseline, "window": judgement.window },
            "estimate": difference,
            "interval": judgement.interval,
            "log-e": judgement.log_e,
            "thresholds": {
                "log-e": judgement.needed, "error-rate": judgement.alpha, "tolerance": self.design.tolerance
            },
            "dependence": judgement.dependence,
        });
        Answer::new("sequential", word(judgement.class), judgement.reason(), figures).leaving_out(&self.left_out)
    }
}

/// The keys of a design, the same for all judges that may be looked at at any time.
pub(super) fn design(entries: &[Entry], reader: &mut Reader<'_>) -> Option<Design> {
    let known: Vec<&Entry> = entries.iter().filter(|entry| KEYS.contains(&&*entry.key)).collect();
    reader.terms(&known, RENAMED, &Map::new())
}

fn samples(rule: &Node, reader: &mut Reader<'_>) -> Option<Samples> {
    let Some(node) = rule.get("counting") else { return Some(Samples::Values) };
    match node.text() {
        Some("values") => Some(Samples::Values),
        Some("requests") => Some(Samples::Counted(Counting::Requests)),
        Some("exposure") => Some(Samples::Counted(Counting::Exposure)),
        Some(_) | None => {
            let what = "\"counting\" is what the samples are: \"values\", \"requests\" or \"exposure\"";
            reader.error(Code::BadValue, node.at, what);
            None
        }
    }
}

fn against(node: &Node, reader: &mut Reader<'_>) -> Option<Against> {
    match (node.number(), node.text()) {
        (Some(level), _) => Some(Against::Constant(level)),
        (None, Some("baseline")) => Some(Against::Baseline),
        (None, Some("cohort")) => Some(Against::Cohort),
        (None, Some(_) | None) => {
            reader.error(Code::BadValue, node.at, "\"against\" must be a number, \"baseline\" or \"cohort\"");
            None
        }
    }
}

/// Reads the samples of a rule whose own keys are known.
struct Reading<'a, 'n, 't> {
    design: Design,
    rule: &'a Node,
    given: &'a mut Given<'n>,
    reader: &'a mut Reader<'t>,
    left_out: Vec<(&'static str, Json)>,
}

impl Reading<'_, '_, '_> {
    fn mean(&mut self, level: f64) -> Option<Trial> {
        let (window, history) = (self.series("window")?, self.given.spare_series("history", self.reader)?);
        let window = present(&window.numbers());
        match Mean::against_constant(self.design, level) {
            Ok(judge) => Some(Trial::Mean(with_history(&judge, &history), window)),
            Err(refused) => self.refuse(&refused.to_string()),
        }
    }

    fn mean_after(&mut self) -> Option<Trial> {
        let (window, baseline) = (self.series("window"), self.series("baseline"));
        let history = self.given.spare_series("history", self.reader)?;
        let (window, baseline) = (present(&window?.numbers()), baseline?.points());
        let judge = |baseline: &Points| with_history(&Mean::against_baseline(self.design, baseline), &history);
        Some(baseline.map_or(Trial::Nothing, |baseline| Trial::Mean(judge(&baseline), window)))
    }

    fn mean_pair(&mut self) -> Option<Trial> {
        let (window, cohort) = (self.series("window"), self.series("baseline"));
        let history = self.given.spare_series("history", self.reader)?;
        let (window, cohort) = (window?.numbers(), cohort?.numbers());
        let pairs = self.paired(&window, &cohort)?;
        let start = MeanPair::start(self.design);
        let judge = history.points().map_or(start, |differences| start.with_history(&differences));
        Some(Trial::MeanPair(judge, pairs))
    }

    fn share(&mut self, counting: Counting, level: f64) -> Option<Trial> {
        let (window, history) = (self.tallies("window", counting), self.spare_tallies("history", counting));
        let (window, history) = (window?, history?);
        let judge = match Share::against_constant(self.design, counting, level) {
            Ok(judge) => judge,
            Err(refused) => return self.refuse(&refused.to_string()),
        };
        let judge = judge.with_history(&present(&history)).ok()?;
        Some(Trial::Share(judge, present(&window)))
    }

    fn share_after(&mut self, counting: Counting) -> Option<Trial> {
        let (window, baseline) = (self.tallies("window", counting), self.tallies("baseline", counting));
        let (window, baseline) = (present(&window?), present(&baseline?));
        let judge = ShareAfter::against_baseline(self.design, counting, &baseline).ok()?;
        Some(Trial::ShareAfter(judge, window))
    }

    fn share_pair(&mut self, counting: Counting) -> Option<Trial> {
        let (window, cohort) = (self.tallies("window", counting), self.tallies("baseline", counting));
        let pairs = self.paired(&window?, &cohort?)?;
        Some(Trial::SharePair(SharePair::start(self.design, counting), pairs))
    }

    fn series(&mut self, key: &'static str) -> Option<Series> {
        let series = self.given.series(key, self.reader)?;
        self.left_out.push((key, series.left_out()));
        Some(series)
    }

    fn tallies(&mut self, key: &'static str, counting: Counting) -> Option<Vec<Option<Tally>>> {
        let node = self.given.required(key, self.reader)?;
        let read = tallies(node, &format!("{key:?} of {}", self.given.owner()), counting, self.reader)?;
        let missing = read.iter().filter(|tally| tally.is_none()).count();
        self.left_out.push((key, if missing > 0 { json!({ "no-data": missing }) } else { json!({}) }));
        Some(read)
    }

    fn spare_tallies(&mut self, key: &'static str, counting: Counting) -> Option<Vec<Option<Tally>>> {
        let Some(node) = self.given.optional(key) else { return Some(Vec::new()) };
        tallies(node, &format!("{key:?} of {}", self.given.owner()), counting, self.reader)
    }

    /// What both saw at the same moments; where one saw nothing there is nothing to compare.
    fn paired<T: Copy>(&mut self, window: &[Option<T>], cohort: &[Option<T>]) -> Option<Vec<(T, T)>> {
        if window.len() == cohort.len() {
            return Some(window.iter().zip(cohort).filter_map(|(ours, theirs)| (*ours).zip(*theirs)).collect());
        }
        let (ours, theirs) = (window.len(), cohort.len());
        let what = format!(
            "the window of {} has {ours} samples, and its baseline {theirs}: a cohort is measured at the same moments",
            self.given.owner()
        );
        self.reader.error(Code::BadValue, self.rule.at, &what);
        None
    }

    fn refuse(&mut self, why: &str) -> Option<Trial> {
        let at = self.rule.get("against").map_or(self.rule.at, |node| node.at);
        self.reader.error(Code::BadValue, at, &format!("\"against\": {why}"));
        None
    }
}

fn with_history(judge: &Mean, history: &Series) -> Mean {
    history.points().map_or(*judge, |history| judge.with_history(&history))
}

fn present<T: Copy>(samples: &[Option<T>]) -> Vec<T> {
    samples.iter().copied().flatten().collect()
}

impl Trial {
    /// What the last look came to, and how many looks there were.
    fn judge(&self) -> Option<(Judgement, usize)> {
        Some(match self {
            Self::Nothing => return None,
            Self::Mean(judge, window) => {
                let (judge, looks) = watch(*judge, window, |judge, value| judge.push(value).is_ok(), Mean::class);
                (judge.judge(), looks)
            }
            Self::MeanPair(judge, pairs) => {
                let take = |judge: &mut MeanPair, (ours, theirs)| judge.push(ours, theirs).is_ok();
                let (judge, looks) = watch(*judge, pairs, take, MeanPair::class);
                (judge.judge(), looks)
            }
            Self::Share(judge, window) => {
                let (judge, looks) = watch(*judge, window, |judge, tally| judge.push(tally).is_ok(), Share::class);
                (judge.judge(), looks)
            }
            Self::ShareAfter(judge, window) => {
                let take = |judge: &mut ShareAfter, tally| judge.push(tally).is_ok();
                let (judge, looks) = watch(*judge, window, take, ShareAfter::class);
                (judge.judge(), looks)
            }
            Self::SharePair(judge, pairs) => {
                let take = |judge: &mut SharePair, (ours, theirs)| judge.push(ours, theirs).is_ok();
                let (judge, looks) = watch(*judge, pairs, take, SharePair::class);
                (judge.judge(), looks)
            }
        })
    }
}

/// Looks after each sample, until a look finds something. Samples were checked when they were read; should a judge refuse
/// one all the same, it is not looked at further.
fn watch<J, T: Copy>(
    mut judge: J,
    samples: &[T],
    take: impl Fn(&mut J, T) -> bool,
    class: impl Fn(&J) -> Class,
) -> (J, usize) {
    let mut looks = 0;
    for &sample in samples {
        if !take(&mut judge, sample) {
            break;
        }
        looks += 1;
        if class(&judge).is_difference() {
            break;
        }
    }
    (judge, looks)
}
