//! One call told: what it said, what the host saw, what was denied and what would allow it.

use std::fmt::Write as _;
use std::io;

use holdpoint_core::facts::{Asked, Ended, Evidence, Exchange};
use holdpoint_core::name::PluginName;
use holdpoint_core::outcome::{Called, Outcome};
use holdpoint_core::plan::Plan;
use holdpoint_core::plan::grant::Grant;
use holdpoint_core::verdict::{Finding, Level, Measurement, Sample};
use serde_json::{Value as Json, json};

use super::observed::Observed;
use super::told::span;
use crate::output::{self, Ink};

/// One call of a check.
pub(crate) struct Account<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) plugin: &'a PluginName,
    pub(crate) called: &'a Called,
    pub(crate) evidence: &'a Evidence,
}

/// Something that was denied, and what would allow it.
struct Denied<'a> {
    why: &'a str,
    /// What to add to the command line.
    flag: Option<String>,
    /// The lines of a plan.
    lines: Option<&'a str>,
}

impl Account<'_> {
    /// How the call ended, in a word.
    pub(crate) fn word(&self) -> &'static str {
        self.called.outcome.word()
    }

    /// For people.
    pub(crate) fn to_text(&self) -> String {
        let mut out = String::new();
        let ink = match self.word() {
            "pass" => Ink::Green,
            "warn" => Ink::Yellow,
            _ => Ink::Red,
        };
        // Writing to a text can't fail.
        let _ = writeln!(out, "{}  {}", output::paint(ink, self.word(), &io::stdout()), self.reason());
        if let Outcome::Said { verdict } = &self.called.outcome {
            verdict.findings().iter().for_each(|finding| out.push_str(&told(finding)));
            verdict.measurements().iter().for_each(|measurement| out.push_str(&measured(measurement)));
            for (name, value) in verdict.labels() {
                let _ = writeln!(out, "  label   {name} = {value}");
            }
        }
        if let Outcome::Error { fault } = &self.called.outcome {
            for frame in &fault.frames {
                let _ = writeln!(out, "  at      {frame}");
            }
        }
        self.log(&mut out);
        self.exchanges(&mut out);
        let _ = writeln!(out, "\n{}", self.facts());
        self.cures(&mut out);
        out
    }

    fn reason(&self) -> &str {
        match &self.called.outcome {
            Outcome::Said { verdict } => verdict.summary(),
            Outcome::Error { fault } => &fault.message,
            Outcome::Timeout { message, .. } => message,
            Outcome::Skipped { why } | Outcome::Cancelled { why } => why,
            Outcome::Waived { reason, .. } => reason,
        }
    }

    fn log(&self, out: &mut String) {
        if self.evidence.log.is_empty() {
            return;
        }
        let dropped = match self.evidence.log_dropped {
            0 => String::new(),
            dropped => format!(" ({dropped} more lines were dropped)"),
        };
        let _ = writeln!(out, "\nlog{dropped}");
        for line in &self.evidence.log {
            let _ = writeln!(out, "  {:<7} {}", line.severity, line.message);
        }
    }

    fn exchanges(&self, out: &mut String) {
        if self.evidence.exchanges.is_empty() {
            return;
        }
        let _ = writeln!(out, "\nnetwork");
        for exchange in &self.evidence.exchanges {
            let _ = writeln!(out, "  {}\n      {}", asked(&exchange.asked), ended(&exchange.ended));
        }
    }

    fn facts(&self) -> String {
        let facts = &self.called.facts;
        let memory = facts.peak_memory.0 / 1024;
        let (sent, received) = (facts.sent.0, facts.received.0);
        format!(
            "{} ms, {} µs of CPU, {memory} KiB of memory; {} requests left, {} denied, {sent} bytes sent, {received} received",
            facts.wall.as_millis(),
            facts.cpu_micros,
            facts.requests,
            facts.denials
        )
    }

    fn cures(&self, out: &mut String) {
        let denied = self.denied();
        if denied.is_empty() {
            return;
        }
        let flags: Vec<&String> = denied.iter().filter_map(|denied| denied.flag.as_ref()).collect();
        if !flags.is_empty() {
            let _ = writeln!(out, "\nto allow what was denied, add to this command:");
            for flag in flags {
                let _ = writeln!(out, "  {flag}");
            }
        }
        let lines: Vec<&str> = denied.iter().filter_map(|denied| denied.lines).collect();
        if !lines.is_empty() {
            let _ = writeln!(out, "\nand in a plan:");
            for lines in lines {
                let _ = writeln!(out, "{lines}");
            }
        }
    }

    /// What was denied, each once.
    fn denied(&self) -> Vec<Denied<'_>> {
        let mut all: Vec<Denied<'_>> = Vec::new();
        for exchange in &self.evidence.exchanges {
            let Ended::Denied { why, cure } = &exchange.ended else { continue };
            let denied = Denied { why, flag: cure.as_ref().and_then(|_| self.flag(exchange)), lines: cure.as_deref() };
            if !all.iter().any(|known| known.why == denied.why) {
                all.push(denied);
            }
        }
        all
    }

    /// What would allow it on the command line.
    fn flag(&self, exchange: &Exchange) -> Option<String> {
        let Some(name) = &exchange.endpoint else {
            let url = match &exchange.asked {
                Asked::Http { url, .. } => url,
                Asked::Net { target, .. } => target,
            };
            return Some(match url.strip_prefix("endpoint:") {
                Some(rest) => format!("--endpoint {}=https://…", rest.split(['/', '?']).next().unwrap_or(rest)),
                None => format!("--endpoint NAME={}", url::Url::parse(url).ok()?.origin().ascii_serialization()),
            });
        };
        match &exchange.asked {
            Asked::Http { method, url, .. } => {
                let path = self.below(name, url);
                let covered = self.is_granted(name, method, &path);
                if covered {
                    return Some(format!("--address {name}=ADDRESS (the one that was denied)"));
                }
                Some(format!("--grant 'http {method} endpoint:{name}{}'", pattern(&path)))
            }
            Asked::Net { operation, .. } => Some(format!("--grant 'net {operation} endpoint:{name}'")),
        }
    }

    /// The path below an endpoint's own.
    fn below(&self, name: &holdpoint_core::name::EndpointName, url: &str) -> String {
        let base = self.plan.endpoints.get(name).map(|endpoint| endpoint.base_path.as_str()).unwrap_or_default();
        let written = url.strip_prefix("endpoint:").and_then(|rest| rest.strip_prefix(name.as_str()));
        let path = match written {
            Some(below) => below.split('?').next().unwrap_or_default().to_owned(),
            None => url::Url::parse(url).map(|url| url.path().to_owned()).unwrap_or_default(),
        };
        let path = if written.is_some() { path } else { path.strip_prefix(base).unwrap_or(&path).to_owned() };
        if path.starts_with('/') { path } else { format!("/{path}") }
    }

    fn is_granted(&self, name: &holdpoint_core::name::EndpointName, asked: &str, path: &str) -> bool {
        let grants = self.plan.plugins.get(self.plugin).map(|plugin| plugin.effective.grants()).unwrap_or_default();
        grants.iter().any(|grant| match grant {
            Grant::Http { endpoint, methods, paths } => {
                let method = methods.iter().any(|method| method.as_str() == asked);
                endpoint == name && method && paths.iter().any(|pattern| pattern.covers(path))
            }
            Grant::Net { .. } => false,
        })
    }

    /// For programs.
    pub(crate) fn to_json(&self) -> Json {
        let observed = Observed::of_check(&self.called.outcome);
        let denied = |it: &Denied<'_>| json!({ "why": it.why, "flag": it.flag, "lines": it.lines });
        json!({
            "format": 1,
            "outcome": self.word(),
            "kind": observed.kind,
            "said": observed.said,
            "log": self.evidence.log,
            "log-dropped": self.evidence.log_dropped,
            "exchanges": self.evidence.exchanges,
            "facts": self.called.facts,
            "denied": self.denied().iter().map(denied).collect::<Vec<_>>(),
        })
    }
}

