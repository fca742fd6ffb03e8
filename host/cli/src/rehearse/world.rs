//! The world of a scenario: what answers in the place of everything outside.
//!
//! Faults come first, then answers in their order, then series for whoever asks a provider of metrics. What none of them
//! answers is a connection that is refused, and is told at the end: nothing is made up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use holdpoint_core::name::EndpointName;
use holdpoint_core::plan::endpoint::Endpoint;
use holdpoint_core::time::{Elapsed, Moment, Span};
use holdpoint_gateway::Refusal;
use holdpoint_gateway::outside::{Outside, Played, Reached, Scripted, Wanted};
use holdpoint_plan::formula::{At, Formula};
use holdpoint_plan::scenario::{Answer, Fault, FaultKind, Present, Scenario, Series};

use crate::rehearse::provider::{self, Numbers};

/// Longer than anything waits.
const FOR_EVER: Duration = Duration::from_hours(24 * 365);
/// How long it takes to find out that nothing is there.
const AT_ONCE: Duration = Duration::from_millis(1);

/// A scenario that is being played with one seed.
pub(crate) struct World {
    scenario: Arc<Scenario>,
    endpoints: BTreeMap<EndpointName, Endpoint>,
    seed: u64,
    /// The cues that were given, and when first.
    given: Mutex<BTreeMap<String, Elapsed>>,
    /// What was asked that the scenario does not answer.
    unanswered: Mutex<BTreeSet<String>>,
}

/// Who asks, and where, and when.
struct Asked<'a> {
    caller: &'a str,
    endpoint: &'a EndpointName,
    at: Elapsed,
    moment: Moment,
}

impl World {
    pub(crate) fn new(scenario: Arc<Scenario>, endpoints: BTreeMap<EndpointName, Endpoint>, seed: u64) -> Self {
        Self { scenario, endpoints, seed, given: Mutex::default(), unanswered: Mutex::default() }
    }

    /// What was asked that the scenario does not answer, in words.
    pub(crate) fn unanswered(&self) -> Vec<String> {
        self.unanswered.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn asked<'a>(&self, caller: &'a str, endpoint: &'a EndpointName, moment: Moment) -> Asked<'a> {
        let since = moment.0.saturating_sub(self.scenario.start.0);
        Asked { caller, endpoint, at: Elapsed(u64::try_from(since).unwrap_or(0)), moment }
    }

    /// Whether something is there now.
    fn is_there(&self, present: &Present, at: Elapsed) -> bool {
        present.at(at, &|cue| self.is_given(cue, at))
    }

    fn is_given(&self, cue: &str, at: Elapsed) -> bool {
        let given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        given.get(cue).is_some_and(|since| *since <= at)
    }

    fn give(&self, cue: &str, at: Elapsed) {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let since = given.entry(cue.to_owned()).or_insert(at);
        *since = at.min(*since);
    }

    /// What the scenario does not answer.
    fn unknown<T>(&self, what: String) -> Played<T> {
        self.note_unanswered(what);
        refused("connection refused: nothing in the scenario answers this")
    }

    fn note_unanswered(&self, what: String) {
        self.unanswered.lock().unwrap_or_else(PoisonError::into_inner).insert(what);
    }

    /// The faults that are there for whoever asks.
    fn faults<'a>(&'a self, asked: &'a Asked<'_>) -> impl Iterator<Item = &'a Fault> {
        self.scenario.faults.iter().filter(|fault| {
            fault.endpoint.as_ref().is_none_or(|endpoint| endpoint == asked.endpoint)
                && fault.signal.as_ref().is_none_or(|signal| signal.as_str() == asked.caller)
                && self.is_there(&fault.present, asked.at)
        })
    }

    /// What a fault makes of everything, and how much slower others make it.
    fn broken(&self, asked: &Asked<'_>) -> Result<Duration, Played<Scripted>> {
        let mut slower = Duration::ZERO;
        for fault in self.faults(asked) {
            match fault.kind {
                FaultKind::Down => return Err(refused("connection refused, as the scenario says")),
                FaultKind::Timeout => {
                    let end = Err(Refusal::Timeout("no answer, as the scenario says".to_owned()));
                    return Err(Played { after: FOR_EVER, end });
                }
                FaultKind::Error => {
                    let body = Bytes::from_static(b"an error, as the scenario says");
                    let end = Ok(Scripted { status: fault.status, headers: Vec::new(), body, truncated: false });
                    return Err(Played { after: AT_ONCE, end });
                }
                FaultKind::Slow => slower += span(fault.latency),
                FaultKind::Empty | FaultKind::NotANumber | FaultKind::Stale => {}
            }
        }
        Ok(slower)
    }

    /// The first answer that fits.
    fn answer_to(&self, asked: &Asked<'_>, fits: impl Fn(&Answer) -> bool) -> Option<&Answer> {
        self.scenario.answers.iter().find(|answer| {
            answer.endpoint == *asked.endpoint
                && answer.check.as_ref().is_none_or(|check| check.as_str() == asked.caller)
                && fits(answer)
                && self.is_there(&answer.present, asked.at)
        })
    }

    /// The body of an answer. What it sets is set when it arrives.
    fn body(&self, answer: &Answer, asked: &Asked<'_>) -> Bytes {
        if let Some(cue) = &answer.sets {
            self.give(cue, asked.at.plus(answer.latency));
        }
        if !answer.body.contains("{{") {
            return Bytes::from(answer.body.clone());
        }
        let mut numbers = BTreeMap::new();
        for (index, series) in self.scenario.series.iter().enumerate() {
            let Some(name) = series.name.as_ref().filter(|_| self.is_there(&series.present, asked.at)) else {
                continue;
            };
            let number = self.number(&series.value, index, asked);
            numbers.entry(name.as_str()).or_insert_with(|| number.to_string());
        }
        Bytes::from(answer.filled(&numbers))
    }

    fn number(&self, formula: &Formula, series: usize, asked: &Asked<'_>) -> f64 {
        let place = u64::try_from(series).unwrap_or(u64::MAX).wrapping_add(1);
        let seed = self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ place.wrapping_mul(0xd1b5_4a32_d192_ed03);
        let given = |cue: &str| self.is_given(cue, asked.at);
        formula.at(&At { elapsed: asked.at, moment: asked.moment, seed, given: &given })
    }

    /// The series that a query is about.
    fn series(&self, query: &str, asked: &Asked<'_>) -> Option<(usize, &Series)> {
        self.scenario.series.iter().enumerate().find(|(_, series)| {
            let signal = series.signal.as_ref().is_some_and(|signal| signal.as_str() == asked.caller);
            let same = series.query.as_deref().is_some_and(|own| own == query);
            (signal || same) && self.is_there(&series.present, asked.at)
        })
    }

    /// What a provider of metrics answers; `None` when the scenario has no such series.
    fn metrics(&self, query: &str, asked: &Asked<'_>) -> Option<Played<Scripted>> {
        let (index, series) = self.series(query, asked)?;
        if series.traffic.is_none() && provider::asks_for_traffic(query) {
            self.note_unanswered(format!(
                "{} asks how many requests its number is of: give its series a `traffic`",
                asked.caller
            ));
        }
        let stale = self.faults(asked).find(|fault| fault.kind == FaultKind::Stale);
        let then = stale.map_or(asked.at, |fault| fault.present.from);
        let behind = i64::try_from(asked.at.since(then).as_millis()).unwrap_or(i64::MAX);
        let seen = Asked { at: then, moment: Moment(asked.moment.0.saturating_sub(behind)), ..*asked };
        let at = |formula: &Formula| self.number(formula, index, &seen);
        let mut numbers = Some(Numbers {
            value: at(&series.value),
            traffic: series.traffic.as_ref().map(&at),
            newest: provider::seconds(seen.moment) - series.age.as_ref().map_or(0.0, &at),
        });
        for fault in self.faults(asked) {
            match fault.kind {
                FaultKind::Empty => numbers = None,
                FaultKind::NotANumber => numbers = numbers.map(|numbers| Numbers { value: f64::NAN, ..numbers }),
                FaultKind::Stale | FaultKind::Down | FaultKind::Timeout | FaultKind::Error | FaultKind::Slow => {}
            }
        }
        Some(Played { after: span(series.latency), end: Ok(provider::answer(query, numbers, asked.moment)) })
    }

    /// The path below the endpoint's own URL, as grants see it.
    fn path<'u>(&self, wanted: &'u Wanted<'_>) -> &'u str {
        let base = self.endpoints.get(wanted.endpoint).map_or("", |endpoint| endpoint.base_path.as_str());
        match wanted.url.path().strip_prefix(base) {
            Some("") | None => "/",
            Some(path) => path,
        }
    }
}

