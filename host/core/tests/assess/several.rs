//! Several metrics together: cases derived by hand (`several.json`), and laws.

use holdpoint_core::assess::overall::{Overall, Tally};
use holdpoint_core::assess::reading::Reading;
use holdpoint_core::assess::several::{Assessments, Mismatch, UnknownMetric};
use holdpoint_core::assess::standing::Standing;
use holdpoint_core::assess::terms::{Mode, Terms};
use holdpoint_core::name::MetricName;
use holdpoint_core::time::Elapsed;
use holdpoint_core::verdict::Sample;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::laws::{event, good_terms};
use crate::restated::{By, Event, History};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    metrics: Vec<(MetricName, Terms)>,
    /// To which metric, what happens, and where all stand after it. The metric `*` stands for all.
    steps: Vec<(String, Value, Standing)>,
    /// The metric that is named in the end.
    because: Option<MetricName>,
}

fn name(text: &str) -> MetricName {
    MetricName::parse(text).unwrap()
}

fn terms(json: Value) -> Terms {
    serde_json::from_value(json).unwrap()
}

#[test]
fn outcomes_are_those_of_the_rules() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("several.json")).unwrap();

    assert!(cases.len() >= 20, "{} cases", cases.len());
    for case in &cases {
        let mut all = Assessments::begin(&case.metrics, Elapsed(0)).unwrap();
        for (number, (metric, event, expected)) in case.steps.iter().enumerate() {
            let event = match (event.as_f64(), event.as_str()) {
                (Some(value), _) => Event::Value(value),
                (None, Some("start")) => Event::Start,
                (None, Some("stop")) => Event::Stop,
                (None, _) => Event::Missing,
            };
            happens(&mut all, metric, event);
            all = serde_json::from_str(&serde_json::to_string(&all).unwrap()).unwrap();
            let found = all.standing();
            assert_eq!(found.standing, *expected, "{}, step {number}: {found:?}", case.name);
        }
        assert_eq!(all.standing().because, case.because, "{}", case.name);
    }
}

fn happens(all: &mut Assessments, metric: &str, event: Event) {
    let reading = match event {
        Event::Value(value) => Reading::number(value),
        Event::Missing => Reading::Sample(Sample::ProviderDown),
        Event::Start => return all.start(&name(metric)).unwrap(),
        Event::Stop => return all.stop(),
    };
    all.take(&name(metric), Elapsed(0), &reading).unwrap();
}

#[test]
fn everything_that_is_wrong_with_any_metric_is_said_at_once() {
    let good = terms(json!({"success-condition": {"above": 1}}));
    let bad = terms(json!({"failure-limit": -1}));
    let metrics = [(name("good"), good.clone()), (name("bad"), bad), (name("good"), good)];

    let error = Assessments::begin(&metrics, Elapsed(0)).unwrap_err();

    assert_eq!(error.mismatches().len(), 3);
    assert_eq!(error.mismatches()[2], Mismatch::Duplicate { metric: name("good") });
    assert!(error.to_string().starts_with("metric bad: there is no condition"), "{error}");
    let none = Assessments::begin(&[], Elapsed(0)).unwrap_err();
    assert_eq!(none.mismatches(), [Mismatch::NoMetrics]);
}

#[test]
fn a_measurement_of_a_metric_that_there_is_not_is_refused() {
    let good = terms(json!({"success-condition": {"above": 1}}));
    let mut all = Assessments::begin(&[(name("good"), good)], Elapsed(0)).unwrap();

    let found = all.take(&name("other"), Elapsed(0), &Reading::number(1.0));

    assert_eq!(found, Err(UnknownMetric(name("other"))));
    assert_eq!(all.start(&name("other")), Err(UnknownMetric(name("other"))));
}

#[test]
fn each_metric_is_due_by_itself_and_the_earliest_is_waited_for() {
    let every = |interval: &str| terms(json!({"success-condition": {"above": 0}, "interval": interval}));
    let mut all = Assessments::begin(&[(name("slow"), every("5m")), (name("fast"), every("10s"))], Elapsed(0)).unwrap();
    assert_eq!(all.due(Elapsed(0)).map(MetricName::as_str).collect::<Vec<_>>(), ["slow", "fast"]);

    all.start(&name("slow")).unwrap();
    all.take(&name("fast"), Elapsed(1_000), &Reading::number(1.0)).unwrap();

    assert_eq!(all.next_due().map(|due| due.at), Some(Elapsed(11_000)));
    assert_eq!(all.due(Elapsed(10_999)).count(), 0);
    assert_eq!(all.due(Elapsed(11_000)).map(MetricName::as_str).collect::<Vec<_>>(), ["fast"]);
}

#[test]
fn dry_runs_have_a_tally_of_their_own() {
    let single = json!({"success-condition": {"above": 1}});
    let dry = json!({"success-condition": {"above": 1}, "mode": "dry-run"});
    let mut all =
        Assessments::begin(&[(name("counted"), terms(single)), (name("dry"), terms(dry))], Elapsed(0)).unwrap();

    happens(&mut all, "dry", Event::Value(0.0));
    happens(&mut all, "counted", Event::Value(2.0));

    let Overall { counted, dry_run, reason, .. } = all.standing();
    assert_eq!(counted, Tally { metrics: 1, successful: 1, ..Tally::default() });
    assert_eq!(dry_run, Tally { metrics: 1, failed: 1, ..Tally::default() });
    assert_eq!(reason, "all metrics that count (1) are successful");
}

