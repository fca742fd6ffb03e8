//! From a scenario as it is typed to one that can be played.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_core::name::{CheckName, EndpointName};
use holdpoint_core::plan::Plan;
use holdpoint_core::run::event::Answer as Said;
use holdpoint_core::text::visible;
use holdpoint_core::time::{Elapsed, Moment, Span};

use crate::form::Tables;
use crate::formula::Formula;
use crate::problem::Code;
use crate::raw::document::FORMAT;
use crate::raw::scenario as raw;
use crate::reader::{Placed, Reader};
use crate::scenario::{Answer, Cue, Expected, Fault, Present, Scenario, Series, Speaker, Speech};
use crate::source::At;
use crate::suggest::did_you_mean;
use crate::word::Word as _;

/// What names may mean.
struct Known<'a> {
    plan: Option<&'a Plan>,
    cues: BTreeSet<String>,
    series: BTreeSet<String>,
}

/// Makes a scenario of what was typed, as far as that can be.
pub(super) fn lower(raw: raw::Scenario, plan: Option<&Plan>, reader: &mut Reader<'_>) -> Option<Scenario> {
    if let Some(version) = raw.holdpoint.as_ref().filter(|version| version.value.0 != FORMAT) {
        let what = format!("this is a scenario of format {:?}, and format {FORMAT:?} is read here", version.value.0);
        reader.error(Code::Version, version.at, what);
    }
    let known = Known::of(&raw, plan);
    let mut lowering = Lowering { known: &known, reader };
    let series = tables(raw.series).into_iter().filter_map(|one| lowering.series(one)).collect();
    let answers = tables(raw.answer).into_iter().filter_map(|one| lowering.answer(one)).collect();
    let faults = tables(raw.fault).into_iter().filter_map(|one| lowering.fault(one)).collect();
    let (mut answering, mut speaking) = (Vec::new(), Vec::new());
    for person in tables(raw.person) {
        match lowering.person(person) {
            Some((Time::After(after), speaker)) => answering.push((after, speaker)),
            Some((Time::At(at), speaker)) => speaking.push((at, speaker)),
            None => {}
        }
    }
    let crashes = tables(raw.crash).into_iter().filter_map(|crash| {
        let down = crash.down.map_or(raw::DOWN, |down| down.value);
        crash.at_.map(|at| (elapsed(at.value), down))
    });
    Some(Scenario {
        name: raw.name?.value.0,
        about: raw.about.map(|about| about.value.0),
        seed: raw.seed.map_or(1, |seed| u64::from(seed.value.0)),
        start: raw.start.map_or_else(usual_start, |start| start.value),
        ends: elapsed(raw.ends.map_or(raw::ENDS, |ends| ends.value)),
        series,
        answers,
        faults,
        answering,
        speaking,
        crashes: crashes.collect(),
        expected: raw.expect.map(|expect| expected(expect.value.0)).unwrap_or_default(),
    })
}

fn usual_start() -> Moment {
    // The text is our own, and is one.
    Moment::parse(raw::START).unwrap_or_default()
}

fn tables<S>(tables: Option<Placed<Tables<S>>>) -> Vec<S> {
    tables.map(|tables| tables.value.0).unwrap_or_default()
}

fn elapsed(span: Span) -> Elapsed {
    Elapsed(0).plus(span)
}

impl<'a> Known<'a> {
    fn of(raw: &raw::Scenario, plan: Option<&'a Plan>) -> Self {
        let answers = raw.answer.iter().flat_map(|answers| &answers.value.0);
        let series = raw.series.iter().flat_map(|series| &series.value.0);
        Self {
            plan,
            cues: answers.filter_map(|answer| answer.sets.as_ref()).map(|cue| cue.value.0.clone()).collect(),
            series: series.filter_map(|series| series.name.as_ref()).map(|name| name.value.to_string()).collect(),
        }
    }
}

/// When a person speaks.
enum Time {
    After(Span),
    At(Elapsed),
}

struct Lowering<'a, 'r> {
    known: &'a Known<'a>,
    reader: &'a mut Reader<'r>,
}

