//! Fixtures: calls that were recorded with `holdpoint run --record DIR`, played again without a network.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::{Reply, World};
use crate::check::{self, CheckResult};
use crate::http::Error;
use crate::{Call, Release};

/// The form that is read here.
const FORMAT: u32 = 1;

/// A recorded call: what the check was given, what it saw, and how it ended.
///
/// ```no_run
/// # use holdpoint_sdk::{Host, Call, CheckResult};
/// # fn check(_: &serde_json::Value, _: &Host, _: &Call) -> CheckResult { unimplemented!() }
/// let recorded = std::fs::read_to_string("tests/recorded/orders-1.json").expect("it was recorded");
/// let fixture = holdpoint_sdk::fake::Fixture::read(&recorded)?;
/// let verdict = fixture.check(check).expect("it said something");
/// assert_eq!(verdict.summary, fixture.summary());
/// # Ok::<(), String>(())
/// ```
///
/// A request that was not recorded is denied, and so is one more than was recorded. Several to one method and URL get their
/// answers in the order in which these were recorded. Time begins when the call did. What went on below HTTP is not played:
/// [`left_out`](Self::left_out) says how much that was.
#[derive(Debug)]
pub struct Fixture {
    recorded: Recorded,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Recorded {
    fixture: u32,
    #[serde(default = "under_test")]
    check: String,
    /// For people: what the fixture is called, and what it shows.
    #[serde(default, rename = "name")]
    _name: IgnoredAny,
    #[serde(default, rename = "what")]
    _what: IgnoredAny,
    #[serde(default = "first")]
    attempt: u32,
    #[serde(default, rename = "plugin")]
    _plugin: IgnoredAny,
    settings: Value,
    release: Option<Recording>,
    began: Option<u64>,
    #[serde(default)]
    endpoints: BTreeMap<String, String>,
    #[serde(default)]
    exchanges: Vec<Exchange>,
    #[serde(default)]
    left_out: usize,
    #[serde(default)]
    ended: Value,
    /// What must come of it, for `holdpoint test`; a test here says so in Rust.
    #[serde(default, rename = "expect")]
    _expect: IgnoredAny,
}

const fn first() -> u32 {
    1
}

fn under_test() -> String {
    "under-test".to_owned()
}

/// A release as it is recorded.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Recording {
    service: String,
    environment: String,
    version: String,
    previous_version: Option<String>,
    artifact: Option<String>,
    revision: Option<String>,
    change: String,
    strategy: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

/// A request, and one of the three ways in which it ended.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    method: String,
    url: String,
    /// Headers and body, for people: a request is known by its method and URL.
    #[serde(default, rename = "request")]
    _request: IgnoredAny,
    answer: Option<Answer>,
    denied: Option<String>,
    failed: Option<Failed>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Answer {
    status: u16,
    #[serde(default)]
    headers: Vec<(String, String)>,
    body: Option<String>,
    body_hex: Option<String>,
    /// How long a body was that is not here.
    body_lost: Option<u64>,
    #[serde(default)]
    truncated: bool,
    #[serde(default)]
    micros: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Failed {
    part: Part,
    why: String,
}

/// The part of an exchange that failed.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Part {
    Dns,
    Connect,
    Tls,
    Timeout,
    Protocol,
    Limit,
    InvalidRequest,
}

impl Fixture {
    /// Reads a fixture's text.
    ///
    /// # Errors
    /// When it is none, with the place in it.
    pub fn read(text: &str) -> Result<Self, String> {
        let recorded: Recorded = serde_json::from_str(text).map_err(|error| format!("the fixture: {error}"))?;
        if recorded.fixture != FORMAT {
            return Err(format!("the fixture has format {}, and format {FORMAT} is read here", recorded.fixture));
        }
        for (exchange, number) in recorded.exchanges.iter().zip(1..) {
            let Exchange { method, url, .. } = exchange;
            exchange.playable().map_err(|why| format!("exchange {number} of the fixture, {method} {url}: {why}"))?;
        }
        Ok(Self { recorded })
    }

    /// Returns the settings that the check had.
    #[must_use]
    pub fn settings(&self) -> &Value {
        &self.recorded.settings
    }

    /// Returns how the call ended in a word: `pass`, `warn`, `fail`, `inconclusive`, `error` or `timeout`.
    #[must_use]
    pub fn word(&self) -> &str {
        self.recorded.ended["word"].as_str().unwrap_or_default()
    }

