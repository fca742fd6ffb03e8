//! Parts that stand in several places of the page: signs, statuses, tables of facts.

use maud::{Markup, PreEscaped, html};

use crate::story::headline::Tone;

/// A shape that tells the tone without colour. Hidden from screen readers: the word beside it says it.
pub(super) fn sign(tone: Tone) -> Markup {
    let shape = match tone {
        Tone::Good => "<circle cx='8' cy='8' r='7'/><path d='M4.5 8.2l2.4 2.4 4.6-5'/>",
        Tone::Look => "<path d='M8 1.5L15 14H1z'/><path d='M8 6v4M8 11.6v.8'/>",
        Tone::Bad => "<path d='M5 1h6l4 4v6l-4 4H5l-4-4V5z'/><path d='M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2'/>",
        Tone::Unclear => {
            "<rect x='1' y='1' width='14' height='14' rx='3.5'/><path d='M5.6 6a2.4 2.2 0 1 1 3.5 1.9Q8 8.5 8 9.4M8 12v.1'/>"
        }
        Tone::Idle => "<circle cx='8' cy='8' r='6.5' class='hollow'/><path d='M5 8h6' class='dark'/>",
    };
    html! {
        svg class=(format!("sign tone-{}", tone.name())) viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" {
            // The project's own shapes, no text from outside.
            (PreEscaped(shape))
        }
    }
}

/// A shape and a word.
pub(super) fn status(tone: Tone, word: &str) -> Markup {
    html! { span class=(format!("status tone-{}", tone.name())) { (sign(tone)) " " (word) } }
}

/// Facts with their names.
pub(super) fn facts<'a>(rows: impl IntoIterator<Item = (&'a str, &'a str)>) -> Markup {
    html! { dl.facts { @for (name, value) in rows { div { dt { (name) } dd { (value) } } } } }
}
