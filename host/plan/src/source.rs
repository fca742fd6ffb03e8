//! The text that was read, and how a place in it is told to people.

use crate::problem::Place;

/// A stretch of bytes in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct At {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// A text, with its lines counted.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    text: String,
    lines: Vec<usize>,
}

impl Source {
    pub(crate) fn new(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { text: text.to_owned(), lines: [0].into_iter().chain(ends).collect() }
    }

    /// Tells line and column. A stretch beyond the end is taken as the end.
    pub(crate) fn place(&self, at: At) -> Place {
        let start = at.start.min(self.text.len());
        let line = self.lines.partition_point(|begin| *begin <= start).max(1);
        let begin = self.lines.get(line - 1).copied().unwrap_or_default();
        let before = self.text.get(begin..start).unwrap_or_default();
        let end = at.end.clamp(start, self.text.len());
        Place { start, end, line, column: before.chars().count() + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line_and_column(text: &str, start: usize) -> (usize, usize) {
        let place = Source::new(text).place(At { start, end: start });
        (place.line, place.column)
    }

    #[test]
    fn columns_count_characters_and_not_bytes() {
        assert_eq!(line_and_column("a\n\u{e9}\u{e9}x", 6), (2, 3));
    }

    #[test]
    fn a_place_beyond_the_end_is_the_end() {
        assert_eq!(line_and_column("ab\n", 99), (2, 1));
        assert_eq!(line_and_column("", 5), (1, 1));
    }
}
