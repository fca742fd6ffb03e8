//! Signals on a terminal: one line each, and a sparkline while they are sampled.

use holdpoint_core::response::{Asked, Cause};
use holdpoint_core::run::window::WindowRun;
use holdpoint_core::run::window::signal::SignalRun;
use holdpoint_core::time::{Elapsed, Span};

use crate::command::show::mark;

/// How many of the latest samples a sparkline shows.
const SHOWN: usize = 24;

const STEPS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One signal on one line: its mark, name, outcome and account.
pub(crate) fn line(run: &SignalRun) -> String {
    let name = run.name().as_str();
    match run.asked() {
        Some(asked) => asking(&asked),
        None => format!("… {name:<24} {} of {} samples", run.taken().len(), run.expected()),
    }
}

/// What a signal asks for, on one line.
pub(crate) fn asking(asked: &Asked) -> String {
    let Cause { check, word, account, .. } = &asked.cause;
    format!("{} {:<24} {word:<13} {account}", mark(word), check.as_str())
}

/// A window that is under way: how much time is left, and the latest of each signal.
pub(crate) fn live(window: &WindowRun, now: Elapsed) -> Option<String> {
    let left = window.ends().filter(|_| !window.is_over())?.since(now);
    // Whole seconds: nobody reads more, and the line stays still.
    let left = Span::from_secs(left.as_millis() / 1_000);
    let signals = window.signals().iter().take(3).map(|run| {
        let latest = run.numbers().last().map_or_else(|| "no data".to_owned(), |number| short(*number));
        format!("{} {} {latest}", run.name(), sparkline(run))
    });
    let more = window.signals().len().saturating_sub(3);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    Some(format!("{left} left  {}{more}", signals.collect::<Vec<_>>().join("  ")))
}

/// The latest samples, each as a bar between the least and the greatest of them; a blank where there was no data.
fn sparkline(run: &SignalRun) -> String {
    let latest = run.taken().iter().rev().take(SHOWN).rev();
    let numbers = latest.clone().filter_map(holdpoint_core::run::window::signal::Taken::number);
    let (low, high) = numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), it| (low.min(it), high.max(it)));
    let height = |number: f64| {
        let share = if high > low { (number - low) / (high - low) } else { 0.0 };
        let step = STEPS.iter().zip(1_u8..).find(|(_, step)| share <= f64::from(*step) / 8.0);
        step.map_or('█', |(glyph, _)| *glyph)
    };
    latest.map(|taken| taken.number().map_or(' ', height)).collect()
}

fn short(number: f64) -> String {
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
