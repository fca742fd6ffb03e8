//! Masks: secret values found in what came back, plain and encoded, and replaced by their names.

use std::fmt::Write as _;
use std::ops::Range;

use aho_corasick::{AhoCorasick, BuildError};
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use holdpoint_core::name::SecretName;

/// The shortest run of encoded characters that is looked for: anything shorter is found everywhere.
const SHORTEST: usize = 4;

/// Finds every form of every value in one pass, whatever the case of its letters.
pub(crate) struct Mask {
    finder: AhoCorasick,
    /// What stands in the place of each pattern's match.
    signs: Vec<String>,
    /// The longest pattern, in bytes.
    longest: usize,
}

impl Mask {
    /// Prepares to find these values.
    pub(crate) fn of<'a>(values: impl Iterator<Item = (&'a SecretName, &'a str)>) -> Result<Self, BuildError> {
        let mut patterns = Vec::new();
        let mut signs = Vec::new();
        for (name, value) in values {
            for form in forms(value) {
                patterns.push(form);
                signs.push(format!("[secret {name}]"));
            }
        }
        let longest = patterns.iter().map(String::len).max().unwrap_or_default();
        let finder = AhoCorasick::builder().ascii_case_insensitive(true).build(&patterns)?;
        Ok(Self { finder, signs, longest })
    }

    /// How far beyond a cut a value may reach that begins before it.
    pub(crate) fn reach(&self) -> usize {
        self.longest
    }

    /// The first `most` bytes with every value masked, one that reaches beyond them too; `None` where there is none and
    /// nothing is to be cut.
    pub(crate) fn over(&self, bytes: &[u8], most: usize) -> Option<Vec<u8>> {
        let found = self.found(bytes);
        if found.is_empty() && bytes.len() <= most {
            return None;
        }
        let mut masked = Vec::with_capacity(bytes.len().min(most));
        let mut done = 0;
        for (range, sign) in found.into_iter().take_while(|(range, _)| range.start < most) {
            masked.extend_from_slice(bytes.get(done..range.start).unwrap_or_default());
            masked.extend_from_slice(sign.as_bytes());
            done = range.end;
        }
        masked.extend_from_slice(bytes.get(done..bytes.len().min(most)).unwrap_or_default());
        Some(masked)
    }

    /// A text with every value masked.
    pub(crate) fn text(&self, text: String) -> String {
        match self.over(text.as_bytes(), usize::MAX) {
            Some(masked) => String::from_utf8_lossy(&masked).into_owned(),
            None => text,
        }
    }

    /// Where values stand, in order. Those that overlap are one.
    fn found(&self, bytes: &[u8]) -> Vec<(Range<usize>, &str)> {
        let mut all: Vec<(Range<usize>, usize)> =
            self.finder.find_overlapping_iter(bytes).map(|found| (found.range(), found.pattern().as_usize())).collect();
        all.sort_unstable_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        let mut merged: Vec<(Range<usize>, &str)> = Vec::new();
        for (range, pattern) in all {
            match merged.last_mut() {
                Some((last, _)) if range.start < last.end => last.end = last.end.max(range.end),
                Some(_) | None => {
                    merged.push((range, self.signs.get(pattern).map_or("[secret]", String::as_str)));
                }
            }
        }
        merged
    }
}

/// The ways in which a server may write a value.
fn forms(value: &str) -> Vec<String> {
    let mut forms = vec![value.to_owned(), hex(value), percent(value, |_| false), percent(value, unreserved)];
    forms.push(percent(value, |byte| unreserved(byte) || byte == b' ').replace(' ', "+"));
    let json = value.replace('\\', "\\\\").replace('"', "\\\"");
    forms.push(json.replace('/', "\\/"));
    forms.push(json);
    forms.push(html(value, "&quot;", "&#39;"));
    forms.push(html(value, "&#34;", "&#x27;"));
    for engine in [STANDARD, URL_SAFE] {
        for before in 0..3 {
            forms.extend(in_base64(&engine, value, before));
        }
    }
    forms.retain(|form| form.len() >= SHORTEST);
    forms.sort_unstable();
    forms.dedup();
    forms
}

fn hex(value: &str) -> String {
    value.bytes().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn percent(value: &str, plain: fn(u8) -> bool) -> String {
    value.bytes().fold(String::new(), |mut text, byte| {
        let _ = if plain(byte) { write!(text, "{}", char::from(byte)) } else { write!(text, "%{byte:02X}") };
        text
    })
}

fn unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn html(value: &str, double: &str, single: &str) -> String {
    let value = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    value.replace('"', double).replace('\'', single)
}

/// The value in Base64 behind so many other bytes: once as far as it stands whatever follows, and once as the end of a
/// text. What lies before its first whole character depends on those bytes and is left out.
fn in_base64(engine: &impl base64::Engine, value: &str, before: usize) -> [String; 2] {
    let bytes: Vec<u8> = std::iter::repeat_n(0, before).chain(value.bytes()).collect();
    let text = engine.encode(&bytes);
    let text = text.trim_end_matches('=');
    let start = (before * 8).div_ceil(6);
    let sure = bytes.len() * 8 / 6;
    [text.get(start..sure), text.get(start..)].map(|part| part.unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::*;

    fn mask(value: &str) -> Mask {
        let name = SecretName::parse("token").unwrap();
        Mask::of([(&name, value)].into_iter()).unwrap()
    }

    #[test]
    fn every_form_of_a_value_is_masked() {
        for form in forms("s3cr&t/\"x'<y>\" +z") {
            let text = mask("s3cr&t/\"x'<y>\" +z").text(format!("before {form} after"));
            assert_eq!(text, "before [secret token] after", "{form}");
        }
    }

    #[test]
    fn a_value_inside_of_base64_is_masked_wherever_it_begins() {
        let value = "correct-horse-battery";
        for before in ["", "a", "ab", "abc", "user:"] {
            for after in ["", "!", "!!", "!!!"] {
                let masked = mask(value).text(STANDARD.encode(format!("{before}{value}{after}")));
                let rest = masked.replace("[secret token]", "");
                assert!(masked.contains("[secret token]") && rest.len() <= 16, "{before:?} {after:?}: {masked}");
            }
        }
    }

    #[test]
    fn letters_of_another_case_are_masked_too() {
        assert_eq!(mask("Correct-Horse").text("cORRECT-hORSE".to_owned()), "[secret token]");
    }

    #[test]
    fn values_that_overlap_leave_nothing_of_either() {
        let (one, other) = (SecretName::parse("one").unwrap(), SecretName::parse("other").unwrap());
        let mask = Mask::of([(&one, "abcdefgh"), (&other, "efghijkl")].into_iter()).unwrap();

        assert_eq!(mask.text("-abcdefghijkl-".to_owned()), "-[secret one]-");
    }

    #[test]
    fn no_part_of_a_value_stands_before_a_cut() {
        let text = b"echo: correct-horse-battery";
        for most in 7..text.len() {
            let masked = mask("correct-horse-battery").over(text, most).unwrap();
            assert_eq!(String::from_utf8(masked).unwrap(), "echo: [secret token]", "{most}");
        }
    }

    #[test]
    fn what_holds_no_value_stays_as_it_is() {
        assert!(mask("correct-horse").over(b"nothing here", 100).is_none());
    }
}