impl Lowering<'_, '_> {
    fn series(&mut self, raw: raw::Series) -> Option<Series> {
        let unreadable = |key| raw.unreadable.holds(key);
        let named = raw.name.is_some() || raw.signal.is_some() || raw.query.is_some();
        if !named && !["name", "signal", "query"].into_iter().any(unreadable) {
            let what = "a series of the scenario is nobody's".to_owned();
            let cure = "give it a signal or a query that asks for it, or a name for bodies to say".to_owned();
            self.reader.curable(Code::MissingKey, raw.at, (what, cure));
        }
        let signal = self.check(raw.signal);
        let formulas = [("value", &raw.value), ("traffic", &raw.traffic), ("age", &raw.age), ("past", &raw.past)];
        for (key, formula) in formulas {
            self.cues_of(key, formula.as_ref());
        }
        if let Some(past) = raw.past.as_ref().filter(|_| signal.is_none() && !unreadable("signal")) {
            let what = "the past of a series is no signal's".to_owned();
            self.reader.curable(Code::MissingKey, past.at, (what, "say whose it is: signal = \"errors\"".to_owned()));
        }
        let present = self.present((raw.from, raw.to), (raw.when, raw.unless));
        Some(Series {
            name: raw.name.map(|name| name.value),
            signal,
            query: raw.query.map(|query| query.value.0),
            value: raw.value?.value,
            traffic: raw.traffic.map(|formula| formula.value),
            age: raw.age.map(|formula| formula.value),
            past: raw.past.map(|formula| formula.value),
            latency: raw.latency.map_or(raw::LATENCY, |latency| latency.value),
            present,
        })
    }

    fn answer(&mut self, raw: raw::Answer) -> Option<Answer> {
        let present = self.present((raw.from, raw.to), (raw.when, raw.unless));
        if let Some(body) = &raw.body {
            self.fillings(&body.value.0, body.at);
        }
        let check = self.check(raw.check);
        let headers = raw.headers.map(|headers| headers.value.0).unwrap_or_default();
        Some(Answer {
            check,
            endpoint: self.endpoint(raw.endpoint)?,
            method: raw.method.map(|method| method.value),
            path: raw.path.map(|path| path.value),
            contains: raw.contains.map(|text| text.value.0),
            status: status(raw.status.map_or(200, |status| status.value.0)),
            headers: headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect(),
            body: raw.body.map(|body| body.value.0).unwrap_or_default(),
            latency: raw.latency.map_or(raw::LATENCY, |latency| latency.value),
            present,
            sets: raw.sets.map(|cue| cue.value.0),
        })
    }

    fn fault(&mut self, raw: raw::Fault) -> Option<Fault> {
        let present = self.present((raw.from, raw.to), (raw.when, raw.unless));
        let (signal, endpoint) = (self.check(raw.signal), raw.endpoint.map(|name| self.endpoint(Some(name))));
        Some(Fault {
            kind: raw.kind?.value,
            endpoint: endpoint.flatten(),
            signal,
            status: status(raw.status.map_or(503, |status| status.value.0)),
            latency: raw.latency.map_or(Span::from_secs(3), |latency| latency.value),
            present,
        })
    }

    fn person(&mut self, raw: raw::Person) -> Option<(Time, Speaker)> {
        let time = match (raw.after, raw.at_) {
            (Some(after), None) => Some(Time::After(after.value)),
            (None, Some(at)) => Some(Time::At(elapsed(at.value))),
            (both, _) => {
                let what = if both.is_some() { "speaks at two times" } else { "speaks at no time" };
                let cure = "say after which time they answer (after = \"2m\"), or when they speak (at = \"10m\")";
                self.person_is(raw.at, what, cure);
                None
            }
        };
        let reason = raw.reason.map(|reason| reason.value.0);
        let answer = match (raw.answer?.value, reason, raw.by) {
            (Speech::Extend, _, Some(by)) => Some(Said::Extend { by: by.value }),
            (Speech::Confirm, Some(reason), _) => Some(Said::Confirm { reason }),
            (Speech::Hotfix, Some(reason), _) => Some(Said::Hotfix { reason }),
            (Speech::RollBack, Some(reason), _) => Some(Said::RollBack { reason }),
            (Speech::Extend, _, None) => {
                self.person_is(raw.at, "extends by nothing", "say by how much: by = \"10m\"");
                None
            }
            (Speech::Confirm | Speech::Hotfix | Speech::RollBack, None, _) => {
                self.person_is(raw.at, "gives no reason", "every answer but \"extend\" has one");
                None
            }
        };
        let who = raw.who.map_or_else(|| "the commander".to_owned(), |who| who.value.0);
        Some((time?, Speaker { who, answer: answer? }))
    }

    fn person_is(&mut self, at: At, what: &str, cure: &str) {
        let what = format!("a person of the scenario {what}");
        self.reader.curable(Code::BadValue, at, (what, cure.to_owned()));
    }

