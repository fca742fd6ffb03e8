//! The check on a shop that is played, from what runs recorded.

use holdpoint_sdk::Outcome;
use holdpoint_sdk::fake::{Fixture, World};
use holdpoint_sdk::http::Error;

use super::*;

#[test]
fn an_order_that_is_kept_passes() {
    let fixture = Fixture::read(include_str!("../fixtures/good-release.json")).unwrap();

    let verdict = fixture.check(check).unwrap();

    assert_eq!(verdict.outcome, Outcome::Pass, "{verdict:?}");
    assert_eq!(verdict.summary, "2 mug can be ordered, and the order is kept");
    assert_eq!(verdict.measurements[0].name, "order-latency");
}

#[test]
fn a_checkout_that_fails_is_a_finding_with_both_sides() {
    let fixture = Fixture::read(include_str!("../fixtures/bad-release.json")).unwrap();

    let verdict = fixture.check(check).unwrap();

    assert_eq!((verdict.outcome, verdict.summary.as_str()), (Outcome::Fail, "checkout: status is 500 instead of 201"));
    assert_eq!(verdict.findings[0].observed.as_deref(), Some("500"));
}

#[test]
fn an_order_that_takes_too_long_is_a_finding() {
    let fixture = Fixture::read(include_str!("../fixtures/good-release.json")).unwrap();
    let mut settings = fixture.settings().clone();
    settings["max-latency-ms"] = json!(0.5);

    let verdict = fixture.world().check(check, &settings).unwrap();

    assert_eq!(verdict.summary, "checkout: latency is 0.812 ms, more than 0.5 ms");
    assert_eq!(verdict.findings[0].expected.as_deref(), Some("≤ 0.5 ms"));
}

#[test]
fn a_shop_that_is_down_is_a_finding_and_not_an_error() {
    let fixture = Fixture::read(include_str!("../fixtures/good-release.json")).unwrap();
    let world = World::new();
    world.on("GET", "endpoint:shop/login", Error::Connect("refused".into()));

    let verdict = world.check(check, fixture.settings()).unwrap();

    assert_eq!((verdict.outcome, verdict.summary.as_str()), (Outcome::Fail, "login form does not answer"));
}

#[test]
fn what_is_shipped_is_what_the_code_says() {
    holdpoint_sdk::testing::assert_schema::<Settings>("settings.schema.json");
}
