//! The table of false alarms and detections, in full size: Kayenta's rule beside `differs`.
//!
//! `cargo test --release -p holdpoint-core --test stat -- --ignored --nocapture` prints it in some minutes.

use std::fmt::Write as _;

use holdpoint_core::stat::class::Class;
use holdpoint_core::stat::differs::terms::{Terms, Watch};
use holdpoint_core::stat::differs::{Compared, judge};
use holdpoint_core::stat::kayenta::{Metric, classify};
use holdpoint_core::stat::outlier::Outliers;
use holdpoint_core::stat::sample::Sample;

use crate::noise::Noise;
use crate::watch::{Judge, Pair, metric, stepped};

const DEPENDENCES: [f64; 6] = [0.0, 0.3, 0.5, 0.8, 0.9, 0.95];

fn kayenta() -> Judge {
    Judge::Kayenta(Metric::default())
}

/// So many looks, evenly spread, the last one at `points`.
fn looks(number: usize, points: usize) -> Vec<usize> {
    (1..=number).map(|look| look * points / number).collect()
}

/// After every point from 10 on.
fn always(points: usize) -> Vec<usize> {
    (10..=points).collect()
}

/// How often each raises an alarm, in percent.
fn row(table: &mut String, name: &str, [peer, ours]: [f64; 2]) {
    let percent = |share: f64| if share.is_nan() { "–".to_owned() } else { format!("{:.2} %", 100.0 * share) };
    writeln!(table, "| {name} | {} | {} |", percent(peer), percent(ours)).unwrap();
}

fn rows(part: impl FnOnce(&mut String)) -> String {
    let mut rows = String::from("| situation | Kayenta's rule | differs |\n| --- | --- | --- |\n");
    part(&mut rows);
    rows
}

#[test]
#[ignore = "prints a part of the table"]
fn cases_by_hand() {
    println!("{}", rows(by_hand));
}

#[test]
#[ignore = "takes minutes; prints a part of the table"]
fn detections() {
    println!("{}", rows(with_a_change));
}

#[test]
#[ignore = "takes minutes; prints a part of the table"]
fn detections_of_steps() {
    println!("{}", rows(with_a_step));
}

#[test]
#[ignore = "takes minutes; prints a part of the table"]
fn false_alarms() {
    println!("{}", rows(without_a_change));
}

#[test]
#[ignore = "takes minutes; prints a part of the table"]
fn false_alarms_at_every_look() {
    for rho in DEPENDENCES {
        let streams = if rho > 0.0 { 4_000 } else { 10_000 };
        let ours = Judge::differs(180).share(streams, &always(180), metric(rho, 0.0, 180));
        println!("no change, autocorrelation {rho}, a look after every point from 10 to 180: {:.2} %", 100.0 * ours);
        assert!(ours <= 0.02, "autocorrelation {rho}: {ours}");
    }
}

#[test]
#[ignore = "takes minutes; prints a part of the table"]
fn false_alarms_in_other_worlds() {
    println!("{}", rows(in_other_worlds));
}

fn without_a_change(table: &mut String) {
    for rho in DEPENDENCES {
        let pairs = metric(rho, 0.0, 60);
        let shares = [kayenta(), Judge::differs(60)].map(|judge| judge.share(4_000, &[60], &pairs));
        row(table, &format!("no change, autocorrelation {rho}, 60 points, one look"), shares);
    }
    for rho in DEPENDENCES {
        let pairs = metric(rho, 0.0, 180);
        for number in [3, 18] {
            let peer = kayenta().share(500, &looks(number, 180), &pairs);
            let ours = Judge::differs(180).share(4_000, &looks(number, 180), &pairs);
            row(table, &format!("no change, autocorrelation {rho}, {number} looks up to 180 points"), [peer, ours]);
        }
    }
}

fn with_a_change(table: &mut String) {
    for rise in [0.02, 0.05, 0.1] {
        let pairs = metric(0.0, rise, 60);
        let peer = kayenta().share(2_000, &[60], &pairs);
        let ours = Judge::differs(60).share(4_000, &always(60), &pairs);
        row(table, &format!("mean up by {} %, independent, by 60 points", 100.0 * rise), [peer, ours]);
    }
    let early = Judge::differs(180).share(4_000, &always(60), metric(0.0, 0.1, 180));
    row(table, "mean up by 10 %, independent, by 60 points of a window of 180", [f64::NAN, early]);
    for rho in [0.3, 0.5, 0.8] {
        let pairs = metric(rho, 0.1, 180);
        let ours = Judge::differs(180).share(2_000, &always(180), &pairs);
        row(table, &format!("mean up by 10 %, autocorrelation {rho}, by 180 points"), [f64::NAN, ours]);
    }
}

/// A level that changes in the midst of the window, at 34 % of a metric whose standard deviation is 10 %.
fn with_a_step(table: &mut String) {
    for (rho, points) in [(0.0, 30), (0.0, 60), (0.0, 180), (0.5, 60), (0.5, 180), (0.8, 180)] {
        for at in [60, 120] {
            let pairs = stepped(rho, (0.34, at), [points, 180]);
            let shares = [at + 60, 180].map(|last| Judge::differs(180).share(400, &always(last), &pairs));
            let [soon, in_the_end] = shares.map(|share| format!("{:.1} %", 100.0 * share));
            let name = format!("mean up by 34 % at point {at} of 180, autocorrelation {rho}, a baseline of {points}");
            writeln!(table, "| {name} | – | {soon} within 60 points, {in_the_end} within 180 |").unwrap();
        }
    }
}

