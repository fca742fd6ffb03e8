//! Published data, judged the same as by other programs and other roads (`tests/stat/reference/sequential.py`).

use holdpoint_core::stat::dependence::{Dependence, Method};
use holdpoint_core::stat::promise::{Alpha, Direction, Tolerance};
use holdpoint_core::stat::sample::Sample;
use holdpoint_core::stat::sequential::design::Design;
use holdpoint_core::stat::sequential::mean::Mean;
use holdpoint_core::stat::sequential::share::Share;
use holdpoint_core::stat::sequential::tally::{Counting, Tally};
use holdpoint_core::stat::trend::mann_kendall::MannKendall;
use holdpoint_core::stat::trend::sen::Slopes;
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    dependences: Vec<DependenceCase>,
    means: Vec<MeanCase>,
    shares: Vec<ShareCase>,
    trends: Vec<TrendCase>,
}

#[derive(Deserialize)]
struct DependenceCase {
    name: String,
    baseline: Vec<f64>,
    window: Vec<f64>,
    rho: f64,
    inflation: f64,
    freedom: f64,
    order: usize,
}

#[derive(Deserialize)]
struct MeanCase {
    name: String,
    baseline: Vec<f64>,
    window: Vec<f64>,
    up: f64,
    down: f64,
    difference: f64,
}

#[derive(Deserialize)]
struct ShareCase {
    name: String,
    exposure: bool,
    level: f64,
    tallies: Vec<(u64, u64)>,
    up: f64,
    down: f64,
}

#[derive(Deserialize)]
struct TrendCase {
    name: String,
    values: Vec<f64>,
    s: f64,
    variance: f64,
    z: f64,
    p: f64,
    tau: f64,
    slope: f64,
    low: f64,
    high: f64,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../stat/reference/sequential.json")).unwrap()
}

/// To nine digits, relative to what is larger: one, or what was expected.
fn agree(what: &str, found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{what}: {found} is not {expected}");
}

/// The judge's evidence in one direction, at an error rate of half a percent a side.
fn one_sided(direction: Direction) -> Design {
    let alpha = Alpha::try_new(0.005).unwrap();
    Design { alpha, direction, tolerance: Tolerance::NONE, ..Design::default() }
}

#[test]
fn dependences_are_those_of_linear_systems() {
    for case in reference().dependences {
        let found = Dependence::estimate(&case.baseline, &case.window);

        agree(&case.name, found.rho, case.rho);
        agree(&case.name, found.inflation, case.inflation);
        agree(&case.name, found.freedom, case.freedom);
        assert_eq!(found.method, Method::Autoregression(case.order), "{}", case.name);
    }
}

#[test]
fn means_are_judged_as_by_integrating_over_all_drifts() {
    for case in reference().means {
        let baseline = Sample::new(&case.baseline).unwrap();
        for (direction, expected) in [(Direction::Rise, case.up), (Direction::Drop, case.down)] {
            let mut judge = Mean::against_baseline(one_sided(direction), &baseline);
            for value in &case.window {
                judge.push(*value).unwrap();
            }
            let found = judge.judge();

            agree(&case.name, found.window.unwrap() - found.baseline.unwrap(), case.difference);
            // Few points count as too few for a finding; the evidence is only there for those that don't.
            if found.interval.is_some() {
                agree(&case.name, found.log_e, expected);
            }
        }
    }
}

#[test]
fn the_nile_has_fallen() {
    let case = reference().means.into_iter().find(|case| case.name.contains("1898")).unwrap();
    let mut judge = Mean::against_baseline(Design::default(), &Sample::new(&case.baseline).unwrap());
    for value in &case.window {
        judge.push(*value).unwrap();
    }

    assert_eq!(judge.class(), holdpoint_core::stat::class::Class::Decreased, "{}", judge.judge().reason());
}

#[test]
fn shares_are_judged_as_by_the_probabilities_of_each_sample() {
    for case in reference().shares {
        let counting = if case.exposure { Counting::Exposure } else { Counting::Requests };
        for (direction, expected) in [(Direction::Rise, case.up), (Direction::Drop, case.down)] {
            let mut judge = Share::against_constant(one_sided(direction), counting, case.level).unwrap();
            for (events, of) in &case.tallies {
                judge.push(Tally { events: *events, of: *of }).unwrap();
            }

            agree(&case.name, judge.judge().log_e, expected);
        }
    }
}

#[test]
fn trends_are_those_of_published_programs() {
    for case in reference().trends {
        let found = MannKendall::of(&case.values);
        let times: Vec<f64> = (0_u32..).zip(&case.values).map(|(n, _)| f64::from(n) / 60.0).collect();
        let slopes = Slopes::of(&times, &case.values);
        let reach = 2.575_829_303_548_900_4 * found.variance.sqrt();
        let (low, high) = (slopes.least(reach), slopes.greatest(reach));

        for (found, expected) in [
            (found.s, case.s),
            (found.variance, case.variance),
            (found.z(), case.z),
            (found.p(), case.p),
            (found.tau(), case.tau),
            (slopes.median().unwrap(), case.slope),
            (low.unwrap(), case.low),
            (high.unwrap(), case.high),
        ] {
            agree(&case.name, found, expected);
        }
    }
}