    /// Returns the summary of the verdict; nothing where there was none.
    #[must_use]
    pub fn summary(&self) -> &str {
        self.recorded.ended["outcome"]["verdict"]["summary"].as_str().unwrap_or_default()
    }

    /// Returns how many uses of the network were not over HTTP, and so are not in the fixture.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.recorded.left_out
    }

    /// Returns a world in which the recorded requests are answered as they were.
    #[must_use]
    pub fn world(&self) -> World {
        let world = World::new();
        for (name, url) in &self.recorded.endpoints {
            world.bind(name, url);
        }
        if let Some(began) = self.recorded.began {
            world.begin(began);
        }
        let mut replies: BTreeMap<(&str, &str), Vec<Reply>> = BTreeMap::new();
        for exchange in &self.recorded.exchanges {
            replies.entry((&exchange.method, &exchange.url)).or_default().push(exchange.reply());
        }
        for ((method, url), mut replies) in replies {
            let more =
                format!("the fixture holds {} answers to {method} {url}, and this is one request more", replies.len());
            // The last reply of a world is given again and again.
            replies.push(Error::Denied(more).into());
            world.on_each(method, url, replies);
        }
        world
    }

    /// Returns the call as it was made, with other settings where a test wants to try some. What the fixture leaves out
    /// is as in a new [`World`].
    #[must_use]
    pub fn call(&self, settings: &Value) -> Call {
        let call = World::new().call(settings);
        let call = Call { name: self.recorded.check.clone(), attempt: self.recorded.attempt, ..call };
        let Some(release) = &self.recorded.release else { return call };
        let Recording { service, environment, version, previous_version, artifact, revision, change, strategy, labels } =
            release;
        let release = Release {
            service: service.clone(),
            environment: environment.clone(),
            version: version.clone(),
            previous_version: previous_version.clone(),
            artifact: artifact.clone(),
            revision: revision.clone(),
            change: change.clone(),
            strategy: strategy.clone(),
            labels: labels.clone().into_iter().collect(),
        };
        Call { release, ..call }
    }

    /// Runs a check on what was recorded.
    ///
    /// # Errors
    /// Whatever the check says, and [`Failure::Settings`](crate::Failure::Settings) for settings that don't fit.
    pub fn check<S>(&self, run: check::Run<S>) -> CheckResult
    where
        S: serde::de::DeserializeOwned,
    {
        check::run(run, check::nothing_more, &self.world().host(), &self.call(self.settings()))
    }
}

impl Exchange {
    /// Whether there is exactly one end, and all of it.
    fn playable(&self) -> Result<(), String> {
        let ends = [self.answer.is_some(), self.denied.is_some(), self.failed.is_some()];
        if ends.iter().filter(|there| **there).count() != 1 {
            return Err("one of `answer`, `denied` and `failed` is to stand here".to_owned());
        }
        let Some(answer) = &self.answer else { return Ok(()) };
        if let Some(length) = answer.body_lost {
            return Err(format!(
                "the answer's body of {length} bytes was not kept: put one in `body`, or take this out"
            ));
        }
        match (&answer.body, &answer.body_hex) {
            (Some(_), Some(_)) => Err("`body` and `body-hex` can't both stand here".to_owned()),
            (None, Some(digits)) if bytes(digits).is_none() => Err("its body-hex is not hexadecimal".to_owned()),
            (_, None) | (None, Some(_)) => Ok(()),
        }
    }

    fn reply(&self) -> Reply {
        match (&self.answer, &self.failed) {
            (Some(answer), _) => answer.reply(),
            (None, Some(failed)) => failed.part.error(failed.why.clone()).into(),
            (None, None) => Error::Denied(self.denied.clone().unwrap_or_default()).into(),
        }
    }
}

impl Part {
    /// The error that a plugin gets when this part failed.
    fn error(self, why: String) -> Error {
        match self {
            Self::Dns => Error::Dns(why),
            Self::Connect => Error::Connect(why),
            Self::Tls => Error::Tls(why),
            Self::Timeout => Error::Timeout(why),
            Self::Protocol => Error::Protocol(why),
            Self::Limit => Error::Limit(why),
            Self::InvalidRequest => Error::InvalidRequest(why),
        }
    }
}

