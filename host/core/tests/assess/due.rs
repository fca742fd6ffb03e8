//! When the next measurement is due, and what is kept of those that came.

use holdpoint_core::assess::Course;
use holdpoint_core::assess::assessment::Assessment;
use holdpoint_core::assess::condition::Condition;
use holdpoint_core::assess::counts::Counts;
use holdpoint_core::assess::progress::Assessed;
use holdpoint_core::assess::reading::{Grade, Missing, Reading};
use holdpoint_core::assess::standing::{Ground, Standing};
use holdpoint_core::assess::terms::{Retry, Terms};
use holdpoint_core::time::{Elapsed, Span};
use holdpoint_core::verdict::Sample;

const GOOD: Reading = Reading::Sample(Sample::Number(1.0));
const BAD: Reading = Reading::Sample(Sample::Number(0.0));
const NOTHING: Reading = Reading::Sample(Sample::NoData);

fn terms() -> Terms {
    Terms { success_condition: Some(Condition::AtLeast(0.95)), interval: Some(Span::from_secs(60)), ..Terms::default() }
}

fn begun(terms: &Terms) -> Assessed {
    Assessed::begin(Assessment::try_new(terms).unwrap(), Elapsed(5_000))
}

fn due(assessed: &Assessed) -> Option<u64> {
    assessed.next_due().map(|wake| wake.at.0)
}

#[test]
fn the_first_measurement_is_due_at_the_start_or_after_the_initial_delay() {
    assert_eq!(due(&begun(&terms())), Some(5_000));
    assert_eq!(due(&begun(&Terms { initial_delay: Span::from_secs(30), ..terms() })), Some(35_000));
}

#[test]
fn the_next_is_due_an_interval_after_the_end_of_the_last() {
    let mut assessed = begun(&terms());

    assessed.take(Elapsed(9_000), &GOOD);

    assert_eq!(due(&assessed), Some(69_000));
}

#[test]
fn after_an_error_it_is_due_in_ten_seconds_whatever_the_interval() {
    for interval in [None, Some(Span::from_secs(1)), Some(Span::from_secs(3_600))] {
        let mut assessed = begun(&Terms { interval, ..terms() });

        assessed.take(Elapsed(9_000), &NOTHING);

        assert_eq!(due(&assessed), Some(19_000), "{interval:?}");
    }
}

#[test]
fn pauses_after_errors_grow_up_to_the_longest_and_start_again_after_a_number() {
    // Difference 7.
    let growing = Retry { longest: Some(Span::from_secs(30)), ..Retry::default() };
    let mut assessed = begun(&Terms { error_retry: growing, consecutive_error_limit: 9, ..terms() });
    let mut pauses = Vec::new();
    for reading in [&NOTHING, &NOTHING, &NOTHING, &NOTHING, &GOOD, &NOTHING] {
        assessed.take(Elapsed(5_000), reading);
        pauses.push((due(&assessed).unwrap() - 5_000) / 1_000);
    }

    assert_eq!(pauses, [10, 20, 30, 30, 60, 10]);
}

#[test]
fn nothing_is_due_while_a_measurement_is_under_way() {
    let mut assessed = begun(&terms());

    assessed.start();

    assert_eq!((due(&assessed), assessed.standing().standing), (None, Standing::Running));
    assessed.take(Elapsed(6_000), &GOOD);
    assert_eq!(due(&assessed), Some(66_000));
}

#[test]
fn nothing_is_due_after_the_end_or_a_stop() {
    let mut ended = begun(&terms());
    ended.take(Elapsed(6_000), &BAD);
    let mut stopped = begun(&terms());
    stopped.stop();

    assert_eq!((due(&ended), due(&stopped)), (None, None));
}

#[test]
fn an_end_of_time_is_waited_for_and_never_passed() {
    let mut assessed = begun(&terms());

    assessed.take(Elapsed(u64::MAX - 1), &GOOD);
    assessed.take(Elapsed(7), &GOOD);

    assert_eq!(due(&assessed), Some(u64::MAX));
}

#[test]
fn each_measurement_is_counted_by_what_it_is() {
    // Difference 10: counts of all there were, whatever their number.
    let terms = Terms { failure_limit: 1_000, ..terms() };
    let mut assessed = begun(&terms);
    for _ in 0..500 {
        for reading in [&GOOD, &BAD, &NOTHING, &Reading::number(f64::NAN), &Reading::Error(String::new())] {
            assessed.take(Elapsed(6_000), reading);
        }
    }

    let counts = assessed.counts();

    assert_eq!((counts.count, counts.successful, counts.failed, counts.errors), (1_000, 500, 500, 1_500));
    let missing: Vec<_> = counts.missing.iter().map(|(missing, count)| (missing.as_str(), *count)).collect();
    assert_eq!(missing, [("no-data", 500), ("not-a-number", 500), ("error", 500)]);
    assert_eq!((counts.consecutive_errors, counts.consecutive_successes), (3, 0));
}

#[test]
fn what_comes_after_the_end_is_graded_and_counted_as_late_only() {
    let mut assessed = begun(&terms());
    assessed.take(Elapsed(6_000), &BAD);
    let before = assessed.standing();

    let graded = assessed.take(Elapsed(7_000), &GOOD);

    assert_eq!(graded.grade, Grade::Successful);
    assert_eq!((assessed.counts().late, assessed.counts().count), (1, 1));
    assert_eq!(assessed.standing(), before);
}

#[test]
fn a_number_that_is_none_has_a_class_whichever_door_it_comes_through() {
    // Differences 4 and 5.
    let assessment = Assessment::try_new(&terms()).unwrap();
    let missing = |reading: Reading| assessment.grade(&reading).missing;

    assert_eq!(missing(Reading::number(f64::NAN)), Some(Missing::NotANumber));
    assert_eq!(missing(Reading::Sample(Sample::Number(f64::NAN))), Some(Missing::NotANumber));
    assert_eq!(missing(Reading::number(f64::INFINITY)), Some(Missing::NotFinite));
    assert_eq!(missing(Reading::Sample(Sample::Number(f64::NEG_INFINITY))), Some(Missing::NotFinite));
}

#[test]
fn a_failure_that_breaks_a_limit_goes_before_errors_that_do_and_those_before_what_is_inconclusive() {
    // Difference 6. One measurement after another never breaks two limits; counts from elsewhere can.
    let both = Terms { failure_condition: Some(Condition::Below(0.9)), ..terms() };
    let assessment = Assessment::try_new(&both).unwrap();
    let mut counts = Counts { count: 2, failed: 1, inconclusive: 1, errors: 5, consecutive_errors: 5, ..Counts::NONE };

    assert_eq!(assessment.weigh(&counts, Course::Onward), Ground::TooManyFailures { failed: 1, limit: 0 });
    counts.failed = 0;
    assert_eq!(assessment.weigh(&counts, Course::Onward), Ground::TooManyErrorsInARow { errors: 5, limit: 4 });
    counts.consecutive_errors = 0;
    assert_eq!(assessment.weigh(&counts, Course::Stopped), Ground::TooManyInconclusive { inconclusive: 1, limit: 0 });
}

#[test]
fn the_reason_says_the_numbers_and_the_last_measurement() {
    let mut assessed = begun(&Terms { failure_limit: 1, ..terms() });
    assert_eq!(assessed.standing().reason, "nothing has been measured yet");
    assessed.take(Elapsed(6_000), &BAD);
    assessed.take(Elapsed(7_000), &Reading::number(0.949));

    let reason = assessed.standing().reason;

    assert_eq!(reason, "2 failed, 1 accepted; the last measurement: 0.949 is not at least 0.95");
}
