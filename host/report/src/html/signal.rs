//! Signals as pictures: each sample, each bound, what was missing, and the moment at which a rule fired.

use std::fmt::Write as _;

use maud::{Markup, html};

use crate::html::parts;
use crate::story::signal::{Point, Signal};
use crate::words;

/// The picture's measures, in its own units.
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 170.0;
const LEFT: f64 = 84.0;
const RIGHT: f64 = 40.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 26.0;

/// Renders one signal.
pub(super) fn picture(signal: &Signal) -> Markup {
    let scale = Scale::of(signal);
    let missing = signal.samples.iter().filter(|point| point.number.is_none()).count();
    html! {
        figure class=(format!("signal tone-{}", signal.tone().name())) {
            figcaption {
                (parts::status(signal.tone(), signal.word)) " " strong { (signal.name) }
                span.quiet { " · " (signal.samples.len()) " of " (signal.expected) " samples"
                    @if missing > 0 { ", " (missing) " without data" } }
            }
            @if let Some(scale) = &scale { (drawn(signal, scale)) }
            ul.rules {
                @for rule in &signal.rules {
                    li { (rule.words) " " span.quiet { "(" (rule.kind()) ")" }
                        @if let Some(fired) = &rule.fired {
                            ": " strong.status { "fired at " (words::clock(fired.at_ms)) } ", " (fired.found)
                        } @else if let Some(latest) = &rule.latest { span.quiet { ": " (latest) } }
                    }
                }
            }
        }
    }
}

fn drawn(signal: &Signal, scale: &Scale) -> Markup {
    let told = format!("{} over time, {} samples; its rules are told below", signal.name, signal.samples.len());
    html! {
        div.scroll {
            svg.chart.trace viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(told) {
                (axes(scale))
                @for rule in &signal.rules {
                    @if let Some(fired) = &rule.fired {
                        rect.breach x=(scale.across(fired.since_ms)) y=(TOP)
                            width=(px(scale.x(fired.at_ms) - scale.x(fired.since_ms)).max("1".to_owned()))
                            height=(px(HEIGHT - TOP - BOTTOM)) {}
                    }
                }
                @for rule in &signal.rules {
                    @if let Some(bound) = rule.bound {
                        line.bound x1=(px(LEFT)) x2=(px(WIDTH - RIGHT)) y1=(px(scale.y(bound))) y2=(px(scale.y(bound))) {
                            title { (rule.words) }
                        }
                    }
                }
                @for stretch in stretches(&signal.samples) { path.line d=(path(stretch, scale)) {} }
                @for point in signal.samples.iter().filter(|point| point.number.is_none()) {
                    path.gap d=(cross(scale.x(point.at_ms), HEIGHT - BOTTOM - 6.0)) {
                        title { (words::clock(point.at_ms)) ": " (point.class) }
                    }
                }
                @for rule in &signal.rules {
                    @if let Some(fired) = &rule.fired {
                        line.fired x1=(scale.across(fired.at_ms)) x2=(scale.across(fired.at_ms)) y1=(px(TOP))
                            y2=(px(HEIGHT - BOTTOM)) { title { "fired: " (rule.words) } }
                    }
                }
            }
        }
    }
}

fn axes(scale: &Scale) -> Markup {
    html! {
        @for part in 0..=2_u32 {
            @let value = scale.low + (scale.high - scale.low) * f64::from(part) / 2.0;
            line.grid x1=(px(LEFT)) x2=(px(WIDTH - RIGHT)) y1=(px(scale.y(value))) y2=(px(scale.y(value))) {}
            text.tick x=(px(LEFT - 8.0)) y=(px(scale.y(value) + 4.0)) text-anchor="end" { (number(value)) }
        }
        @for part in 0..=4_u64 {
            @let at = scale.from + (scale.until - scale.from) * part / 4;
            text.tick x=(scale.across(at)) y=(px(HEIGHT - 8.0)) text-anchor="middle" { (words::clock(at)) }
        }
    }
}

/// What lies where: from milliseconds and values to the picture's units.
struct Scale {
    from: u64,
    until: u64,
    low: f64,
    high: f64,
}

impl Scale {
    /// A scale that holds every number and every bound; `None` where there is no number to draw.
    fn of(signal: &Signal) -> Option<Self> {
        let numbers = signal.samples.iter().filter_map(|point| point.number);
        numbers.clone().next()?;
        let all = || numbers.clone().chain(signal.rules.iter().filter_map(|rule| rule.bound));
        let (mut low, high) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
        // What is never negative is drawn from zero on, so that a small change does not look like a large one.
        if low >= 0.0 {
            low = 0.0;
        }
        let room = (high - low) * 0.06;
        let high = if high > low { high + room } else { low + 1.0 };
        Some(Self { from: signal.from_ms, until: signal.until_ms.max(signal.from_ms + 1), low, high })
    }

    fn x(&self, at: u64) -> f64 {
        let (at, whole) = (at.clamp(self.from, self.until) - self.from, self.until - self.from);
        #[expect(clippy::cast_precision_loss, reason = "a picture needs three digits")]
        let share = at as f64 / whole as f64;
        LEFT + (WIDTH - LEFT - RIGHT) * share
    }

    fn across(&self, at: u64) -> String {
        px(self.x(at))
    }

    fn y(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share
    }
}

/// The samples in stretches without a gap.
fn stretches(samples: &[Point]) -> impl Iterator<Item = &[Point]> {
    samples.split(|point| point.number.is_none()).filter(|stretch| !stretch.is_empty())
}

fn path(stretch: &[Point], scale: &Scale) -> String {
    let mut path = String::new();
    for (point, letter) in stretch.iter().zip(std::iter::once('M').chain(std::iter::repeat('L'))) {
        let value = point.number.unwrap_or_default();
        // Writing to a text can't fail.
        let _ = write!(path, "{letter}{} {}", px(scale.x(point.at_ms)), px(scale.y(value)));
    }
    if stretch.len() == 1 {
        path.push_str("h1");
    }
    path
}

fn cross(x: f64, y: f64) -> String {
    format!("M{} {}l6 6m0 -6l-6 6", px(x - 3.0), px(y - 3.0))
}

fn px(value: f64) -> String {
    format!("{value:.1}")
}

fn number(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-3..1e6).contains(&magnitude) {
        return format!("{value:.1e}");
    }
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
