//! The facts: release, run, plan and plugins.

use maud::{Markup, html};

use crate::html::parts;
use crate::story::subject::Subject;

/// Renders the facts of a run.
pub(super) fn section(subject: &Subject) -> Markup {
    html! {
        section aria-labelledby="facts" {
            h2 #facts { "Release and run" }
            div.columns {
                div { h3 { "Release" } (parts::facts(subject.facts())) }
                div { h3 { "Run" } (parts::facts(subject.run_facts())) }
            }
            @if !subject.plugins.is_empty() {
                h3 { "Plugins" }
                div.scroll { table.compact {
                    thead { tr { th scope="col" { "Name" } th scope="col" { "Plugin" } th scope="col" { "Kind" }
                        th scope="col" { "Bundle" } th scope="col" { "Digest" } } }
                    tbody { @for plugin in &subject.plugins { tr {
                        th scope="row" { (plugin.name) } td { (plugin.title) } td { (plugin.kind) }
                        td { code { (plugin.bundle) } } td.digest { code { (plugin.digest) } }
                    } } }
                } }
            }
        }
    }
}
