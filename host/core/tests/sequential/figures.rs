//! The promise in full size, as tables.
//!
//! `CARGO_PROFILE_TEST_OPT_LEVEL=3 cargo test -p holdpoint-core --test sequential -- --ignored --nocapture` prints them
//! in some minutes.

use std::fmt::Write as _;
use std::time::Instant;

use holdpoint_core::stat::mann_whitney::{Alternative, MannWhitney};
use holdpoint_core::stat::promise::Direction;
use holdpoint_core::stat::sample::Sample;
use holdpoint_core::stat::sequential::design::Design;
use holdpoint_core::stat::sequential::tally::Tally;
use holdpoint_core::stat::trend::{Series, judge};
use holdpoint_core::time::Elapsed;

use crate::noise::{Noise, Remembering};
use crate::stream::{Family, World, alarm, alarms, percent, rise};

const FAMILIES: [Family; 9] = [
    Family::MeanAgainstConstant,
    Family::MeanAgainstBaseline { points: 60 },
    Family::MeanPair,
    Family::ShareAgainstConstant { history: 0 },
    Family::ShareAgainstConstant { history: 60 },
    Family::ShareAfter { points: 60 },
    Family::SharePair,
    Family::RateAgainstConstant { history: 0 },
    Family::RateAgainstConstant { history: 60 },
];

/// How often an alarm is raised, in percent, and the median sample of all streams.
fn tried(family: Family, design: Design, world: &World, (streams, most): (u64, usize)) -> String {
    let all = alarms(streams, |seed| alarm(family, design, world, (seed, most)));
    let middle = all.get(usize::try_from(streams / 2).unwrap());
    let median = middle.map_or_else(|| "–".to_owned(), ToString::to_string);
    format!("{:.2} %, median {median}", percent(&all, streams))
}

#[test]
#[ignore = "takes minutes; prints a table"]
fn a_thousand_looks_at_nothing() {
    let mut table = String::from("no change, independent, 1,000 looks, 10,000 streams, promised 1 %\n");
    for family in FAMILIES {
        writeln!(table, "  {family:?}: {}", tried(family, Design::default(), &World::STILL, (10_000, 1_000))).unwrap();
    }
    for (level, of) in [(0.001, 100), (0.3, 100), (0.995, 100)] {
        let world = World { level, of, ..World::STILL };
        for family in
            [Family::ShareAgainstConstant { history: 0 }, Family::ShareAfter { points: 60 }, Family::SharePair]
        {
            let found = tried(family, Design::default(), &world, (2_000, 1_000));
            writeln!(table, "  {family:?} at {level} of {of} (2,000 streams): {found}").unwrap();
        }
    }
    let all = alarms(10_000, repeated_z);
    writeln!(table, "  a z-test at every look: {:.2} %", percent(&all, 10_000)).unwrap();
    let all = alarms(300, repeated_mann_whitney);
    writeln!(table, "  Mann–Whitney at every look, 300 streams: {:.2} %", percent(&all, 300)).unwrap();
    println!("{table}");
}

/// A two-sided z-test at 1 %, the variance known.
fn repeated_z(seed: u64) -> Option<usize> {
    let noise = &mut Noise::seeded(seed);
    let mut sum = 0.0;
    (1..=1_000_u32).zip(1..).find_map(|(points, look)| {
        sum += noise.normal();
        (sum * sum > 6.634_9 * f64::from(points)).then_some(look)
    })
}

/// A two-sided Mann–Whitney test at 1 % against a cohort at the same moments, from 10 points on.
fn repeated_mann_whitney(seed: u64) -> Option<usize> {
    let noise = &mut Noise::seeded(seed);
    let [window, cohort] = [(); 2].map(|()| (0..1_000).map(|_| noise.normal()).collect::<Vec<_>>());
    (10..=1_000).find(|points| {
        let [window, cohort] = [&window, &cohort].map(|side| Sample::new(&side[..*points]).unwrap());
        MannWhitney::test(&cohort, &window, Alternative::Either).p <= 0.01
    })
}

#[test]
#[ignore = "takes minutes; prints a table"]
fn points_that_remember() {
    let mut table = String::from("value = 100 + 10 z, promised 1 %; false alarms over all looks\n");
    for rho in [0.0, 0.3, 0.5, 0.8, 0.9, 0.95] {
        let world = World { rho, ..World::STILL };
        for (family, streams, most) in [
            (Family::MeanAgainstBaseline { points: 60 }, 10_000, 60),
            (Family::MeanAgainstBaseline { points: 60 }, 10_000, 180),
            (Family::MeanAgainstBaseline { points: 180 }, 10_000, 180),
            (Family::MeanAgainstBaseline { points: 60 }, 1_500, 1_000),
            (Family::MeanAgainstConstant, 1_500, 1_000),
            (Family::MeanPair, 1_500, 1_000),
        ] {
            let found = tried(family, Design::default(), &world, (streams, most));
            writeln!(table, "  {rho:.2} {family:?}, {most} looks: {found}").unwrap();
        }
    }
    table.push_str("a shift by 10 %\n");
    for (rho, points) in [(0.0, 60), (0.3, 60), (0.5, 180), (0.8, 180)] {
        let world = World { rho, shift: 1.0, ..World::STILL };
        for family in [Family::MeanAgainstBaseline { points }, Family::MeanAgainstConstant, Family::MeanPair] {
            for design in [Design::default(), rise()] {
                let found = tried(family, design, &world, (10_000, points));
                writeln!(table, "  {rho:.2} {family:?} within {points}, {:?}: {found}", design.direction).unwrap();
            }
        }
    }
    println!("{table}");
}

