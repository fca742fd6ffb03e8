//! The HTML report: one page that needs nothing else, for someone who wasn't there.
//!
//! No script, no resource from outside: the page says so itself, in its content security policy. A status is a word
//! and a shape; colour only repeats it.

mod attempt;
mod chart;
mod check;
mod parts;
mod rollback;
mod rollout;
mod signal;
mod subject;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::story::Story;
use crate::story::chain::{Bearing, Chain, Decision};
use crate::story::phase::Phase;
use crate::words;

const STYLE: &str = include_str!("html/style.css");
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// Renders a story as one HTML page.
#[must_use]
pub fn html(story: &Story) -> String {
    let title = &story.headline.sentence;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (title) " – Holdpoint" }
                // The project's own text; it holds no `<`.
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    (verdict(story))
                    (chart::chart(story))
                    @for phase in &story.phases { (phase_section(phase)) }
                    @if let Some(rollout) = &story.rollout { (rollout::section(rollout)) }
                    @if let Some(rollback) = &story.rollback { (rollback::section(rollback)) }
                    @if let Some(subject) = &story.subject { (subject::section(subject)) }
                    (timeline(story))
                }
                (footer(story))
            }
        }
    };
    page.into_string()
}

fn verdict(story: &Story) -> Markup {
    let headline = &story.headline;
    html! {
        header class=(format!("verdict tone-{}", headline.tone.name())) {
            p.word { (parts::sign(headline.tone)) " " (headline.word)
                @if let Some(code) = headline.exit_code { span.quiet { " · exit code " (code) } } }
            h1 { (headline.sentence) }
            @if let Some(hint) = &story.hint { p.hint { strong { (words::sentence(&hint.words)) } } }
            @if let Some(path) = &story.path { p { (words::sentence(&path.words())) } }
            @if let Some(subject) = &story.subject {
                p.quiet { "Run " code { (subject.run) } ", started " (subject.started) ", took " (subject.took)
                    @if subject.dry_run { ", " strong { "dry run" } }
                    @if subject.rehearsal { ", " strong { "REHEARSAL" } } "." }
            }
        }
        @if let Some(reasons) = &story.reasons {
            section aria-labelledby="why" {
                h2 #why { "Why" }
                ul.chain { (link(reasons)) }
                @if story.decisions.len() > 1 { (decisions(&story.decisions)) }
            }
        }
    }
}

fn link(chain: &Chain) -> Markup {
    html! {
        li.beside[chain.bearing == Bearing::Beside] {
            span { (chain.words) }
            @if !chain.because.is_empty() { ul { @for below in &chain.because { (link(below)) } } }
        }
    }
}

fn decisions(decisions: &[Decision]) -> Markup {
    html! {
        details {
            summary { (words::count(decisions.len(), "decision")) " on the way, the last one stands" }
            @for decision in decisions {
                h3 { (decision.clock) " " (decision.decided) }
                ul.chain { (link(&decision.reason)) }
            }
        }
    }
}

fn phase_section(phase: &Phase) -> Markup {
    html! {
        section {
            h2 { "Phase " (phase.name) }
            p.gate { "Gate: " (parts::status(phase.tone(), &phase.gate_words()))
                @if !phase.armed { span.quiet { " · observe-only" } } }
            @for signal in &phase.signals { (signal::picture(signal)) }
            @if let Some(promise) = &phase.false_alarms { p.quiet { (promise) } }
            @if let Some(watched) = &phase.watched_on {
                p { (watched.words()) }
                @for signal in &watched.signals { (signal::picture(signal)) }
            }
            @for check in phase.checks.iter().filter(|check| !phase.watches(&check.name)) { (check::card(check)) }
        }
    }
}

fn timeline(story: &Story) -> Markup {
    html! {
        @if !story.timeline.is_empty() {
            section aria-labelledby="timeline" {
                h2 #timeline { "Timeline" }
                div.scroll { table {
                    thead { tr { th scope="col" { "At" } th scope="col" { "What happened" } } }
                    tbody { @for it in &story.timeline {
                        tr { td.number title=(it.moment) { (it.clock) } td { (it.what) } }
                    } }
                } }
            }
        }
        @if !story.complaints.is_empty() {
            section { h2 { "Entries that made no sense" } ul { @for it in &story.complaints { li { (it) } } } }
        }
    }
}

fn footer(story: &Story) -> Markup {
    html! {
        footer {
            p { "Told by Holdpoint from the journal of this run"
                @if let Some(subject) = &story.subject { " (host " (subject.host) ")" }
                ". What plugins said is quoted, what the host saw is its own. Evidence is named by its digest." }
        }
    }
}
