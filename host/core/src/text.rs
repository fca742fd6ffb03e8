//! Texts from outside: made visible and cut to size, before anyone reads them.

use alloc::format;
use alloc::string::String;

use crate::plan::limit::Bytes;

/// Returns the text with every character that steers a terminal or turns the reading order written out.
///
/// Controls (line ends too, so that one text is one line), bidirectional marks and invisible characters become
/// escapes such as `\n`, `\u{1b}` or `\u{202e}`. The joiners that some scripts need stay as they are.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Returns the text made visible and, when it is longer than the limit, cut there with a mark that says how long it
/// truly was.
///
/// The limit is in bytes of UTF-8 and exact: a text of that length is whole. The cut falls between characters. The
/// mark is the host's and comes on top.
#[must_use]
pub fn fit(text: &str, limit: Bytes) -> String {
    let most = usize::try_from(limit.0).unwrap_or(usize::MAX);
    let shown = visible(text);
    if shown.len() <= most {
        return shown;
    }
    let kept: String = shown.char_indices().take_while(|(at, c)| at + c.len_utf8() <= most).map(|(_, c)| c).collect();
    format!("{kept}… [cut: {} bytes in all]", text.len())
}

/// Whether a character does something else than to be seen. The ranges are Unicode's `Bidi_Control` and those of its
/// format characters (`Cf`) that no script needs.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200e}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_sequence_and_a_turned_reading_order_are_written_out() {
        let shown = visible("ok\u{1b}[2J\u{202e}evil\r\nnext\u{9b}");

        assert_eq!(shown, "ok\\u{1b}[2J\\u{202e}evil\\r\\nnext\\u{9b}");
    }

    #[test]
    fn ordinary_text_of_any_script_stays_as_it_is() {
        for text in ["plain", "größer", "می‌خواهم", "日本語", "👩‍🚀", "a\\b"] {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn a_text_is_cut_exactly_at_the_limit() {
        for (length, whole) in [(9, true), (10, true), (11, false)] {
            let text = "x".repeat(length);

            let kept = fit(&text, Bytes(10));

            let expected = if whole { text } else { format!("{}… [cut: 11 bytes in all]", "x".repeat(10)) };
            assert_eq!(kept, expected);
        }
    }

    #[test]
    fn a_cut_never_splits_a_character() {
        assert_eq!(fit("aéé", Bytes(4)), "aé… [cut: 5 bytes in all]");
    }
}
