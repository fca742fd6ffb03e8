//! The sandbox in a play: what is admitted is answered by it, what is not never reaches it, and the same play gives the
//! same call, to the byte.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use holdpoint_bundle::Bundle;
use holdpoint_core::name::{EndpointName, PluginName};
use holdpoint_core::outcome::Outcome;
use holdpoint_core::plan::endpoint::{AddressRule, Endpoint, Origin, Scheme};
use holdpoint_core::plan::grant::{Effective, Grant, Method, PathPattern};
use holdpoint_core::plan::limit::{Bytes as Size, Limits};
use holdpoint_core::time::{Moment, Span};
use holdpoint_gateway::outside::{Outside, Played, Reached, Scripted, Wanted};
use holdpoint_gateway::{Gateway, Refusal};
use holdpoint_sandbox::{CallContext, CheckCall, CheckResult, Compiler, Raw, Sandbox, Script, Settings, Source};
use holdpoint_tests::{release, target};

/// Answers everything after so long, and remembers what it was asked.
struct Theatre {
    after: Duration,
    asked: Mutex<Vec<String>>,
}

impl Theatre {
    fn answering_after(after: Duration) -> Arc<Self> {
        Arc::new(Self { after, asked: Mutex::default() })
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Outside for Theatre {
    fn answer(&self, wanted: &Wanted<'_>) -> Played<Scripted> {
        let told = format!("{} {} {} at {}", wanted.caller, wanted.method, wanted.url.path(), wanted.at.0);
        self.asked.lock().unwrap().push(told);
        let headers = vec![("x-scene".to_owned(), "1".to_owned())];
        let body = Bytes::from_static(b"from the play");
        Played { after: self.after, end: Ok(Scripted { status: 200, headers, body, truncated: false }) }
    }

    fn reach(&self, _: &Reached<'_>) -> Played<Bytes> {
        Played { after: self.after, end: Err(Refusal::Connect("nothing is there".to_owned())) }
    }
}

const OPEN: &str = r#"{"url": "endpoint:shop/open/door", "end": "failure"}"#;

/// Calls a guest in a play, with a grant to GET below `/open`.
async fn played(guest: &str, settings: &str, theatre: &Arc<Theatre>, seed: u8) -> CheckResult {
    let gateway = Gateway::new(holdpoint_gateway::Settings::default()).unwrap();
    let sandbox = Sandbox::new(Settings { cache: None, compiler: Compiler::Here, gateway }).unwrap();
    let bundle = Bundle::open(&target().join("plugins/test").join(format!("{guest}.wasm")), Size::mib(64)).unwrap();
    let raw = Raw { bytes: &bundle.bytes, digest: bundle.digest, kind: bundle.manifest.kind };
    let plugin = sandbox.load(&[raw]).remove(0).unwrap();
    let name = EndpointName::parse("shop").unwrap();
    let grant = Grant::Http {
        endpoint: name.clone(),
        methods: [Method::parse("GET").unwrap()].into(),
        paths: vec![PathPattern::parse("/open/**").unwrap()],
    };
    let policy = holdpoint_plan::policy::standard();
    // Nobody listens there: an answer can only be the play's.
    let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 1 };
    let endpoint = Endpoint {
        origin,
        base_path: String::new(),
        addresses: vec![AddressRule::Network("127.0.0.1/32".parse().unwrap())],
        authorities: Vec::new(),
        connect_timeout: Span::from_secs(5),
    };
    let script = Script { outside: Arc::clone(theatre) as Arc<dyn Outside>, began: Moment(5_000), seed: [seed; 32] };
    let context = CallContext {
        plugin: PluginName::parse("guest").unwrap(),
        name: "look".to_owned(),
        settings: settings.to_owned(),
        release: Arc::new(release()),
        endpoints: Arc::new(BTreeMap::from([(name, endpoint)])),
        effective: Effective::of(&bundle.manifest.requests, &[grant], &policy),
        limits: Limits::default(),
        timeout: Span::from_secs(4),
        source: Source::Played(script),
    };
    sandbox.check(&plugin, CheckCall { context, attempt: 1, labels: Vec::new() }).await
}

/// What the guest told of what it was answered, in its verdict or in its failure.
fn summary(result: &CheckResult) -> &str {
    match &result.called.outcome {
        Outcome::Said { verdict } => verdict.summary(),
        Outcome::Error { fault } => &fault.message,
        other @ (Outcome::Timeout { .. }
        | Outcome::Skipped { .. }
        | Outcome::Cancelled { .. }
        | Outcome::Waived { .. }) => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_admitted_is_answered_by_the_play_in_its_time() {
    let theatre = Theatre::answering_after(Duration::from_millis(250));

    let result = played("gossip", OPEN, &theatre, 1).await;

    assert_eq!(summary(&result), "answered 200 x-scene: 1 from the play");
    assert_eq!(theatre.asked(), ["look GET /open/door at 5000"]);
    let facts = &result.called.facts;
    assert_eq!((facts.wall, facts.cpu_micros, facts.requests), (Span::from_millis(250), 0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_denied_in_life_is_denied_in_the_play_and_never_reaches_it() {
    let theatre = Theatre::answering_after(Duration::ZERO);

    let closed = played("gossip", r#"{"url": "endpoint:shop/closed", "end": "failure"}"#, &theatre, 1).await;
    let posted =
        played("gossip", r#"{"url": "endpoint:shop/open/door", "body": "x", "end": "failure"}"#, &theatre, 1).await;

    assert!(summary(&closed).starts_with("denied: "), "{}", summary(&closed));
    assert!(summary(&posted).starts_with("denied: "), "{}", summary(&posted));
    assert_eq!(theatre.asked(), [""; 0]);
    assert_eq!(closed.called.facts.denials, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_after_the_calls_time_ends_it_as_a_timeout_at_once() {
    let theatre = Theatre::answering_after(Duration::from_hours(1));
    let began = std::time::Instant::now();

    let result = played("gossip", OPEN, &theatre, 1).await;

    assert!(matches!(result.called.outcome, Outcome::Timeout { .. }), "{:?}", result.called);
    assert_eq!(result.called.facts.wall, Span::from_secs(4));
    assert!(began.elapsed() < Duration::from_mins(50), "an hour of the play was waited for");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_play_gives_the_same_call_to_the_byte_and_another_seed_another() {
    let settings = r#"{"authority": "127.0.0.1:1", "path": "/open/door"}"#;
    let mut calls = Vec::new();
    for seed in [1, 1, 2] {
        let theatre = Theatre::answering_after(Duration::from_millis(20));
        calls.push(played("ordinary", settings, &theatre, seed).await);
    }

    let [one, same, other] = calls.as_slice() else { panic!("three calls") };
    assert!(summary(one).contains("from the play"), "{}", summary(one));
    assert_eq!((&one.called, &one.evidence, &one.bodies), (&same.called, &same.evidence, &same.bodies));
    assert_ne!(summary(one), summary(other), "the seed makes no difference");
}
