//! A call's log: as many lines as fit, the oldest dropped and counted, controls made visible.

use std::collections::VecDeque;
use std::fmt::Write as _;

use holdpoint_core::facts::LogLine;
use holdpoint_core::plan::limit::Bytes;

/// The most of one line that is kept, in bytes.
const LONGEST_LINE: usize = 4 << 10;

/// How many of the last lines stand beside a fault.
const LAST: usize = 10;

/// The log of one call.
#[derive(Debug)]
pub(crate) struct Log {
    lines: VecDeque<LogLine>,
    most: usize,
    kept: usize,
    dropped: u64,
}

impl Log {
    pub(crate) fn new(most: Bytes) -> Self {
        Self { lines: VecDeque::new(), most: usize::try_from(most.0).unwrap_or(usize::MAX), kept: 0, dropped: 0 }
    }

    /// Adds a line; a text of several is several.
    pub(crate) fn write(&mut self, after_micros: u64, severity: &str, text: &str) {
        for line in text.lines() {
            let message = visible(line);
            self.kept = self.kept.saturating_add(message.len());
            self.lines.push_back(LogLine { after_micros, severity: severity.to_owned(), message });
            while self.kept > self.most {
                let Some(oldest) = self.lines.pop_front() else { break };
                self.kept = self.kept.saturating_sub(oldest.message.len());
                self.dropped += 1;
            }
        }
    }

    /// The last lines, for a fault.
    pub(crate) fn last(&self) -> Vec<String> {
        let skipped = self.lines.len().saturating_sub(LAST);
        self.lines.iter().skip(skipped).map(|line| format!("{}: {}", line.severity, line.message)).collect()
    }

    /// The lines and how many were dropped.
    pub(crate) fn finish(self) -> (Vec<LogLine>, u64) {
        (self.lines.into(), self.dropped)
    }
}

/// Makes controls, escapes and marks that turn the direction of text visible, and cuts what is too long.
fn visible(line: &str) -> String {
    let mut shown = String::with_capacity(line.len().min(LONGEST_LINE));
    for (at, letter) in line.char_indices() {
        if at >= LONGEST_LINE {
            let _ = write!(shown, "… ({} bytes in all)", line.len());
            break;
        }
        let turning = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if (letter.is_control() && letter != '\t') || turning {
            shown.extend(letter.escape_unicode());
        } else {
            shown.push(letter);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_lines_go_first_and_are_counted() {
        let mut log = Log::new(Bytes(10));
        for line in ["one", "two", "three", "four"] {
            log.write(0, "info", line);
        }
        let (lines, dropped) = log.finish();
        let kept: Vec<&str> = lines.iter().map(|line| line.message.as_str()).collect();
        assert_eq!((kept, dropped), (vec!["three", "four"], 2));
    }

    #[test]
    fn escapes_and_turning_marks_are_made_visible() {
        let mut log = Log::new(Bytes::kib(1));
        log.write(0, "info", "a\u{1b}[31mred\u{202e}");
        assert_eq!(log.last(), ["info: a\\u{1b}[31mred\\u{202e}"]);
    }

    #[test]
    fn a_long_line_is_cut_and_says_so() {
        let mut log = Log::new(Bytes::kib(64));
        log.write(0, "info", &"x".repeat(1 << 20));
        let (lines, _) = log.finish();
        assert!(lines[0].message.len() < 5_000 && lines[0].message.ends_with("(1048576 bytes in all)"));
    }
}
