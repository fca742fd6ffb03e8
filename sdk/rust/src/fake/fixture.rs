//! Fixtures: calls that were recorded with `holdpoint run --record DIR`, played again without a network.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
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
/// A request that was not recorded is denied. Several to one method and URL get their answers in the order in which these
/// were recorded.
#[derive(Debug)]
pub struct Fixture {
    recorded: Recorded,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Recorded {
    fixture: u32,
    check: String,
    settings: Value,
    release: Recording,
    endpoints: BTreeMap<String, String>,
    exchanges: Vec<Exchange>,
    #[serde(default)]
    ended: Value,
}

/// A release as it is recorded.
#[derive(Debug, Deserialize)]
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

#[derive(Debug, Deserialize)]
struct Exchange {
    method: String,
    url: String,
    #[serde(flatten)]
    ended: Ended,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Ended {
    Answer(Answer),
    Denied(String),
    Failed { part: String, why: String },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Answer {
    status: u16,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: String,
    body_hex: Option<String>,
    #[serde(default)]
    truncated: bool,
    #[serde(default)]
    micros: u64,
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
        for exchange in &recorded.exchanges {
            if let Ended::Answer(Answer { body_hex: Some(digits), .. }) = &exchange.ended {
                bytes(digits).ok_or_else(|| format!("the body-hex of {} is not hexadecimal", exchange.url))?;
            }
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

    /// Returns a world in which the recorded requests are answered as they were.
    #[must_use]
    pub fn world(&self) -> World {
        let world = World::new();
        for (name, url) in &self.recorded.endpoints {
            world.bind(name, url);
        }
        let mut replies: BTreeMap<(&str, &str), Vec<Reply>> = BTreeMap::new();
        for exchange in &self.recorded.exchanges {
            replies.entry((&exchange.method, &exchange.url)).or_default().push(exchange.ended.reply());
        }
        for ((method, url), replies) in replies {
            world.on_each(method, url, replies);
        }
        world
    }

    /// Returns the call as it was made, with other settings where a test wants to try some.
    #[must_use]
    pub fn call(&self, settings: &Value) -> Call {
        let Recording { service, environment, version, previous_version, artifact, revision, change, strategy, labels } =
            &self.recorded.release;
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
        let call = World::new().call(settings);
        Call { release, name: self.recorded.check.clone(), ..call }
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

impl Ended {
    fn reply(&self) -> Reply {
        match self {
            Self::Answer(answer) => answer.reply(),
            Self::Denied(why) => Error::Denied(why.clone()).into(),
            Self::Failed { part, why } => failed(part)(why.clone()).into(),
        }
    }
}

/// The error that a plugin gets when this part failed.
fn failed(part: &str) -> fn(String) -> Error {
    match part {
        "dns" => Error::Dns,
        "connect" => Error::Connect,
        "tls" => Error::Tls,
        "timeout" => Error::Timeout,
        "limit" => Error::Limit,
        "invalid-request" => Error::InvalidRequest,
        _ => Error::Protocol,
    }
}

impl Answer {
    fn reply(&self) -> Reply {
        let body = match &self.body_hex {
            Some(digits) => bytes(digits).unwrap_or_default(),
            None => self.body.clone().into_bytes(),
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
        "release": {"service": "shop", "environment": "test", "version": "1.5.0", "previous_version": "1.4.0",
                    "artifact": null, "revision": null, "change": "feature", "strategy": "rolling", "labels": {}},
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
    fn what_was_recorded_is_answered_in_its_order_and_nothing_else() {
        let fixture = Fixture::read(TEXT).unwrap();
        let host = fixture.world().host();
        let send = |path: &str| host.get(format!("endpoint:shop{path}").as_str()).send();

        assert_eq!(send("/a").unwrap().status, 503);
        assert_eq!(send("/a").unwrap().body, [0, 255]);
        assert!(matches!(send("/b"), Err(Error::Tls(why)) if why == "old"));
        assert!(matches!(send("/c"), Err(Error::Denied(why)) if why == "not yours"));
        assert!(matches!(send("/d"), Err(Error::Denied(_))));
        assert_eq!((fixture.word(), fixture.summary()), ("pass", "fine"));
        assert_eq!(fixture.call(fixture.settings()).release.version, "1.5.0");
    }

    #[test]
    fn what_is_no_fixture_is_told_with_its_place() {
        for (text, why) in [
            ("", "line 1"),
            ("{\"fixture\": 1}", "missing field"),
            (&TEXT.replace("\"fixture\": 1", "\"fixture\": 2"), "format 2"),
            (&TEXT.replace("00ff", "0"), "not hexadecimal"),
        ] {
            let error = Fixture::read(text).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