impl Outside for World {
    fn answer(&self, wanted: &Wanted<'_>) -> Played<Scripted> {
        let asked = self.asked(wanted.caller, wanted.endpoint, wanted.at);
        let slower = match self.broken(&asked) {
            Ok(slower) => slower,
            Err(played) => return played,
        };
        let path = self.path(wanted);
        let fits = |answer: &Answer| {
            answer.method.as_ref().is_none_or(|method| method.as_str() == wanted.method)
                && answer.path.as_ref().is_none_or(|pattern| pattern.covers(path))
                && answer.contains.as_deref().is_none_or(|text| holds(wanted.body, text))
        };
        let played = if let Some(answer) = self.answer_to(&asked, fits) {
            let headers = answer.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
            let end =
                Ok(Scripted { status: answer.status, headers, body: self.body(answer, &asked), truncated: false });
            Some(Played { after: span(answer.latency), end })
        } else {
            provider::query(wanted).and_then(|query| self.metrics(&query, &asked))
        };
        let Some(Played { after, end }) = played else {
            let what = format!("{} asks {} {} of endpoint {}", wanted.caller, wanted.method, path, wanted.endpoint);
            return self.unknown(what);
        };
        Played { after: after + slower, end }
    }

    fn reach(&self, reached: &Reached<'_>) -> Played<Bytes> {
        let asked = self.asked(reached.caller, reached.endpoint, reached.at);
        let slower = match self.broken(&asked) {
            Ok(slower) => slower,
            Err(Played { after, end: Err(refusal) }) => return Played { after, end: Err(refusal) },
            Err(Played { after, end: Ok(_) }) => {
                return Played { after, end: Err(Refusal::Protocol("the scenario breaks the connection".to_owned())) };
            }
        };
        let Some(answer) = self.answer_to(&asked, |answer| answer.method.is_none() && answer.path.is_none()) else {
            return self.unknown(format!("{} reaches below HTTP for endpoint {}", reached.caller, reached.endpoint));
        };
        Played { after: span(answer.latency) + slower, end: Ok(self.body(answer, &asked)) }
    }
}

/// Whether a body holds a text.
fn holds(body: Option<&Bytes>, text: &str) -> bool {
    body.is_some_and(|body| String::from_utf8_lossy(body).contains(text))
}

fn refused<T>(why: &str) -> Played<T> {
    Played { after: AT_ONCE, end: Err(Refusal::Connect(why.to_owned())) }
}

fn span(span: Span) -> Duration {
    Duration::from_millis(span.as_millis())
}
