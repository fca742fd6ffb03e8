//! Words: lengths of time, sizes and sentences as people read them.

use holdpoint_core::plan::window::Window;
use holdpoint_core::time::Span;

/// Says what the rules of a window promise together; nothing where none promises anything.
pub(crate) fn false_alarms(window: &Window) -> Option<String> {
    let chance = Some(window.false_alarms()).filter(|chance| *chance > 0.0)?;
    let percent = (chance * 1e6).round() / 1e4;
    Some(format!("Where nothing is wrong, all rules together raise a false alarm in at most {percent} % of windows."))
}

/// Writes a length of time with about three digits: `340 ms`, `1.25 s`, `3 min 20 s`, `2 h 5 min`.
pub(crate) fn span(span: Span) -> String {
    micros(span.as_millis().saturating_mul(1_000))
}

/// Writes milliseconds that were measured: what is shorter than one took time as well.
pub(crate) fn millis(millis: u64) -> String {
    if millis == 0 { "under 1 ms".to_owned() } else { micros(millis.saturating_mul(1_000)) }
}

/// Writes microseconds with about three digits.
pub(crate) fn micros(micros: u64) -> String {
    match micros {
        0 => "0 s".to_owned(),
        1..1_000 => format!("{micros} µs"),
        1_000..10_000 => format!("{}.{:02} ms", micros / 1_000, micros % 1_000 / 10),
        10_000..1_000_000 => format!("{} ms", micros / 1_000),
        1_000_000..60_000_000 => format!("{}.{:02} s", micros / 1_000_000, micros % 1_000_000 / 10_000),
        60_000_000..3_600_000_000 => format!("{} min {} s", micros / 60_000_000, micros % 60_000_000 / 1_000_000),
        _ => format!("{} h {} min", micros / 3_600_000_000, micros % 3_600_000_000 / 60_000_000),
    }
}

/// Writes a place on a run's clock: `+0:00.000` as minutes, seconds and milliseconds after the start.
pub(crate) fn clock(millis: u64) -> String {
    format!("+{}:{:02}.{:03}", millis / 60_000, millis % 60_000 / 1_000, millis % 1_000)
}

/// Writes a size: `17 B`, `2.5 KiB`, `31.0 MiB`.
pub(crate) fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{}.{} KiB", bytes / 1_024, bytes % 1_024 * 10 / 1_024),
        _ => format!("{}.{} MiB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}

/// Writes a count with its noun: `1 request`, `3 requests`.
pub(crate) fn count(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Makes a sentence of words: a capital letter, and a stop.
pub(crate) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_keeps_about_three_digits() {
        let shown: Vec<String> = [7, 1_250, 340_000, 1_250_000, 200_000_000, 7_500_000_000].map(micros).into();

        assert_eq!(shown, ["7 µs", "1.25 ms", "340 ms", "1.25 s", "3 min 20 s", "2 h 5 min"]);
    }

    #[test]
    fn what_took_less_than_can_be_told_still_took_time() {
        assert_eq!([0, 2].map(millis), ["under 1 ms", "2.00 ms"]);
    }

    #[test]
    fn a_size_is_written_in_binary_units() {
        assert_eq!([17, 2_560, 32_505_856].map(bytes), ["17 B", "2.5 KiB", "31.0 MiB"]);
    }
}
