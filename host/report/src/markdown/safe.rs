//! Texts from outside, as Markdown that shows them and obeys nothing in them.

/// Returns the text on one line, with every character that means something in Markdown or HTML taken literally.
pub(crate) fn text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in one_line(text).chars() {
        match character {
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '&' => shown.push_str("&amp;"),
            // A broken `@` calls nobody, a broken `:` or `.` makes no link.
            '@' => shown.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '+' | '!' | '|' | '~' | '$' => {
                shown.push('\\');
                shown.push(character);
            }
            _ => shown.push(character),
        }
    }
    shown.replace("://", "&#58;//").replace("www.", "www&#46;")
}

/// Returns the text as one cell of a table.
pub(crate) fn cell(told: &str) -> String {
    text(told)
}

/// Returns the text as code: fenced by more backticks than it holds, on one line, fit for a cell of a table.
pub(crate) fn code(text: &str) -> String {
    let text = one_line(text);
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    // A table splits at a bar even in code, and outside of tables a backslash would show: such a text is no code.
    if text.contains('|') {
        return self::text(&text);
    }
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    format!("{fence} {text} {fence}")
}

/// Writes controls out, line ends too.
fn one_line(text: &str) -> String {
    holdpoint_core::text::visible(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_can_neither_end_its_line_nor_open_markup() {
        let told = text("x\n# head <b> `c` | [a](http://e) @ada");

        assert_eq!(told, "x\\\\n\\# head &lt;b&gt; \\`c\\` \\| \\[a\\]\\(http&#58;//e\\) &#64;ada");
    }

    #[test]
    fn code_is_fenced_by_more_backticks_than_it_holds() {
        assert_eq!(code("a ``b`` c"), "``` a ``b`` c ```");
        assert_eq!(code("a|b"), "a\\|b");
    }
}
