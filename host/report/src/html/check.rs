//! A check as a card: its outcome first, then every attempt.

use maud::{Markup, html};

use crate::html::{attempt, parts};
use crate::story::check::Check;
use crate::words;

/// Renders one check.
pub(super) fn card(check: &Check) -> Markup {
    html! {
        article class=(format!("check tone-{}", check.tone().name())) {
            h3 { (parts::status(check.tone(), check.word)) " " (check.name) }
            p.quiet.meta {
                (check.kind()) " · plugin " (check.plugin)
                " · " (words::count(check.attempts.len(), "attempt"))
                @if let Some(asks) = check.asks { " · asks for " strong { (asks) } }
            }
            @if !check.summary.is_empty() { p.summary { (check.summary) } }
            @if let Some(suspected) = check.suspected { p.quiet { "The plugin suspects: " (suspected) } }
            @if let Some(before) = &check.before_waiver {
                p { "Before the waiver: " strong { (before.word) } ": " (before.summary) }
            }
            @for one in &check.attempts { (attempt::section(one, check.attempts.len())) }
        }
    }
}
