//! The chain: every row carries a hash that covers it and, through the row before it, all that came earlier. Whoever
//! changes a row must change every later one, and the head, which others have seen.
//!
//! A hash covers, in this order: what it is for, the hash before it, the row's sequence and moment as 64-bit big-endian
//! integers, and the body's bytes, which come last and need no length. The first row follows a hash of the run's own
//! identity, so that rows of one run do not fit into another.

use holdpoint_core::id::{Digest, RunId};

/// What the first row of a run follows.
pub(crate) fn origin(run: &RunId) -> Digest {
    Digest::of(format!("holdpoint journal 1\0{run}").as_bytes())
}

/// The hash of a row that follows this one.
pub(crate) fn link(before: &Digest, sequence: i64, moment: i64, body: &str) -> Digest {
    let mut covered = Vec::with_capacity(body.len() + 80);
    covered.extend_from_slice(b"holdpoint row 1\0");
    covered.extend_from_slice(before.as_bytes());
    covered.extend_from_slice(&sequence.to_be_bytes());
    covered.extend_from_slice(&moment.to_be_bytes());
    covered.extend_from_slice(body.as_bytes());
    Digest::of(&covered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_depends_on_everything_that_it_covers() {
        let run = |text| origin(&RunId::parse(text).unwrap());
        let links = [
            link(&run("a"), 1, 2, "body"),
            link(&run("b"), 1, 2, "body"),
            link(&run("a"), 2, 2, "body"),
            link(&run("a"), 1, 3, "body"),
            link(&run("a"), 1, 2, "bodies"),
        ];
        for (number, one) in links.iter().enumerate() {
            assert!(!links.iter().skip(number + 1).any(|other| other == one));
        }
    }
}
