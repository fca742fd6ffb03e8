//! A path pattern covers exactly what its words say, by a slow reading of them.
#![no_main]

use holdpoint_core::plan::grant::PathPattern;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str)| {
    let (text, path) = input;
    let Ok(pattern) = PathPattern::parse(text) else { return };
    if !path.starts_with('/') {
        return;
    }
    let words: Vec<&str> = text.split('/').skip(1).collect();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    assert_eq!(pattern.covers(path), slow(&words, &segments), "{text:?} over {path:?}");
});

/// Word by word: `**` at the end is the rest, `*` one segment that is there, and anything else itself.
fn slow(words: &[&str], segments: &[&str]) -> bool {
    match (words, segments) {
        (["**"], _) | ([], []) => true,
        (["*", words @ ..], [segment, segments @ ..]) => !segment.is_empty() && slow(words, segments),
        ([word, words @ ..], [segment, segments @ ..]) => word == segment && slow(words, segments),
        ([], [_, ..]) | ([_, ..], []) => false,
    }
}
