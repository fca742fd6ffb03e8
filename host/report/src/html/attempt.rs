//! An attempt: what the plugin said, what the host saw, and the evidence to open.

use maud::{Markup, html};

use crate::html::parts;
use crate::story::check::said::labels;
use crate::story::check::{Attempt, Fault, Measured, Said};
use crate::story::evidence::{Request, Seen};
use crate::words;

/// Renders one attempt of so many.
pub(super) fn section(attempt: &Attempt, of: usize) -> Markup {
    html! {
        div.attempt {
            @if of > 1 || !attempt.counts {
                p { strong { "Attempt " (attempt.number) } " " (parts::status(attempt.tone(), attempt.word))
                    @if !attempt.counts { span.quiet { " · counts for nothing" } }
                    @if !attempt.summary.is_empty() { ": " (attempt.summary) } }
            }
            @if let Some(said) = &attempt.said { (told(said)) }
            @if let Some(fault) = &attempt.fault { (trouble(fault)) }
            @if let Some(facts) = &attempt.facts { (figures(facts)) }
            @if let Some(seen) = &attempt.evidence { (evidence(seen, attempt.call)) }
        }
    }
}

fn told(said: &Said) -> Markup {
    html! {
        @if !said.findings.is_empty() {
            ul.findings { @for finding in &said.findings {
                li class=(format!("level-{}", finding.level)) {
                    p { strong { (finding.level) } " · " code { (finding.subject) } ": " (finding.message) }
                    @if finding.expected.is_some() || finding.observed.is_some() { dl.compare {
                        @if let Some(expected) = &finding.expected { div { dt { "expected" } dd { code { (expected) } } } }
                        @if let Some(observed) = &finding.observed { div { dt { "observed" } dd { code { (observed) } } } }
                    } }
                    @if !finding.labels.is_empty() { p.quiet { (labels(&finding.labels)) } }
                }
            } }
        }
        @if !said.measurements.is_empty() {
            div.scroll { table.compact {
                thead { tr { th scope="col" { "Measured" } th scope="col" { "Value" } th scope="col" { "Labels" } } }
                tbody { @for measured in &said.measurements { tr {
                    th scope="row" { (measured.name) }
                    td.number { (measured.words()) }
                    td { (labels(&measured.labels)) @if let Some(at) = &measured.taken_at { " " span.quiet { "at " (at) } } }
                } } }
            } }
        }
        @if !said.labels.is_empty() { p.quiet { (labels(&said.labels)) } }
    }
}

/// What went wrong, with the frames of a crash.
pub(super) fn trouble(fault: &Fault) -> Markup {
    html! {
        p { strong { "Fault: " (fault.kind) } " – " (fault.message) }
        @if !fault.frames.is_empty() {
            p.quiet { "Where it crashed, innermost first:" }
            ol.frames { @for frame in &fault.frames { li { code { (frame) } } } }
        }
        @if !fault.last_log.is_empty() {
            p.quiet { "The last it logged:" }
            pre { @for line in &fault.last_log { (line) "\n" } }
        }
    }
}

fn figures(facts: &Measured) -> Markup {
    html! { ul.figures { @for (name, value) in facts.rows() { li { span { (name) } " " b { (value) } } } } }
}

/// The evidence of one call, closed until somebody wants to see it. Denials are told openly.
pub(super) fn evidence(seen: &Seen, call: u64) -> Markup {
    let denied: Vec<&Request> = seen.requests.iter().filter(|request| request.is_denied()).collect();
    html! {
        @for request in denied {
            div.denial {
                p { strong { "Denied: " } code { (request.method) " " (request.target) } " – "
                    (request.why.as_deref().unwrap_or_default()) }
                @if let Some(cure) = &request.cure { p { "These lines of the plan would allow it:" } pre { (cure) } }
            }
        }
        details.evidence {
            summary { "Evidence of call #" (call) ": " (words::count(seen.requests.len(), "request")) ", "
                (words::count(seen.log.len(), "log line")) @if !seen.kept { ", missing" } }
            p.digest { code { (seen.digest) } }
            @if !seen.kept { p { "It was not there when this was written: what it held is not known." } }
            @if !seen.requests.is_empty() { (requests(seen)) }
            @if !seen.log.is_empty() { (log(seen)) }
        }
    }
}

fn requests(seen: &Seen) -> Markup {
    html! {
        div.scroll { table.compact {
            thead { tr { th scope="col" { "After" } th scope="col" { "Request" } th scope="col" { "Ended" }
                th scope="col" { "Took" } th scope="col" { "Parts" } } }
            tbody { @for request in &seen.requests { tr {
                td.number { (words::micros(request.after_micros)) }
                td { code { (request.method) " " (request.target) }
                    @if let Some(endpoint) = &request.endpoint { br; span.quiet { "endpoint " (endpoint) } }
                    @if let Some(address) = &request.address { span.quiet { " · " (address) } }
                    @if let Some(protocol) = &request.protocol { span.quiet { " · " (protocol) } } }
                td { (request.words())
                    @if let Some(bytes) = request.received_bytes { br; span.quiet { (words::bytes(bytes)) } } }
                td.number { @if let Some(parts) = &request.timings { (words::micros(parts.total)) } }
                td.quiet { @if let Some(parts) = &request.timings { (parts.words()) } }
            } } }
        } }
        @if seen.requests_left_out > 0 { p.quiet { "and " (seen.requests_left_out) " more" } }
    }
}

fn log(seen: &Seen) -> Markup {
    html! {
        p.quiet { "Log" @if seen.log_left_out > 0 { ", without the first or dropped " (seen.log_left_out) " lines" } }
        pre { @for line in &seen.log {
            (words::micros(line.after_micros)) "  " (line.severity) "  " (line.message) "\n"
        } }
    }
}