/// A metric with a season as long as half the window, in which both sides are measured at the same time.
fn seasonal(noise: &mut Noise) -> Pair {
    [(); 2].map(|()| {
        let season = |minute: u32| 10.0 * (f64::from(minute) * std::f64::consts::TAU / 90.0).sin();
        noise.remembering(0.0, 180).into_iter().zip(0..).map(|(z, minute)| 100.0 + season(minute) + 10.0 * z).collect()
    })
}

/// The share of errors in a hundred requests a minute, one in a hundred.
fn rare_errors(noise: &mut Noise) -> Pair {
    [(); 2].map(|()| {
        let errors = |noise: &mut Noise| (0..100).map(|_| if noise.uniform() < 0.01 { 0.01 } else { 0.0 }).sum();
        (0..180).map(|_| errors(noise)).collect()
    })
}

/// Points that remember, of which some are missing.
fn with_gaps(kept: impl Fn(&mut Noise, usize) -> bool + Sync) -> impl Fn(&mut Noise) -> Pair + Sync {
    move |noise| {
        let pair = metric(0.5, 0.0, 225)(noise);
        pair.map(|side| {
            side.into_iter().enumerate().filter(|(minute, _)| kept(noise, *minute)).map(|(_, v)| v).collect()
        })
    }
}

fn in_other_worlds(table: &mut String) {
    let mut add = |name: &str, pairs: &(dyn Fn(&mut Noise) -> Pair + Sync)| {
        let peer = kayenta().share(300, &looks(18, 180), pairs);
        let ours = Judge::differs(180).share(1_000, &always(180), pairs);
        row(table, &format!("no change, {name}; 18 looks, every point from 10 to 180"), [peer, ours]);
    };
    add("heavy tails (Student's t, 3 degrees)", &|noise| [noise.heavy(180), noise.heavy(180)]);
    add("errors in 100 requests, 1 %", &rare_errors);
    add("a season of 90 minutes on both sides", &seasonal);
    add("autocorrelation 0.5, 20 % missing at random", &with_gaps(|noise, _| noise.uniform() > 0.2));
    add("autocorrelation 0.5, 45 minutes missing", &with_gaps(|_, minute| !(60..105).contains(&minute)));
    add("autocorrelation 0.8, a baseline of 60 points", &|noise| {
        let [mut baseline, window] = metric(0.8, 0.0, 180)(noise);
        baseline.truncate(60);
        [baseline, window]
    });
    add("half of it remembers by 0.95, half is fresh", &|noise| {
        [(); 2].map(|()| noise.remembering(0.95, 180).into_iter().map(|z| z + noise.normal()).collect())
    });
}

fn by_hand(table: &mut String) {
    let ramp: Vec<f64> = (70..130).map(f64::from).collect();
    let flat: Vec<f64> = (0..60).map(|n| f64::from(100 + n % 5)).collect();
    let sparse: Vec<f64> = (0..360).map(|n| if n % 120 == 60 { 1.0 } else { 0.0 }).collect();
    let ten: Vec<f64> = (1..=10).map(f64::from).collect();
    let hundredfold = vec![100.0, 2.0, 300.0, 400.0, 5.0, 600.0, 700.0, 8.0, 900.0, 1_000.0];
    let cases: [(&str, Pair); 6] = [
        ("constant 1.0 against constant 1.00001, n = 3", [vec![1.0; 3], vec![1.000_01; 3]]),
        ("357 zeros and 3 ones against 360 zeros, outlier removal on", [vec![0.0; 360], sparse]),
        ("a ramp from 70 to 129 against a flat 100 to 104", [flat, ramp]),
        ("7 of 10 samples 100 times larger", [ten, hundredfold]),
        ("one point a side, 200 against 180", [vec![200.0], vec![180.0]]),
        (
            "60 points of 5 against 60 of 4 to 6",
            [vec![5.0; 60], (0..60).map(|n| f64::from(4 + n * 73 % 101 % 3)).collect()],
        ),
    ];
    for (name, [baseline, window]) in cases {
        let [control, experiment] = [&baseline, &window].map(|side| side.iter().copied().map(Some).collect::<Vec<_>>());
        let peer = classify(&Metric { outliers: Outliers::FAR_OUT, ..Metric::default() }, &control, &experiment).class;
        let [baseline, window] = [baseline, window].map(|side| Sample::new(&side).unwrap());
        let compared = Compared { baseline: Some(&baseline), window: Some(&window), history: None };
        let ours = judge(&compared, &Terms { watch: Watch::Growing { most: 180 }, ..Terms::default() });
        writeln!(table, "| {name} | {peer:?} | {:?}: {} |", ours.class, ours.reason).unwrap();
        assert!(matches!(ours.class, Class::TooEarly | Class::NoDifference | Class::Increased));
    }
}
