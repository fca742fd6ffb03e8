//! Lines made to fit a terminal: broken between words, what goes on set in deeper than the line.

use console::measure_text_width;

/// How much deeper than its line the rest of it stands.
const DEEPER: usize = 4;

/// The narrowest terminal that lines are broken for: below it, words would stand one under another.
const NARROWEST: usize = 30;

/// Breaks a line between its words so that it fits so many columns. Colours take no room; a word that is longer than
/// the terminal is left for the terminal to break.
pub(crate) fn wrapped(line: &str, columns: usize) -> String {
    if columns < NARROWEST || measure_text_width(line) <= columns {
        return line.to_owned();
    }
    let indent = " ".repeat(line.len() - line.trim_start_matches(' ').len() + DEEPER);
    let mut out = String::new();
    let mut used = 0;
    // Spaces stay before their word, so that columns of a line that fits are kept.
    for piece in pieces(line) {
        let width = measure_text_width(piece);
        let word = piece.trim_start_matches(' ');
        if used + width > columns && !word.is_empty() && used > indent.len() {
            out.push('\n');
            out.push_str(&indent);
            out.push_str(word);
            used = indent.len() + measure_text_width(word);
        } else {
            out.push_str(piece);
            used += width;
        }
    }
    out
}

/// The words of a line, each with the spaces before it.
fn pieces(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let spaces = rest.len() - rest.trim_start_matches(' ').len();
        let end = rest.get(spaces..)?.find(' ').map_or(rest.len(), |end| spaces + end);
        let (piece, after) = rest.split_at(end);
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_broken_between_words_and_goes_on_deeper() {
        let line = "  ✓ health         pass   everything went as expected in 3 ms";

        let shown = wrapped(line, 40);

        assert_eq!(shown, "  ✓ health         pass   everything\n      went as expected in 3 ms");
    }

    #[test]
    fn colours_take_no_room_and_a_line_that_fits_is_left_alone() {
        let line = "  \u{1b}[32m✓ health     pass     as expected\u{1b}[0m";

        assert_eq!(wrapped(line, 36), line);
    }

    #[test]
    fn a_word_longer_than_the_terminal_is_not_lost() {
        let long = "x".repeat(70);

        assert_eq!(
            wrapped(&format!("evidence of call: {long} end"), 40),
            format!("evidence of call:\n    {long}\n    end")
        );
    }
}
