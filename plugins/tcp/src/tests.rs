//! The check against a fake host.

use holdpoint_sdk::fake::World;
use holdpoint_sdk::http::Error;
use holdpoint_sdk::net::{Connection, Received};
use holdpoint_sdk::{Outcome, testing};
use serde_json::{Value, json};

use crate::look::run;
use crate::settings::Settings;

#[test]
fn the_committed_schema_is_the_settings_own() {
    testing::assert_schema::<Settings>("settings.schema.json");
}

fn connection() -> Connection {
    Connection { address: "127.0.0.1:6379".to_owned(), resolve: 10, connect: 2_000, labels: Vec::new() }
}

/// A cache that answers PING.
fn cache() -> World {
    let world = World::new();
    world.on_connect("endpoint:cache", Ok(connection()));
    world.on_transact("endpoint:cache", |exchange| {
        let pong: &[u8] = if exchange.send.as_deref() == Some(b"PING\r\n") { b"+PONG\r\n" } else { b"-ERR\r\n" };
        Ok(Received { connection: connection(), bytes: pong.to_vec(), elapsed: 300, labels: Vec::new() })
    });
    world
}

fn ping(send: &str) -> Value {
    json!({"endpoint": "endpoint:cache", "exchange": {"send": send, "until": "\r\n", "expect": "+PONG"}})
}

#[test]
fn a_port_that_answers_passes() {
    let verdict = cache().check(run, &json!({"endpoint": "endpoint:cache"})).unwrap();
    assert_eq!(verdict.outcome, Outcome::Pass);
}

#[test]
fn the_right_answer_passes_and_another_fails_with_both_sides() {
    assert_eq!(cache().check(run, &ping("PING\r\n")).unwrap().outcome, Outcome::Pass);
    let verdict = cache().check(run, &ping("HELLO\r\n")).unwrap();
    assert_eq!(verdict.outcome, Outcome::Fail);
    assert_eq!(verdict.findings[0].expected.as_deref(), Some("+PONG"));
    assert!(verdict.findings[0].observed.as_deref().unwrap().contains("-ERR"));
}

#[test]
fn a_refused_connection_fails() {
    let world = World::new();
    world.on_connect("endpoint:cache", Err(Error::Connect("refused".to_owned())));
    assert_eq!(world.check(run, &json!({"endpoint": "endpoint:cache"})).unwrap().outcome, Outcome::Fail);
}

#[test]
fn a_slow_connection_fails_its_budget() {
    let verdict = cache().check(run, &json!({"endpoint": "endpoint:cache", "max-connect-ms": 1.0})).unwrap();
    assert_eq!(verdict.outcome, Outcome::Fail);
}