#[test]
#[ignore = "takes minutes; prints a table"]
fn events_whose_level_is_restless() {
    let mut table = String::from("level lognormal around 1 %, 1,000 looks, 1,500 streams, promised 1 %\n");
    for (rho, restless, of) in
        [(0.0, 0.5, 100), (0.0, 0.5, 1_000), (0.5, 0.3, 1_000), (0.8, 0.3, 100), (0.8, 0.3, 1_000)]
    {
        let world = World { rho, of, restless, ..World::STILL };
        for family in [
            Family::ShareAgainstConstant { history: 0 },
            Family::ShareAgainstConstant { history: 60 },
            Family::ShareAfter { points: 60 },
            Family::SharePair,
        ] {
            let found = tried(family, Design::default(), &world, (1_500, 1_000));
            writeln!(table, "  {rho:.1}, spread {restless}, of {of}, {family:?}: {found}").unwrap();
        }
    }
    println!("{table}");
}

#[test]
#[ignore = "takes minutes; prints a table"]
fn a_doubled_error_rate() {
    let doubled = World { factor: 2.0, ..World::STILL };
    let mut table = String::from("1 % → 2 % of 100 requests a sample, 4,000 streams of at most 180 samples\n");
    for design in [rise(), Design::default()] {
        for family in [
            Family::ShareAgainstConstant { history: 0 },
            Family::ShareAgainstConstant { history: 60 },
            Family::ShareAfter { points: 60 },
            Family::ShareAfter { points: 180 },
            Family::SharePair,
        ] {
            let found = tried(family, design, &doubled, (4_000, 180));
            writeln!(table, "  {family:?}, {:?}: {found}", design.direction).unwrap();
        }
    }
    table.push_str(
        "power of one Mann–Whitney test at 1 % with so many samples a side, 4,000 streams, one and two-sided\n",
    );
    for points in [20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120] {
        let [one, two] = [Alternative::Larger, Alternative::Either].map(|way| fixed_power(&doubled, points, way));
        writeln!(table, "  {points}: {one:.2} %, {two:.2} %").unwrap();
    }
    println!("{table}");
}

/// How often one test finds the doubled rate.
fn fixed_power(world: &World, points: usize, alternative: Alternative) -> f64 {
    let all = alarms(4_000, |seed| {
        let noise = &mut Noise::seeded(seed);
        let mut sample = |factor| {
            let tallies: Vec<Tally> = world.tallies(noise, points, factor);
            let events: Vec<f64> =
                tallies.iter().map(|tally| f64::from(u32::try_from(tally.events).unwrap())).collect();
            Sample::new(&events).unwrap()
        };
        let (baseline, window) = (sample(1.0), sample(world.factor));
        (MannWhitney::test(&baseline, &window, alternative).p <= 0.01).then_some(points)
    });
    percent(&all, 4_000)
}

#[test]
#[ignore = "takes minutes; prints a table"]
fn trends() {
    let mut table = String::from("trend, looked at every 10 points, 2,000 streams, promised 1 %\n");
    for (rho, slope, baseline, most) in [
        (0.0, 0.0, 0, 60),
        (0.0, 0.0, 0, 180),
        (0.5, 0.0, 0, 180),
        (0.8, 0.0, 0, 60),
        (0.8, 0.0, 0, 180),
        (0.8, 0.0, 60, 60),
        (0.8, 0.0, 60, 180),
        (0.95, 0.0, 60, 180),
        (0.0, 1.0 / 60.0, 0, 60),
        (0.0, 2.0 / 60.0, 0, 60),
        (0.5, 2.0 / 60.0, 0, 180),
        (0.8, 2.0 / 60.0, 60, 180),
    ] {
        let all = alarms(2_000, |seed| first_trend(seed, (rho, slope), (baseline, most)));
        let found = percent(&all, 2_000);
        let name = format!("{rho:.2}, {slope:.3} sd a point, baseline {baseline}, within {most}");
        writeln!(table, "  {name}: {found:.2} %, median {:?}", all.get(1_000)).unwrap();
    }
    println!("{table}");
}

fn first_trend(seed: u64, (rho, slope): (f64, f64), (baseline, most): (usize, usize)) -> Option<usize> {
    let noise = &mut Noise::seeded(seed);
    let mut remembering = Remembering::start(noise, rho);
    let past: Vec<f64> = (0..baseline).map(|_| remembering.next()).collect();
    let past = Sample::new(&past).ok();
    let readings: Vec<(Elapsed, f64)> = (0..most)
        .zip(0_u32..)
        .map(|(_, n)| (Elapsed(60_000 * u64::from(n)), remembering.next() + slope * f64::from(n)))
        .collect();
    (20..=most).step_by(10).find(|points| {
        let series = Series::new(&readings[..*points]).unwrap();
        judge(&Design::default(), &series, past.as_ref()).class.is_difference()
    })
}

#[test]
#[ignore = "prints how long it takes"]
fn looks_at_ten_growing_trends() {
    let design = Design { horizon: 720, direction: Direction::Rise, ..Design::default() };
    let began = Instant::now();
    for seed in 0..10 {
        let mut noise = Noise::seeded(seed);
        let readings: Vec<(Elapsed, f64)> =
            (0..720).map(|at| (Elapsed(at * 10_000), 100.0 + 5.0 * noise.normal())).collect();
        for points in 1..=readings.len() {
            let series = Series::new(&readings[..points]).unwrap();
            assert!(!judge(&design, &series, None).reason().is_empty());
        }
    }
    println!("ten trends, looked at after each of 720 samples: {:.2} s", began.elapsed().as_secs_f64());
}
