//! The chart: every attempt of every check by phase, drawn to the run's clock.

use maud::{Markup, html};

use crate::story::Story;
use crate::story::check::Check;
use crate::story::headline::Tone;
use crate::story::signal::Signal;
use crate::words;

/// The chart's measures, in its own units.
const WIDTH: u64 = 960;
const LEFT: u64 = 210;
const RIGHT: u64 = 120;
const ROW: u64 = 24;

/// One line of the chart.
enum Line<'a> {
    Group(String),
    Check(&'a Check),
    Signal(&'a Signal),
    Deeds(&'a crate::story::rollback::Rollback),
}

/// Renders the chart; nothing when nothing was called.
pub(super) fn chart(story: &Story) -> Markup {
    let lines = lines(story);
    let took = story.subject.as_ref().map_or(0, |subject| subject.took_ms).max(1);
    if lines.is_empty() {
        return html! {};
    }
    let height = u64::try_from(lines.len()).unwrap_or(0) * ROW + 34;
    html! {
        section aria-labelledby="chart" {
            h2 #chart { "Checks over time" }
            div.scroll {
                svg.chart viewBox=(format!("0 0 {WIDTH} {height}")) role="img"
                    aria-label="Each call of each check as a bar on the run's clock; the same is told in words below" {
                    (axis(took, height))
                    @for (line, top) in lines.iter().zip((0..).map(|row: u64| row * ROW)) { (draw(line, top, took)) }
                }
            }
        }
    }
}

fn lines(story: &Story) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    for phase in &story.phases {
        lines.push(Line::Group(format!("{} – {}", phase.name, gate(phase))));
        lines.extend(phase.checks.iter().filter(|check| !phase.watches(&check.name)).map(Line::Check));
        lines.extend(phase.signals.iter().map(Line::Signal));
        if let Some(watched) = &phase.watched_on {
            lines.push(Line::Group(format!("{} – after the gate", phase.name)));
            lines.extend(watched.signals.iter().map(Line::Signal));
        }
    }
    if let Some(rollback) = &story.rollback {
        lines.push(Line::Group("rollback".to_owned()));
        lines.push(Line::Deeds(rollback));
        lines.extend(rollback.recovery.iter().map(Line::Check));
    }
    lines
}

fn gate(phase: &crate::story::phase::Phase) -> &str {
    match (&phase.gate, phase.began_ms) {
        (Some(gate), _) => gate.does,
        (None, Some(_)) => "not closed",
        (None, None) => "not reached",
    }
}

fn axis(took: u64, height: u64) -> Markup {
    let bottom = height - 24;
    html! {
        @for part in 0..=4_u64 {
            @let x = place(took * part / 4, took);
            line.grid x1=(x) y1="0" x2=(x) y2=(bottom) {}
            text.tick x=(x) y=(height - 8) text-anchor="middle" { (words::micros(took * part / 4 * 1_000)) }
        }
    }
}

fn draw(line: &Line<'_>, top: u64, took: u64) -> Markup {
    let base = top + 16;
    match line {
        Line::Group(name) => html! { text.group x="0" y=(base) { (short(name, 60)) } },
        Line::Check(check) => html! {
            text x="12" y=(base) { (short(&check.name, 26)) }
            @for attempt in &check.attempts {
                (bar((attempt.began_ms, attempt.ended_ms.unwrap_or(took)), (attempt.tone(), attempt.word), top, took))
            }
            text.word x=(WIDTH - RIGHT + 12) y=(base) { (check.tone().sign()) " " (check.word) }
        },
        Line::Signal(signal) => html! {
            text x="12" y=(base) { (short(&signal.name, 26)) }
            @if !signal.samples.is_empty() {
                (bar((signal.from_ms, signal.until_ms), (signal.tone(), signal.word), top, took))
            }
            @for fired in signal.rules.iter().filter_map(|rule| rule.fired.as_ref()) {
                line.fired x1=(place(fired.at_ms, took)) x2=(place(fired.at_ms, took)) y1=(top + 2) y2=(top + 22) {
                    title { "fired at " (words::clock(fired.at_ms)) ": " (fired.found) }
                }
            }
            text.word x=(WIDTH - RIGHT + 12) y=(base) { (signal.tone().sign()) " " (signal.word) }
        },
        Line::Deeds(rollback) => html! {
            text x="12" y=(base) { "plugin" }
            @for done in &rollback.deeds {
                (bar((done.began_ms, done.ended_ms.unwrap_or(took)), (done.tone(), done.word), top, took))
            }
            text.word x=(WIDTH - RIGHT + 12) y=(base) { (words::count(rollback.deeds.len(), "call")) }
        },
    }
}

fn bar((began, ended): (u64, u64), (tone, word): (Tone, &str), top: u64, took: u64) -> Markup {
    let from = place(began, took);
    let width = place(ended, took).saturating_sub(from).max(3);
    html! {
        rect class=(format!("bar tone-{}", tone.name())) x=(from) y=(top + 5) width=(width) height="14" rx="2" {
            title { (word) ", " (words::clock(began)) " to " (words::clock(ended)) }
        }
    }
}

/// Where a moment of the run lies on the chart.
fn place(at: u64, took: u64) -> u64 {
    LEFT + (WIDTH - LEFT - RIGHT).saturating_mul(at.min(took)) / took
}

fn short(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    name.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}
