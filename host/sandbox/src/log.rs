//! A call's log: as many lines as fit, the oldest dropped and counted, controls made visible.

use std::collections::VecDeque;

use holdpoint_core::facts::LogLine;
use holdpoint_core::plan::limit::Bytes;
use holdpoint_core::text;

/// The most of one line that is kept.
const LONGEST_LINE: usize = 4 << 10;

/// What a line costs beside its text, in bytes: so that empty lines can't fill the memory either.
const COST_OF_A_LINE: usize = 32;

/// How many of the last lines stand beside a fault.
const LAST: usize = 10;

/// The log of one call.
#[derive(Debug)]
pub(crate) struct Log {
    lines: VecDeque<LogLine>,
    most: usize,
    kept: usize,
    dropped: u64,
    /// What standard output and error hold that no line end has come for.
    unfinished: [Vec<u8>; 2],
}

/// Where ordinary libraries write to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// Standard output.
    Standard,
    /// Standard error.
    Error,
}

impl Output {
    const ALL: [Self; 2] = [Self::Standard, Self::Error];

    const fn severity(self) -> &'static str {
        match self {
            Self::Standard => "stdout",
            Self::Error => "stderr",
        }
    }
}

impl Log {
    pub(crate) fn new(most: Bytes) -> Self {
        let most = usize::try_from(most.0).unwrap_or(usize::MAX);
        Self { lines: VecDeque::new(), most, kept: 0, dropped: 0, unfinished: [Vec::new(), Vec::new()] }
    }

    /// Adds a line; a text of several is several.
    pub(crate) fn write(&mut self, after_micros: u64, severity: &str, text: &str) {
        for line in text.lines() {
            self.add(after_micros, severity, line);
        }
    }

    /// Takes a piece of what a library writes. It becomes lines at the line ends, and where a line gets too long.
    pub(crate) fn pour(&mut self, after_micros: u64, output: Output, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            for piece in piece.chunks(LONGEST_LINE) {
                let unfinished = &mut self.unfinished[output as usize];
                unfinished.extend_from_slice(piece);
                if piece.ends_with(b"\n") || unfinished.len() >= LONGEST_LINE {
                    self.close(after_micros, output);
                }
            }
        }
    }

    /// Makes a line of what a library has written last without ending it.
    fn close(&mut self, after_micros: u64, output: Output) {
        let line = std::mem::take(&mut self.unfinished[output as usize]);
        let line = String::from_utf8_lossy(&line);
        let line = line.strip_suffix('\n').unwrap_or(&line);
        self.add(after_micros, output.severity(), line.strip_suffix('\r').unwrap_or(line));
    }

    /// Ends all lines: nothing more will come.
    pub(crate) fn end(&mut self, after_micros: u64) {
        for output in Output::ALL {
            if !self.unfinished[output as usize].is_empty() {
                self.close(after_micros, output);
            }
        }
    }

    fn add(&mut self, after_micros: u64, severity: &str, line: &str) {
        let message = visible(line);
        self.kept = self.kept.saturating_add(cost(&message));
        self.lines.push_back(LogLine { after_micros, severity: severity.to_owned(), message });
        while self.kept > self.most {
            let Some(oldest) = self.lines.pop_front() else { break };
            self.kept = self.kept.saturating_sub(cost(&oldest.message));
            self.dropped += 1;
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

const fn cost(message: &str) -> usize {
    message.len().saturating_add(COST_OF_A_LINE)
}

/// Cuts what is too long before anything is done with it, and makes the rest visible.
fn visible(line: &str) -> String {
    let most = line.floor_char_boundary(LONGEST_LINE);
    match line.get(..most) {
        Some(kept) if most < line.len() => format!("{}… [cut: {} bytes in all]", text::visible(kept), line.len()),
        Some(_) | None => text::visible(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(log: Log) -> Vec<String> {
        log.finish().0.into_iter().map(|line| line.message).collect()
    }

    #[test]
    fn the_oldest_lines_go_first_and_are_counted() {
        let mut log = Log::new(Bytes(9 + 2 * COST_OF_A_LINE as u64));
        for line in ["one", "two", "three", "four"] {
            log.write(0, "info", line);
        }
        let (lines, dropped) = log.finish();
        let kept: Vec<&str> = lines.iter().map(|line| line.message.as_str()).collect();
        assert_eq!((kept, dropped), (vec!["three", "four"], 2));
    }

    #[test]
    fn empty_lines_count_too() {
        let mut log = Log::new(Bytes::kib(1));

        log.write(0, "info", &"\n".repeat(100_000));

        let (lines, dropped) = log.finish();
        assert_eq!(lines.len(), 1024 / COST_OF_A_LINE);
        assert_eq!(lines.len() as u64 + dropped, 100_000);
    }

    #[test]
    fn escapes_and_turning_marks_are_made_visible() {
        let mut log = Log::new(Bytes::kib(1));
        log.write(0, "info", "a\u{1b}[31mred\u{202e}\u{61c}");
        assert_eq!(log.last(), ["info: a\\u{1b}[31mred\\u{202e}\\u{61c}"]);
    }

    #[test]
    fn a_long_line_is_cut_and_says_so() {
        let mut log = Log::new(Bytes::kib(64));
        log.write(0, "info", &"ü".repeat(1 << 20));
        let kept = messages(log);
        assert!(kept[0].len() < 5_000 && kept[0].ends_with("… [cut: 2097152 bytes in all]"));
    }

    #[test]
    fn what_a_library_writes_in_pieces_is_one_line() {
        let mut log = Log::new(Bytes::kib(1));
        for piece in [b"h\xc3".as_slice(), b"\xa9llo", b", ", b"you\r\nnext", b" one"] {
            log.pour(0, Output::Standard, piece);
        }
        log.end(0);
        assert_eq!(messages(log), ["héllo, you", "next one"]);
    }

    #[test]
    fn an_endless_line_never_fills_the_memory() {
        let mut log = Log::new(Bytes::kib(64));
        for _ in 0..100 {
            log.pour(0, Output::Error, &vec![b'x'; 1 << 20]);
        }
        assert!(log.unfinished[1].len() < LONGEST_LINE);
        let (lines, dropped) = log.finish();
        assert_eq!(lines.len() as u64 + dropped, 100 << 20 >> 12);
    }
}
