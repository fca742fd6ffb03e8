//! Percent-encoding for queries and forms, which leaves placeholders for secrets alone.
//!
//! The host looks for `{{secret:NAME}}` in what the plugin sends and puts the value in: an encoded placeholder
//! would not be found.

/// What opens a placeholder.
const OPEN: &str = "{{secret:";
/// What closes it.
const CLOSE: &str = "}}";

/// Returns a name or value as it stands in an HTML form's body.
#[must_use]
pub fn form_encoded(text: &str) -> String {
    encoded(text, "+")
}

/// Returns a name or value as it stands in a URL's query.
#[must_use]
pub fn query_encoded(text: &str) -> String {
    encoded(text, "%20")
}

fn encoded(text: &str, space: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, placeholder, after)) = next_placeholder(rest) {
        push_encoded(&mut out, before, space);
        out.push_str(placeholder);
        rest = after;
    }
    push_encoded(&mut out, rest, space);
    out
}

/// Splits text at its first placeholder.
fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.find(OPEN)?;
    let name = &text[start + OPEN.len()..];
    let length = name.find(CLOSE)?;
    let end = start + OPEN.len() + length + CLOSE.len();
    Some((&text[..start], &text[start..end], &text[end..]))
}

fn push_encoded(out: &mut String, text: &str, space: &str) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            b' ' => out.push_str(space),
            other => {
                out.push('%');
                out.push(char::from(DIGITS[usize::from(other >> 4)]));
                out.push(char::from(DIGITS[usize::from(other & 15)]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_writes_a_space_as_plus_and_a_plus_in_hexadecimal() {
        assert_eq!(form_encoded("a b+c&d=é"), "a+b%2Bc%26d%3D%C3%A9");
    }

    #[test]
    fn a_query_writes_a_space_in_hexadecimal() {
        assert_eq!(query_encoded("up{job=\"a b\"}"), "up%7Bjob%3D%22a%20b%22%7D");
    }

    #[test]
    fn a_placeholder_for_a_secret_is_left_for_the_host() {
        assert_eq!(form_encoded("x {{secret:test-user}}!"), "x+{{secret:test-user}}%21");
    }

    #[test]
    fn a_placeholder_that_is_never_closed_is_text() {
        assert_eq!(form_encoded("{{secret:x"), "%7B%7Bsecret%3Ax");
    }
}
