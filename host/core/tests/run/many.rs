//! Windows with more signals than can be sampled at one moment.

use std::collections::BTreeMap;

use holdpoint_core::plan::window::{Baseline, Comparator, Rule};
use holdpoint_core::run::command::Command;
use holdpoint_core::run::ending::Ending;

use crate::scene::{Scene, called};
use crate::watching::*;

/// When each signal was sampled, in milliseconds.
fn moments(signals: Vec<holdpoint_core::plan::window::Signal>) -> (Scene, BTreeMap<String, Vec<u64>>) {
    let mut scene = Scene::start(watched(signals));
    let mut moments: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let mut due: Vec<String> = called(&scene.commands).into_iter().map(str::to_owned).collect();
    while scene.run.ending().is_none() {
        for signal in std::mem::take(&mut due) {
            moments.entry(signal.clone()).or_default().push(scene.now().0);
            due.extend(called(&scene.ends(&signal, number(1.0))).into_iter().map(str::to_owned));
        }
        if scene.run.ending().is_none() {
            due.extend(called(&scene.sleeps()).into_iter().map(str::to_owned));
        }
    }
    (scene, moments)
}

#[test]
fn hundreds_of_signals_are_sampled_a_few_at_a_time_and_none_loses_a_sample() {
    let signals = (0..200).map(|number| signal(&format!("signal-{number}"), vec![above(2.0)])).collect();
    let (scene, moments) = moments(signals);
    assert_eq!(scene.run.ending(), Some(Ending::Confirmed), "{}", scene.why());
    let mut together: BTreeMap<u64, usize> = BTreeMap::new();
    for (name, at) in &moments {
        assert_eq!(seen(&scene, name).taken().len(), usize::try_from(seen(&scene, name).expected()).unwrap(), "{name}");
        assert!(at.windows(2).all(|pair| pair[1] - pair[0] == 10_000), "{name}: {at:?}");
        for moment in at {
            *together.entry(*moment).or_default() += 1;
        }
    }
    assert!(together.values().all(|count| *count <= 64), "{together:?}");
}

#[test]
fn cohorts_are_sampled_at_the_same_moment_however_many_there_are() {
    let beside = |number| {
        let comparator = Comparator::Rise {
            percent: bound(10.0),
            baseline: Baseline::Signal { name: name(&format!("stable-{number}")) },
        };
        signal(&format!("canary-{number}"), vec![Rule { comparator, ..above(0.0) }])
    };
    let stable = |number| signal(&format!("stable-{number}"), vec![]);
    let signals = (0..150).map(beside).chain((0..150).map(stable)).collect();
    let (_, moments) = moments(signals);
    for number in 0..150 {
        assert_eq!(moments[&format!("canary-{number}")], moments[&format!("stable-{number}")]);
    }
    assert_ne!(moments["stable-0"], moments["stable-149"], "not all at one moment");
}

#[test]
fn among_many_signals_one_breach_is_answered_at_its_sample() {
    let mut scene =
        Scene::start(watched((0..200).map(|number| signal(&format!("signal-{number}"), vec![above(2.0)])).collect()));
    watch(&mut scene, |signal, sample| number(if signal == "signal-137" && sample == 3 { 3.0 } else { 1.0 }));
    assert!(scene.commands.iter().any(|command| matches!(command, Command::RollBack { .. })));
    let breach = seen(&scene, "signal-137").taken().last().expect("it was sampled").at;
    assert_eq!(scene.now(), breach);
}