#[test]
fn the_reason_names_the_metric_its_numbers_and_its_last_measurement() {
    let rate = terms(json!({"failure-condition": {"above": 0.02}}));
    let mut all = Assessments::begin(&[(name("error-rate"), rate)], Elapsed(0)).unwrap();

    happens(&mut all, "error-rate", Event::Value(0.03));

    let reason = "error-rate is failed: 1 failed, 0 accepted; the last measurement: 0.03 is above 0.02";
    assert_eq!(all.standing().reason, reason);
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// The same rules over histories that are counted anew.
struct Restated {
    metrics: Vec<(Mode, History)>,
}

impl Restated {
    fn happens(&mut self, metric: usize, event: Event) {
        let stopped = |(mode, history): &(Mode, History)| {
            let bad = [Standing::Inconclusive, Standing::Error, Standing::Failed];
            *mode == Mode::Counted && bad.contains(&history.standing())
        };
        if event != Event::Stop {
            self.metrics[metric].1.happens(0, event);
        }
        if event == Event::Stop || self.metrics.iter().any(stopped) {
            self.metrics.iter_mut().for_each(|(_, history)| history.happens(0, Event::Stop));
        }
    }

    fn standing(&self) -> Standing {
        let order = [Standing::Failed, Standing::Running, Standing::Error, Standing::Inconclusive];
        let ends = |mode| move |metric: &&(Mode, History)| metric.0 == mode;
        let stands = |metric: &(Mode, History)| match metric.1.standing() {
            Standing::Pending => Standing::Running,
            ended @ (Standing::Successful
            | Standing::Running
            | Standing::Inconclusive
            | Standing::Error
            | Standing::Failed) => ended,
        };
        let counted: Vec<_> = self.metrics.iter().filter(ends(Mode::Counted)).map(stands).collect();
        let mut dry = self.metrics.iter().filter(ends(Mode::DryRun)).map(stands);
        let undecided = counted.is_empty() && dry.any(|standing| standing == Standing::Running);
        let found = order.into_iter().find(|standing| counted.contains(standing));
        found.unwrap_or(if undecided { Standing::Running } else { Standing::Successful })
    }
}

fn metrics() -> impl Strategy<Value = Vec<Terms>> {
    let mode = prop_oneof![3 => Just(Mode::Counted), 1 => Just(Mode::DryRun)];
    let metric = (good_terms(), mode).prop_map(|(terms, mode)| Terms { mode, failure_window: None, ..terms });
    prop::collection::vec(metric, 1..=NAMES.len())
}

fn begun(metrics: &[Terms]) -> Assessments {
    let named: Vec<_> = NAMES.iter().zip(metrics).map(|(text, terms)| (name(text), terms.clone())).collect();
    Assessments::begin(&named, Elapsed(0)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn two_statements_of_the_rules_agree_after_every_event(
        metrics in metrics(),
        events in prop::collection::vec((0..NAMES.len(), event()), 0..40),
    ) {
        let mut all = begun(&metrics);
        let histories = metrics.iter().map(|terms| (terms.mode, History::new(By::Us, terms))).collect();
        let mut restated = Restated { metrics: histories };
        for (metric, event) in events {
            let metric = metric % metrics.len();
            happens(&mut all, NAMES[metric], event);
            restated.happens(metric, event);

            prop_assert_eq!(all.standing().standing, restated.standing(), "{:?}", all.standing());
        }
    }

    #[test]
    fn dry_runs_never_influence_what_counts(
        metrics in metrics(),
        events in prop::collection::vec((0..NAMES.len(), event()), 0..40),
    ) {
        prop_assume!(metrics.iter().any(|terms| terms.mode == Mode::Counted));
        let mut with = begun(&metrics);
        let counted = |index: usize| metrics[index].mode == Mode::Counted;
        let named = (0..metrics.len()).filter(|index| counted(*index));
        let alone: Vec<_> = named.map(|index| (name(NAMES[index]), metrics[index].clone())).collect();
        let mut without = Assessments::begin(&alone, Elapsed(0)).unwrap();
        for (metric, event) in events {
            let metric = metric % metrics.len();
            happens(&mut with, NAMES[metric], event);
            if counted(metric) || event == Event::Stop {
                happens(&mut without, NAMES[metric], event);
            }

            prop_assert_eq!(Overall { dry_run: Tally::default(), ..with.standing() }, without.standing());
        }
    }

    #[test]
    fn measurements_that_overlap_may_end_in_any_order(
        metrics in metrics(),
        values in prop::collection::vec(prop::sample::select(vec![0.97, 0.92, 0.5, f64::NAN]), NAMES.len()),
    ) {
        let mut forwards = begun(&metrics);
        let mut backwards = begun(&metrics);
        for text in &NAMES[..metrics.len()] {
            happens(&mut forwards, text, Event::Start);
            happens(&mut backwards, text, Event::Start);
        }
        for index in 0..metrics.len() {
            let other = metrics.len() - 1 - index;
            happens(&mut forwards, NAMES[index], Event::Value(values[index]));
            happens(&mut backwards, NAMES[other], Event::Value(values[other]));
        }

        prop_assert_eq!(forwards.standing(), backwards.standing());
    }

    #[test]
    fn together_they_never_stand_anywhere_else_after_the_end(
        metrics in metrics(),
        events in prop::collection::vec((0..NAMES.len(), event()), 0..40),
    ) {
        let mut all = begun(&metrics);
        for (metric, event) in events {
            let before = all.standing().standing;
            happens(&mut all, NAMES[metric % metrics.len()], event);

            prop_assert!(!before.has_ended() || all.standing().standing == before);
        }
    }
}
