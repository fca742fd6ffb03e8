//! The stages: each share of the traffic, how the shift to it went, and what was judged at it.

use maud::{Markup, html};

use crate::html::parts;
use crate::html::rollback::deeds;
use crate::story::headline::Tone;
use crate::story::rollout::{Rollout, Stage};
use crate::words;

/// Renders the stages.
pub(super) fn section(rollout: &Rollout) -> Markup {
    html! {
        section aria-labelledby="rollout" {
            h2 #rollout { "Stages" }
            div.scroll { table {
                thead { tr { th scope="col" { "Share" } th scope="col" { "At" } th scope="col" { "Shift" }
                    th scope="col" { "In words" } th scope="col" { "Took" } th scope="col" { "Judged at it" } } }
                tbody { @for stage in &rollout.stages { (row(stage)) } }
            } }
            @if !rollout.deeds.is_empty() { (deeds(&rollout.deeds)) }
        }
    }
}

fn row(stage: &Stage) -> Markup {
    let phases = stage.phases.join(", ");
    html! { tr {
        td.number { (stage.percent) " %" }
        @if let Some(shift) = &stage.shift {
            td.number { (words::clock(shift.began_ms)) }
            td { (parts::status(shift.tone(), shift.word)) }
            td { (shift.account) @if let Some(leave) = &shift.leave { "; let go on by " (leave) } }
            td.number { @if let Some(ended) = shift.ended_ms {
                (words::micros(ended.saturating_sub(shift.began_ms).saturating_mul(1_000))) } }
        } @else {
            td {} td { (parts::status(Tone::Idle, "not reached")) } td {} td {}
        }
        td { (phases) }
    } }
}
