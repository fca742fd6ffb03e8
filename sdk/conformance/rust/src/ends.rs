//! Bad ends: failures that are said, and ends that are not.

use std::hint::black_box;

use holdpoint_sdk::{CheckResult, Failure, Findings, Verdict};

use crate::settings::{FailureWord, Settings};

/// Says why it could not do what it was asked to.
pub(crate) fn fail(settings: &Settings) -> CheckResult {
    let message = settings.message.clone();
    Err(match settings.kind {
        Some(FailureWord::Settings) => Failure::Settings(message),
        Some(FailureWord::Unavailable) => Failure::Unavailable(message),
        Some(FailureWord::Denied) => Failure::Denied(message),
        Some(FailureWord::Internal) | None => Failure::Internal(message),
    })
}

/// Goes wrong in a function of its own, which nobody catches.
pub(crate) fn throw(message: &str) -> CheckResult {
    stumble(message)
}

#[inline(never)]
#[expect(clippy::panic_in_result_fn, reason = "it is what this word is for")]
fn stumble(message: &str) -> CheckResult {
    panic!("{message}");
}

/// Takes so much memory, and touches it.
pub(crate) fn allocate(mib: usize) -> Verdict {
    let mut taken = Vec::with_capacity(mib);
    for byte in 0..mib {
        taken.push(vec![u8::try_from(byte % 251).unwrap_or(1) | 1; 1 << 20]);
    }
    black_box(&taken);
    let mut findings = Findings::new();
    findings.met();
    findings.verdict(format!("{} MiB were there", taken.len()))
}

/// Never ends.
pub(crate) fn spin() -> CheckResult {
    let mut turns = 0_u64;
    loop {
        turns = black_box(turns).wrapping_add(1);
    }
}

/// Calls itself without end.
pub(crate) fn recurse() -> Verdict {
    let deep = deeper(1);
    Findings::new().verdict(format!("{deep} deep"))
}

#[inline(never)]
#[expect(unconditional_recursion, reason = "it is what this word is for")]
fn deeper(depth: u64) -> u64 {
    let room = black_box([depth; 64]);
    deeper(black_box(depth + 1)) + room[usize::try_from(depth % 64).unwrap_or(0)]
}
