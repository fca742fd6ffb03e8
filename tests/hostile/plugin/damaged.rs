//! P19, generated: bundles that are cut short or have bits turned over, at the door that lets bundles in.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use arbitrary::Unstructured;
use holdpoint_bundle::Bundle;
use holdpoint_core::plan::limit::Bytes;
use holdpoint_tests::wat::{Core, with_manifest};
use wasm_smith::{Component, Config, Module};

use crate::bench::Bench;
use crate::chance::{Chance, cases};
use crate::trial::{Row, Trial};

pub(crate) const ROW: Row = Row { id: "P19g", attack: "damaged components, generated", run };

/// How many, unless told otherwise.
const CASES: u64 = 20_000;
/// Every so many-th goes through the program as well.
const THROUGH: u64 = 400;
/// The longest that any may take, in seconds.
const LONGEST: f64 = 5.0;

fn run(trial: &mut Trial) {
    let whole = Core::default().bundle("guest");
    let (mut slowest, mut taken, mut through): (f64, u64, u64) = (0.0, 0, 0);
    let cases = cases(CASES);
    for case in 0..cases {
        let bytes = damaged(&whole, case);
        let began = Instant::now();
        let opened = catch_unwind(AssertUnwindSafe(|| Bundle::from_bytes(bytes.clone(), Bytes(64 << 20)).is_ok()));
        trial.expect(opened.is_ok(), || format!("case {case}: a panic"));
        let opened = opened.unwrap_or(false);
        taken += u64::from(opened);
        // What the first look lets through is what reaches the compiler.
        let turn = (cases / THROUGH).max(1);
        if case % turn == 0 || (opened && through < 2 * THROUGH && taken % 8 == 0) {
            through += 1;
            let (status, err, _) = Bench::new().bytes("guest", &bytes).checks(1, "guest", "").refused_within();
            let told = matches!(status, Some(0 | 2)) && !err.contains("panicked");
            trial.expect(told, || format!("case {case}: {status:?} {err}"));
        }
        slowest = slowest.max(began.elapsed().as_secs_f64());
    }
    let made = strangers(trial, &mut slowest);
    trial.at_most("slowest, s", slowest, LONGEST);
    trial.figure(format!("{taken} passed the first look, {through} went through the program; {made} valid strangers"));
}

/// How many components and modules are made that are valid and none of ours.
const STRANGERS: u64 = 1_000;

/// Valid ones of every shape that the format allows, with the manifest of a check: refused in words, by the first look or by
/// the program.
fn strangers(trial: &mut Trial, slowest: &mut f64) -> u64 {
    let mut made = 0;
    for case in 0..STRANGERS {
        let mut chance = Chance::of(case);
        let entropy: Vec<u8> = (0..2_048).map(|_| chance.below(256).to_le_bytes()[0]).collect();
        let mut entropy = Unstructured::new(&entropy);
        let bytes = if case % 2 == 0 {
            Component::new(Config::default(), &mut entropy).map(|component| component.to_bytes())
        } else {
            Module::new(Config::default(), &mut entropy).map(|module| module.to_bytes())
        };
        let Ok(bytes) = bytes else { continue };
        made += 1;
        let bytes = with_manifest(bytes, "guest");
        let began = Instant::now();
        let opened = catch_unwind(AssertUnwindSafe(|| Bundle::from_bytes(bytes.clone(), Bytes(64 << 20)).is_err()));
        trial.expect(opened.is_ok_and(|refused| refused), || format!("stranger {case} was not refused"));
        if case % 50 == 0 {
            let (status, err, _) = Bench::new().bytes("guest", &bytes).checks(1, "guest", "").refused_within();
            trial.expect(status == Some(2) && !err.contains("panicked"), || {
                format!("stranger {case}: {status:?} {err}")
            });
        }
        *slowest = slowest.max(began.elapsed().as_secs_f64());
    }
    made
}

/// One in three cut short, the others with up to eight bits turned over.
fn damaged(whole: &[u8], case: u64) -> Vec<u8> {
    let mut chance = Chance::of(case);
    let mut bytes = whole.to_vec();
    let place = |chance: &mut Chance| usize::try_from(chance.below(whole.len() as u64)).expect("a place has an index");
    if chance.below(3) == 0 {
        bytes.truncate(place(&mut chance));
    } else {
        for _ in 0..=chance.below(8) {
            bytes[place(&mut chance)] ^= 1 << chance.below(8);
        }
    }
    bytes
}
