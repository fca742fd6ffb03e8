//! How the samples of many signals are spread over their interval, so that thousands don't come due at one moment.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::name::CheckName;
use crate::plan::window::{Signal, Window};
use crate::time::Span;

/// How many signals are sampled at the same moment. A window with no more than these is not spread at all.
const TOGETHER: usize = 64;

/// How long after the window's first moment each signal takes its first sample: less than its interval. Signals that
/// are compared with one another at the same moment stay together.
pub(super) fn offsets(window: &Window) -> Vec<Span> {
    let groups = groups(&window.signals);
    let slots = groups.iter().max().map_or(0, |last| last / TOGETHER + 1) as u64;
    let offset = |(signal, group): (&Signal, &usize)| {
        let slot = (group / TOGETHER) as u64;
        let part = signal.interval.as_millis().saturating_mul(slot).checked_div(slots);
        Span::from_millis(part.unwrap_or_default())
    };
    window.signals.iter().zip(&groups).map(offset).collect()
}

/// The group of each signal, numbered in the order in which they are first met.
fn groups(signals: &[Signal]) -> Vec<usize> {
    let places: BTreeMap<&CheckName, usize> = signals.iter().map(|it| &it.check.name).zip(0..).collect();
    // Each signal points at another of its group with a lower place, or at itself.
    let mut heads: Vec<usize> = (0..signals.len()).collect();
    for (place, signal) in signals.iter().enumerate() {
        for beside in signal.rules.iter().filter_map(|rule| places.get(rule.comparator.needs()?)) {
            let (one, other) = (head(&heads, place), head(&heads, *beside));
            if let Some(pointer) = heads.get_mut(one.max(other)) {
                *pointer = one.min(other);
            }
        }
    }
    let mut numbers = BTreeMap::new();
    let mut number = |place| {
        let next = numbers.len();
        *numbers.entry(head(&heads, place)).or_insert(next)
    };
    (0..signals.len()).map(&mut number).collect()
}

/// The first of a signal's group. Pointers only ever lead to lower places, so this ends.
fn head(heads: &[usize], mut place: usize) -> usize {
    while let Some(before) = heads.get(place).filter(|before| **before < place) {
        place = *before;
    }
    place
}