fn told(finding: &Finding) -> String {
    let (ink, word) = match finding.level {
        Level::Fail => (Ink::Red, "fail"),
        Level::Warn => (Ink::Yellow, "warn"),
        Level::Note => (Ink::Cyan, "note"),
    };
    let mut line =
        format!("  {}    {} {}\n", output::paint(ink, word, &io::stdout()), finding.subject, finding.message);
    if finding.expected.is_some() || finding.observed.is_some() {
        let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
        let _ = writeln!(line, "          expected {}; observed {}", side(&finding.expected), side(&finding.observed));
    }
    line
}

fn measured(measurement: &Measurement) -> String {
    let Measurement { name, sample, unit, .. } = measurement;
    let value = match sample {
        Sample::Number(number) => format!("{number} {unit}"),
        Sample::NoData
        | Sample::NotANumber
        | Sample::NotFinite
        | Sample::Ambiguous
        | Sample::WrongType
        | Sample::ProviderDown => json!(sample).as_str().unwrap_or_default().to_owned(),
    };
    format!("  measure {name} {value}\n")
}

fn asked(asked: &Asked) -> String {
    match asked {
        Asked::Http { method, url, .. } => format!("{method} {url}"),
        Asked::Net { operation, target, .. } => format!("{operation} {target}"),
    }
}

fn ended(ended: &Ended) -> String {
    match ended {
        Ended::Answered { status, body, timings, .. } => {
            let length = body.as_ref().map_or(0, |body| body.length);
            format!("{status}, {length} bytes, {}", span(std::time::Duration::from_micros(timings.total)))
        }
        Ended::Reached { address, .. } => format!("reached {address}"),
        Ended::Denied { why, .. } => format!("{}: {why}", output::paint(Ink::Red, "denied", &io::stdout())),
        Ended::Failed { part, why } => format!("{}: {why}", output::paint(Ink::Red, part, &io::stdout())),
    }
}

/// The pattern that means this path. A segment that can't stand in a pattern becomes a star.
fn pattern(path: &str) -> String {
    let segment = |segment: &'_ str| if segment.contains(['%', '*']) { "*".to_owned() } else { segment.to_owned() };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}
