//! Laws over random terms and sequences: our rules stated twice agree, and Argo's differ only where it is declared.

use holdpoint_core::assess::assessment::Assessment;
use holdpoint_core::assess::condition::Condition;
use holdpoint_core::assess::progress::Assessed;
use holdpoint_core::assess::reading::Reading;
use holdpoint_core::assess::terms::{Mode, Retry, Terms};
use holdpoint_core::time::{Elapsed, Span};
use holdpoint_core::verdict::Sample;
use proptest::prelude::*;

use crate::restated::{By, Event, History, are_well};

fn conditions() -> impl Strategy<Value = (Option<Condition>, Option<Condition>)> {
    let success = prop::sample::select(vec![
        Condition::AtLeast(0.95),
        Condition::Above(0.9),
        Condition::Between { low: 0.9, high: 1.0 },
        Condition::Equals(1.0),
    ]);
    let failure = prop::sample::select(vec![
        Condition::Below(0.9),
        Condition::AtMost(0.9),
        Condition::Above(1.0),
        Condition::Equals(0.5),
    ]);
    prop_oneof![
        1 => Just((None, None)),
        6 => success.clone().prop_map(|success| (Some(success), None)),
        6 => failure.clone().prop_map(|failure| (None, Some(failure))),
        12 => (success, failure).prop_map(|(success, failure)| (Some(success), Some(failure))),
    ]
}

fn seconds(range: std::ops::Range<u64>) -> impl Strategy<Value = Span> {
    range.prop_map(Span::from_secs)
}

/// Terms as someone may write them, good and bad; small numbers, so that limits meet each other.
fn terms() -> impl Strategy<Value = Terms> {
    let limits = (-1..8_i64, -2..5_i64, -1..4_i64, -1..6_i64, -1..4_i64);
    let retry = (seconds(0..40), prop::option::weighted(0.3, seconds(0..200)), prop::option::weighted(0.3, -1..9_i64));
    let times =
        (prop::option::weighted(0.8, seconds(0..120)), seconds(0..60), prop::option::weighted(0.2, seconds(0..300)));
    (conditions(), limits, retry, times).prop_map(|(conditions, limits, (after, longest, budget), times)| Terms {
        success_condition: conditions.0,
        failure_condition: conditions.1,
        count: limits.0,
        interval: times.0,
        initial_delay: times.1,
        failure_limit: limits.1,
        failure_window: times.2,
        inconclusive_limit: limits.2,
        consecutive_error_limit: limits.3,
        consecutive_success_limit: limits.4,
        error_retry: Retry { after, longest, budget },
        mode: Mode::Counted,
    })
}

pub(crate) fn good_terms() -> impl Strategy<Value = Terms> {
    terms().prop_filter("terms that are well", are_well)
}

pub(crate) fn event() -> impl Strategy<Value = Event> {
    let value = prop::sample::select(vec![1.0, 1.0, 0.97, 0.95, 0.92, 0.9, 0.5, 1.5, -0.0]);
    let no_number = prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY]);
    prop_oneof![
        20 => value.prop_map(Event::Value),
        1 => no_number.prop_map(Event::Value),
        6 => Just(Event::Missing),
        4 => Just(Event::Start),
        1 => Just(Event::Stop),
    ]
}

/// Events with the seconds before each.
fn events() -> impl Strategy<Value = Vec<(u64, Event)>> {
    prop::collection::vec((0..200_u64, event()), 0..30)
}

fn happens(assessed: &mut Assessed, now: u64, event: Event) {
    let reading = match event {
        Event::Value(value) => Reading::number(value),
        Event::Missing => Reading::Sample(Sample::ProviderDown),
        Event::Start => return assessed.start(),
        Event::Stop => return assessed.stop(),
    };
    assessed.take(Elapsed(now), &reading);
}

/// Whether one of the declared differences can have made Argo's outcome another.
fn is_declared(terms: &Terms, assessed: &Assessed, events: &[(u64, Event)]) -> bool {
    let unanswered = assessed.counts().answers() == 0;
    let no_number = events.iter().any(|(_, event)| matches!(event, Event::Value(value) if !value.is_finite()));
    unanswered || no_number || terms.error_retry.budget.is_some() || terms.failure_window.is_some()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn terms_are_refused_exactly_when_a_rule_says_so(terms in terms()) {
        prop_assert_eq!(Assessment::try_new(&terms).is_ok(), are_well(&terms), "{:?}", Assessment::try_new(&terms));
    }

    #[test]
    fn two_statements_of_the_rules_agree_after_every_event(terms in good_terms(), events in events()) {
        let mut assessed = Assessed::begin(Assessment::try_new(&terms).unwrap(), Elapsed(3_000));
        let mut ours = History::new(By::Us, &terms);
        let mut now = 3_000;
        for (pause, event) in events {
            now += pause * 1_000;
            happens(&mut assessed, now, event);
            ours.happens(now, event);

            prop_assert_eq!(assessed.standing().standing, ours.standing(), "{:?}", assessed);
            prop_assert_eq!(assessed.next_due().map(|due| due.at.0), ours.due(3_000), "{:?}", assessed);
        }
    }

    #[test]
    fn the_outcome_is_argos_but_for_the_declared_differences(terms in good_terms(), events in events()) {
        let mut assessed = Assessed::begin(Assessment::try_new(&terms).unwrap(), Elapsed(0));
        let mut argo = History::new(By::Argo, &terms);
        for (number, (_, event)) in events.iter().enumerate() {
            happens(&mut assessed, 0, *event);
            argo.happens(0, *event);

            let same = assessed.standing().standing == argo.standing();
            prop_assert!(
                same || is_declared(&terms, &assessed, &events[..=number]),
                "{:?} and {:?}: {:?}",
                assessed.standing(),
                argo.standing(),
                assessed
            );
        }
    }

    #[test]
    fn what_has_ended_never_stands_anywhere_else_again(terms in good_terms(), events in events()) {
        let mut assessed = Assessed::begin(Assessment::try_new(&terms).unwrap(), Elapsed(0));
        for (pause, event) in events {
            let before = assessed.standing();
            happens(&mut assessed, pause, event);

            if before.standing.has_ended() {
                prop_assert_eq!(assessed.standing(), before);
                prop_assert_eq!(assessed.next_due(), None);
            }
        }
    }

    #[test]
    fn what_is_written_down_goes_on_where_it_was(terms in good_terms(), events in events(), at in 0..30_usize) {
        let mut straight = Assessed::begin(Assessment::try_new(&terms).unwrap(), Elapsed(0));
        let mut resumed = straight.clone();
        for (number, (pause, event)) in events.into_iter().enumerate() {
            if number == at {
                resumed = serde_json::from_str(&serde_json::to_string(&resumed).unwrap()).unwrap();
            }
            happens(&mut straight, pause, event);
            happens(&mut resumed, pause, event);
        }

        prop_assert_eq!(straight, resumed);
    }

    #[test]
    fn nothing_ends_well_without_an_answer(terms in good_terms(), events in events()) {
        let mut assessed = Assessed::begin(Assessment::try_new(&terms).unwrap(), Elapsed(0));
        for (_, event) in events {
            happens(&mut assessed, 0, event);
        }

        let standing = assessed.standing().standing;
        prop_assert!(standing.as_str() != "successful" || assessed.counts().answers() > 0, "{:?}", assessed);
    }
}
