//! The fake host keeps to what the real one does.

use std::time::Duration;

use super::*;
use crate::http::Error;
use crate::net::Exchange;
use crate::{Endpoint, Findings};

#[test]
fn what_was_not_arranged_is_denied_and_still_remembered() {
    let world = World::new();

    let answer = world.host().get("endpoint:shop/").send();

    assert!(matches!(answer, Err(Error::Denied(_))));
    assert_eq!(world.requests().len(), 1);
}

#[test]
fn replies_come_one_after_the_other_and_the_last_stays() {
    let world = World::new();
    world.on_each(
        "GET",
        "endpoint:shop/",
        [Reply::status(503), Error::Connect("refused".into()).into(), Reply::status(200)],
    );

    let statuses: Vec<_> =
        (0..4).map(|_| world.host().get("endpoint:shop/").send().map(|answer| answer.status).ok()).collect();

    assert_eq!(statuses, [Some(503), None, Some(200), Some(200)]);
}

#[test]
fn an_endpoint_is_reached_by_its_url_too() {
    let world = World::new();
    world.bind("shop", "http://127.0.0.1:8080/");
    world.on("GET", "endpoint:shop/health", Reply::status(200));

    let answer = world.host().get("http://127.0.0.1:8080/health").send().expect("an answer");

    assert_eq!(answer.url, "http://127.0.0.1:8080/health");
}

#[test]
fn a_reply_that_takes_longer_than_the_request_may_is_a_timeout() {
    let world = World::new();
    world.on("GET", "endpoint:shop/", Reply::status(200).after(Duration::from_millis(251)));

    let answer = world.host().get("endpoint:shop/").timeout(Duration::from_millis(250)).send();

    assert!(matches!(answer, Err(Error::Timeout(_))));
}

#[test]
fn time_passes_only_by_replies_and_sleep() {
    let world = World::new();
    world.on("GET", "endpoint:shop/", Reply::status(200).after(Duration::from_millis(40)));
    let host = world.host();
    let before = (host.now(), host.monotonic());

    host.get("endpoint:shop/").send().expect("an answer");
    host.sleep(Duration::from_secs(1));

    assert_eq!(host.now() - before.0, 1_040);
    assert_eq!(host.monotonic().checked_sub(before.1), Some(Duration::from_millis(1_040)));
}

#[test]
fn answers_to_several_requests_stand_in_their_order() {
    let world = World::new();
    world.on("GET", "endpoint:shop/1", Reply::status(201));
    world.on("GET", "endpoint:shop/3", Reply::status(203));
    let host = world.host();
    let requests = ["1", "2", "3"].map(|path| host.get(format!("endpoint:shop/{path}")).build().expect("a request"));

    let statuses: Vec<_> =
        host.send_all(&requests).into_iter().map(|one| one.map(|answer| answer.status).ok()).collect();

    assert_eq!(statuses, [Some(201), None, Some(203)]);
}

#[test]
fn an_exchange_gets_what_was_arranged_for_its_bytes() {
    let world = World::new();
    let cache = Endpoint::parse("endpoint:cache").expect("an endpoint");
    world.on_transact("endpoint:cache", |exchange| match exchange.send.as_deref() {
        Some(b"PING\r\n") => Ok(received("+PONG\r\n")),
        _ => Err(Error::Timeout("nothing came".into())),
    });
    let exchange = Exchange::with(&cache).sending("PING\r\n").until("\r\n").at_most(64);

    let answer = world.host().transact(&exchange).expect("an answer");

    assert_eq!(answer.text(), "+PONG\r\n");
    assert_eq!(world.exchanges(), [exchange]);
    assert!(matches!(world.host().connect(&cache, None), Err(Error::Denied(_))));
}

#[test]
fn settings_that_a_check_itself_finds_wrong_are_not_run_with() {
    #[derive(serde::Deserialize)]
    struct Settings {
        low: u8,
        high: u8,
    }
    let order = |settings: &Settings| {
        if settings.low <= settings.high { Vec::new() } else { vec![crate::Problem::at("/low", "is above `high`")] }
    };
    let world = World::new();
    let look = |_: &Settings, host: &Host, _: &Call| {
        host.info("looked");
        Ok(Findings::new().verdict("fine"))
    };

    let failure = check::run(look, order, &world.host(), &world.call(&serde_json::json!({"low": 2, "high": 1})));

    assert_eq!(failure, Err(crate::Failure::Settings("/low: is above `high`".into())));
    assert!(world.log_lines().is_empty());
}
