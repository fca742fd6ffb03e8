//! The rollback: what was planned, asked and answered, and whether the previous version is verified.

use maud::{Markup, html};

use crate::html::{attempt, check, parts};
use crate::story::rollback::{Done, Plan, Rollback};
use crate::words;

/// Renders the rollback.
pub(super) fn section(rollback: &Rollback) -> Markup {
    html! {
        section aria-labelledby="rollback" {
            h2 #rollback { "Rollback" }
            p.summary { (rollback.account) }
            @if let Some(plan) = &rollback.plan { (planned(plan)) }
            @if !rollback.deeds.is_empty() { (deeds(&rollback.deeds)) }
            @if !rollback.recovery.is_empty() {
                h3 { "Recovery checks" }
                @for one in &rollback.recovery { (check::card(one)) }
            }
        }
    }
}

fn planned(plan: &Plan) -> Markup {
    html! {
        p { strong { "Planned: " } (plan.summary) }
        ol { @for step in &plan.steps { li { code { (step.id) } " – " (step.summary) } } }
    }
}

/// Renders what a plugin was asked and answered.
pub(super) fn deeds(deeds: &[Done]) -> Markup {
    html! {
        div.scroll { table {
            thead { tr { th scope="col" { "At" } th scope="col" { "Asked" } th scope="col" { "Answered" }
                th scope="col" { "In words" } th scope="col" { "Took" } } }
            tbody { @for done in deeds { tr {
                td.number { (words::clock(done.began_ms)) }
                td { code { (done.asked()) } }
                td { (parts::status(done.tone(), done.word)) }
                td { (done.summary) }
                td.number { @if let Some(ended) = done.ended_ms {
                    (words::micros(ended.saturating_sub(done.began_ms).saturating_mul(1_000))) } }
            } } }
        } }
        @for done in deeds {
            @if let Some(fault) = &done.fault { (attempt::trouble(fault)) }
            @if let Some(seen) = &done.evidence { (attempt::evidence(seen, done.call)) }
        }
    }
}
