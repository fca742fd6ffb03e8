//! Terms that are refused, with all that is wrong with them at once.

use holdpoint_core::assess::assessment::Assessment;
use holdpoint_core::assess::condition::Condition;
use holdpoint_core::assess::flaw::Flaw;
use holdpoint_core::assess::terms::{Retry, Terms};
use holdpoint_core::time::Span;

fn flaws(terms: &Terms) -> Vec<Flaw> {
    Assessment::try_new(terms).err().map(|refused| refused.flaws().to_vec()).unwrap_or_default()
}

/// Terms that are well.
fn good() -> Terms {
    Terms {
        success_condition: Some(Condition::AtLeast(0.95)),
        count: 5,
        interval: Some(Span::from_secs(60)),
        ..Terms::default()
    }
}

#[test]
fn terms_without_any_condition_are_refused() {
    // Difference 3.
    assert_eq!(flaws(&Terms { success_condition: None, ..good() }), [Flaw::NoCondition]);
}

#[test]
fn both_limits_off_are_refused() {
    let terms = Terms { failure_limit: -1, consecutive_success_limit: 0, ..good() };

    assert_eq!(flaws(&terms), [Flaw::BothLimitsOff]);
}

#[test]
fn a_count_below_its_limits_is_refused_and_one_at_them_is_not() {
    let terms = |count| Terms { count, failure_limit: 2, consecutive_success_limit: 3, ..good() };

    assert!(matches!(flaws(&terms(4))[..], [Flaw::CountTooSmall { count: 4, needed: 5, .. }]));
    assert_eq!(flaws(&terms(5)), []);
}

#[test]
fn a_count_below_the_success_limit_alone_is_refused() {
    let terms = |count| Terms { count, failure_limit: -1, consecutive_success_limit: 3, ..good() };

    assert!(matches!(flaws(&terms(2))[..], [Flaw::CountTooSmall { count: 2, needed: 3, .. }]));
    assert_eq!(flaws(&terms(3)), []);
}

#[test]
fn a_count_below_the_inconclusive_limit_is_refused_and_one_at_it_is_not() {
    let terms = |count| Terms { count, inconclusive_limit: 4, ..good() };

    assert!(matches!(flaws(&terms(3))[..], [Flaw::CountTooSmall { count: 3, needed: 4, .. }]));
    assert_eq!(flaws(&terms(4)), []);
}

#[test]
fn without_a_count_the_limits_may_be_anything() {
    let terms = Terms { count: 0, failure_limit: 100, inconclusive_limit: 100, ..good() };

    assert_eq!(flaws(&terms), []);
}

#[test]
fn several_measurements_need_an_interval_and_one_does_not() {
    let terms = |count| Terms { count, interval: None, ..good() };

    assert_eq!(flaws(&terms(2)), [Flaw::NoInterval { count: 2 }]);
    assert_eq!(flaws(&terms(1)), []);
}

#[test]
fn only_the_failure_limit_may_be_minus_one() {
    let off = Terms { failure_limit: -1, consecutive_success_limit: 1, ..good() };
    let below = Terms { failure_limit: -2, ..good() };
    let others = Terms {
        count: -1,
        inconclusive_limit: -1,
        consecutive_error_limit: -1,
        consecutive_success_limit: -1,
        error_retry: Retry { budget: Some(-1), ..Retry::default() },
        ..good()
    };

    assert_eq!(flaws(&off), []);
    assert_eq!(flaws(&below), [Flaw::OutOfRange { key: "failure-limit", value: -2, least: -1 }]);
    let keys: Vec<_> = flaws(&others).iter().map(Flaw::key).collect();
    assert_eq!(
        keys,
        ["count", "inconclusive-limit", "consecutive-error-limit", "consecutive-success-limit", "error-retry.budget"]
    );
}

#[test]
fn terms_that_could_not_be_kept_are_refused() {
    // Difference 9.
    let terms = [
        Terms { count: i64::from(u32::MAX) + 1, ..good() },
        Terms { interval: Some(Span::ZERO), ..good() },
        Terms { failure_window: Some(Span::ZERO), ..good() },
        Terms { error_retry: Retry { after: Span::ZERO, ..Retry::default() }, ..good() },
        Terms { error_retry: Retry { longest: Some(Span::from_secs(9)), ..Retry::default() }, ..good() },
        Terms { success_condition: Some(Condition::Between { low: 2.0, high: 1.0 }), ..good() },
        Terms { success_condition: Some(Condition::Above(f64::NAN)), ..good() },
        Terms { failure_condition: Some(Condition::Between { low: 0.0, high: f64::INFINITY }), ..good() },
        Terms { failure_window: Some(Span::from_secs(60)), failure_limit: -1, consecutive_success_limit: 1, ..good() },
    ];

    for terms in terms {
        assert_eq!(flaws(&terms).len(), 1, "{terms:?}");
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once_with_its_place_and_cure() {
    let terms = Terms {
        success_condition: Some(Condition::Between { low: 2.0, high: 1.0 }),
        failure_condition: Some(Condition::Equals(f64::NAN)),
        count: 2,
        interval: None,
        failure_limit: 3,
        inconclusive_limit: -1,
        error_retry: Retry { after: Span::ZERO, ..Retry::default() },
        ..Terms::default()
    };

    let refused = Assessment::try_new(&terms).unwrap_err();

    let keys: Vec<_> = refused.flaws().iter().map(Flaw::key).collect();
    assert_eq!(
        keys,
        ["success-condition", "failure-condition", "inconclusive-limit", "count", "interval", "error-retry.after"]
    );
    assert!(refused.flaws().iter().all(|flaw| !flaw.cure().is_empty()));
    let said = refused.to_string();
    assert!(said.contains("success-condition is between 2 and 1, which no number can be; failure-condition"), "{said}");
    assert!(said.contains("count is 2, less than 3, which is failure-limit plus consecutive-success-limit"), "{said}");
}

#[test]
fn what_is_read_back_is_checked_again_and_stays_the_same() {
    let assessment = Assessment::try_new(&good()).unwrap();
    let written = serde_json::to_string(&assessment).unwrap();

    assert_eq!(serde_json::from_str::<Assessment>(&written).unwrap(), assessment);
    let once = Assessment::try_new(&Terms { count: 0, interval: None, failure_limit: 3, ..good() }).unwrap();
    assert_eq!(serde_json::from_str::<Assessment>(&serde_json::to_string(&once).unwrap()).unwrap(), once);
    let error = serde_json::from_str::<Assessment>(r#"{"count": 2}"#).unwrap_err().to_string();
    assert!(error.contains("there is no condition") && error.contains("there is no interval"), "{error}");
}