    fn present(&mut self, times: (Option<Placed<Span>>, Option<Placed<Span>>), cues: Cues) -> Present {
        let ((from, to), (when, unless)) = (times, cues);
        let begin = from.map(|from| from.value).unwrap_or_default();
        if let Some(to) = to.as_ref().filter(|to| to.value <= begin) {
            let what = format!("what is there from {begin} to {} is never there", to.value);
            self.reader.error(Code::Timing, to.at, what);
        }
        for cue in [&when, &unless].into_iter().flatten() {
            self.cue(&cue.value.0, cue.at);
        }
        Present {
            from: elapsed(begin),
            to: to.map(|to| elapsed(to.value)),
            when: when.map(|cue| cue.value.0),
            unless: unless.map(|cue| cue.value.0),
        }
    }

    fn cue(&mut self, name: &str, at: At) {
        if self.known.cues.contains(name) {
            return;
        }
        let meant = did_you_mean(name, self.known.cues.iter().map(String::as_str));
        let cure = "an answer gives it, with `sets`".to_owned();
        self.reader.curable(Code::UnknownName, at, (format!("nothing gives the cue {name:?}{meant}"), cure));
    }

    fn cues_of(&mut self, key: &str, formula: Option<&Placed<Formula>>) {
        let Some(formula) = formula else { return };
        let written = |name: &str| name.replace('-', "_");
        for cue in formula.value.cues().filter(|cue| !self.known.cues.contains(*cue)) {
            let known: Vec<String> = self.known.cues.iter().map(|cue| written(cue)).chain(["t".to_owned()]).collect();
            let meant = did_you_mean(&written(cue), known.iter().map(String::as_str));
            let what = format!("{key:?} of a series of the scenario: there is no number {:?}{meant}", written(cue));
            let cure = "a name is t, or that of a cue which an answer sets".to_owned();
            self.reader.curable(Code::UnknownName, formula.at, (what, cure));
        }
    }

    /// Looks whether there is a series for each `{{name}}`.
    fn fillings(&mut self, body: &str, at: At) {
        for name in fillings(body).filter(|name| !self.known.series.contains(*name)) {
            let meant = did_you_mean(name, self.known.series.iter().map(String::as_str));
            let what = format!("\"body\" of an answer of the scenario: there is no series {:?}{meant}", visible(name));
            self.reader.curable(Code::UnknownName, at, (what, "give a [[series]] this name".to_owned()));
        }
    }

    fn check(&mut self, name: Option<Placed<CheckName>>) -> Option<CheckName> {
        let Placed { value: name, at } = name?;
        let Some(plan) = self.known.plan else { return Some(name) };
        let mut names: Vec<&str> = plan.checks().map(|check| check.name.as_str()).collect();
        names.push("rollback");
        if !names.contains(&name.as_str()) {
            let meant = did_you_mean(name.as_str(), names.iter().copied());
            let what = format!("the plan has no check or signal {:?}{meant}", name.as_str());
            self.reader.error(Code::UnknownName, at, what);
        }
        Some(name)
    }

    fn endpoint(&mut self, name: Option<Placed<EndpointName>>) -> Option<EndpointName> {
        let Placed { value: name, at } = name?;
        if let Some(plan) = self.known.plan.filter(|plan| !plan.endpoints.contains_key(&name)) {
            let meant = did_you_mean(name.as_str(), plan.endpoints.keys().map(EndpointName::as_str));
            let what = format!("the plan has no endpoint {:?}{meant}", name.as_str());
            self.reader.error(Code::UnknownName, at, what);
        }
        Some(name)
    }
}

type Cues = (Option<Placed<Cue>>, Option<Placed<Cue>>);

/// The names that stand in a body as `{{name}}`.
fn fillings(body: &str) -> impl Iterator<Item = &str> {
    body.split("{{").skip(1).filter_map(|rest| rest.split_once("}}").map(|(name, _)| name.trim()))
}

fn status(code: u32) -> u16 {
    u16::try_from(code).unwrap_or(500)
}

fn expected(raw: raw::Expect) -> Expected {
    Expected {
        decision: raw.decision.map(|it| it.value),
        ending: raw.ending.map(|it| it.value),
        after: raw.after.map(|it| elapsed(it.value)),
        before: raw.before.map(|it| elapsed(it.value)),
        because: raw.because.map(|it| it.value.0),
    }
}

/// The bodies' numbers, filled in: what stands between double braces is the number of the series of that name.
pub(super) fn filled(body: &str, numbers: &BTreeMap<&str, String>) -> String {
    let mut pieces = body.split("{{");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let known = piece.split_once("}}").and_then(|(name, rest)| Some((numbers.get(name.trim())?, rest)));
        let (filling, rest) = known.map_or(("{{", piece), |(number, rest)| (number.as_str(), rest));
        out.push_str(filling);
        out.push_str(rest);
    }
    out
}