impl Answer {
    fn reply(&self) -> Reply {
        let body = match &self.body_hex {
            Some(digits) => bytes(digits).unwrap_or_default(),
            None => self.body.clone().unwrap_or_default().into_bytes(),
        };
        let reply =
            self.headers.iter().fold(Reply::status(self.status), |reply, (name, value)| reply.header(name, value));
        let length = body.len();
        let reply = if self.truncated {
            // One byte more than was kept, which is cut again.
            reply.body([body, vec![0]].concat()).cut_at(length)
        } else {
            reply.body(body)
        };
        reply.after(Duration::from_micros(self.micros))
    }
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    if !digits.is_ascii() || digits.len() % 2 == 1 {
        return None;
    }
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{
        "fixture": 1, "check": "health", "plugin": "http", "settings": {"path": "/health"},
        "release": {"service": "shop", "environment": "test", "version": "1.5.0", "previous-version": "1.4.0",
                    "artifact": null, "revision": null, "change": "feature", "strategy": "rolling", "labels": {}},
        "began": 1790000000000, "attempt": 2,
        "endpoints": {"shop": "http://127.0.0.1:8080/base"},
        "exchanges": [
            {"method": "GET", "url": "http://127.0.0.1:8080/base/a", "answer": {"status": 503, "body": "no"}},
            {"method": "GET", "url": "http://127.0.0.1:8080/base/a", "answer": {"status": 200, "body-hex": "00ff"}},
            {"method": "GET", "url": "http://127.0.0.1:8080/base/b", "failed": {"part": "tls", "why": "old"}},
            {"method": "GET", "url": "http://127.0.0.1:8080/base/c", "denied": "not yours"}
        ],
        "ended": {"word": "pass", "outcome": {"verdict": {"summary": "fine"}}}
    }"#;

    #[test]
    fn a_fixture_by_hand_needs_no_more_than_settings_and_answers() {
        let text = r#"{"fixture": 1, "name": "well", "what": "It is well.", "settings": {}, "expect": {"outcome": "pass"},
            "exchanges": [{"method": "GET", "url": "endpoint:shop/a", "answer": {"status": 204}}]}"#;

        let fixture = Fixture::read(text).unwrap();

        assert_eq!(fixture.world().host().get("endpoint:shop/a").send().unwrap().status, 204);
        let (call, usual) = (fixture.call(&Value::Null), World::new().call(&Value::Null));
        assert_eq!((call.name, call.release), (usual.name, usual.release));
    }

    #[test]
    fn what_was_recorded_is_answered_in_its_order_and_nothing_else() {
        let fixture = Fixture::read(TEXT).unwrap();
        let host = fixture.world().host();
        let send = |path: &str| host.get(format!("endpoint:shop{path}").as_str()).send();

        assert_eq!(send("/a").unwrap().status, 503);
        assert_eq!(send("/a").unwrap().body, [0, 255]);
        assert!(matches!(send("/b"), Err(Error::Tls(why)) if why == "old"));
        assert!(matches!(send("/c"), Err(Error::Denied(why)) if why == "not yours"));
        assert!(matches!(send("/d"), Err(Error::Denied(_))));
        assert!(
            matches!(send("/a"), Err(Error::Denied(why)) if why.contains("holds 2 answers")),
            "no third was recorded"
        );
        assert!(matches!(send("/b"), Err(Error::Denied(_))));
        assert_eq!((fixture.word(), fixture.summary()), ("pass", "fine"));
        let call = fixture.call(fixture.settings());
        let versions = (call.release.version.as_str(), call.release.previous_version.as_deref());
        assert_eq!((versions, call.attempt), (("1.5.0", Some("1.4.0")), 2));
        assert_eq!(fixture.world().host().now(), 1_790_000_000_000);
    }

    #[test]
    fn what_is_no_fixture_is_told_with_its_place() {
        for (text, why) in [
            ("", "line 1"),
            ("{\"fixture\": 1}", "missing field"),
            (&TEXT.replace("\"fixture\": 1", "\"fixture\": 2"), "format 2"),
            (&TEXT.replace("00ff", "0"), "not hexadecimal"),
            (&TEXT.replace("\"tls\"", "\"tsl\""), "unknown variant `tsl`"),
            (&TEXT.replace("\"exchanges\"", "\"exchange\""), "unknown field `exchange`"),
            (&TEXT.replace("\"status\": 503", "\"status\": 503, \"boddy\": 1"), "unknown field `boddy`"),
            (&TEXT.replace("\"body\": \"no\"", "\"body-lost\": 9000000"), "body of 9000000 bytes was not kept"),
            (&TEXT.replace("\"denied\": \"not yours\"", "\"request\": {}"), "exchange 4"),
        ] {
            let error = Fixture::read(text).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
