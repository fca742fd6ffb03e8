//! Redirects: followed only when told to, hop by hop, without credentials for strangers.

use std::time::Duration;

use holdpoint_sdk::Outcome;
use holdpoint_sdk::fake::{Reply, World};
use serde_json::json;

use super::verdict;

fn to(status: u16, location: &str) -> Reply {
    Reply::status(status).header("location", location)
}

#[test]
fn a_redirect_is_the_answer_unless_it_may_be_followed() {
    let world = World::new();
    world.on("GET", "endpoint:shop/", to(302, "/home"));

    let verdict = verdict(&world, &json!({"url": "endpoint:shop/", "expect": {"status": 302}}));

    assert_eq!(verdict.outcome, Outcome::Pass);
    assert_eq!(world.requests().len(), 1);
}

#[test]
fn as_many_hops_as_allowed_are_followed_and_their_time_adds_up() {
    let world = World::new();
    let slowly = Duration::from_millis(100);
    world.on("GET", "endpoint:shop/", to(301, "/a").after(slowly));
    world.on("GET", "https://shop.test/a", to(307, "b").after(slowly));
    world.on("GET", "https://shop.test/b", Reply::status(200).after(slowly));
    let settings = json!({"url": "endpoint:shop/", "redirects": 2, "expect": {"max-latency-ms": 250}});

    let verdict = verdict(&world, &settings);

    assert_eq!(verdict.summary, "latency is 300 ms, more than 250 ms");
    assert_eq!(world.requests()[2].url, "https://shop.test/b");
}

#[test]
fn one_hop_too_many_fails() {
    let world = World::new();
    world.on("GET", "endpoint:shop/", to(302, "/"));

    let verdict = verdict(&world, &json!({"url": "endpoint:shop/", "redirects": 3}));

    assert_eq!(verdict.summary, "GET endpoint:shop/ redirects more than 3 times");
    assert_eq!(world.requests().len(), 4);
}

#[test]
fn a_redirect_out_of_http_fails() {
    let world = World::new();
    world.on("GET", "endpoint:shop/", to(302, "shop-app://open"));

    let verdict = verdict(&world, &json!({"url": "endpoint:shop/", "redirects": 1}));

    assert_eq!(verdict.summary, "GET endpoint:shop/ redirects to no HTTP address");
}

#[test]
fn a_post_becomes_a_get_as_in_a_browser() {
    let table = [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")];
    for (status, method) in table {
        let world = World::new();
        world.answer_with(move |request| {
            Some(if request.url == "endpoint:shop/form" { to(status, "/done") } else { Reply::status(200) })
        });

        let posted = json!({"url": "endpoint:shop/form", "method": "POST", "form": {"a": "b"}, "redirects": 1});
        assert_eq!(verdict(&world, &posted).outcome, Outcome::Pass);

        let hop = &world.requests()[1];
        assert_eq!(hop.method, method, "{status}");
        assert_eq!(hop.body.is_some(), method == "POST", "{status}");
        assert_eq!(hop.headers.is_empty(), method == "GET", "{status}");
    }
}

#[test]
fn credentials_go_to_the_same_origin_only() {
    let world = World::new();
    world.on("GET", "endpoint:shop/", to(302, "/same"));
    world.on("GET", "https://shop.test/same", to(302, "https://other.test/"));
    world.on("GET", "https://other.test/", Reply::status(200));
    let headers = json!({"Authorization": "Basic x", "x-key": "{{secret:key}}", "accept": "*/*"});

    let verdict = verdict(&world, &json!({"url": "endpoint:shop/", "headers": headers, "redirects": 2}));

    assert_eq!(verdict.outcome, Outcome::Pass);
    let sent: Vec<usize> = world.requests().iter().map(|request| request.headers.len()).collect();
    assert_eq!(sent, [3, 3, 1]);
}
