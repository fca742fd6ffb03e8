//! The check on what runs recorded (`holdpoint run --record`).

use holdpoint_sdk::Outcome;
use holdpoint_sdk::fake::Fixture;
use serde_json::json;

#[test]
fn an_order_that_failed_in_a_run_fails_here_in_the_same_words() {
    let fixture = Fixture::read(include_str!("../../recorded/order-flow-1.json")).unwrap();

    let verdict = fixture.check(crate::flow::run).unwrap();

    assert_eq!((verdict.outcome, fixture.word()), (Outcome::Fail, "fail"));
    assert_eq!(verdict.summary, fixture.summary());
}

#[test]
fn a_flow_that_asks_for_more_than_was_recorded_is_told_so() {
    let fixture = Fixture::read(include_str!("../../recorded/order-flow-1.json")).unwrap();
    let settings = json!({"url": "endpoint:shop/never-asked-for"});

    let failure = crate::tests::denied(&fixture.world(), &settings);

    assert!(failure.contains("arranged nothing"), "{failure}");
}
