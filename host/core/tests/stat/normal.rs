//! The normal distribution against 50 digits (`reference/normal.json`, written by `reference/rank.py`).

use holdpoint_core::stat::normal::{cdf, quantile, survival, upper_quantile};
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    survival: Vec<[f64; 2]>,
    upper_quantile: Vec<[f64; 2]>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("reference/normal.json")).unwrap()
}

fn agree(at: f64, found: f64, expected: f64) {
    assert!((found / expected - 1.0).abs() < 3e-15, "at {at}: {found:e} is not {expected:e}");
}

#[test]
fn tails_are_right_to_fifteen_digits() {
    for [x, expected] in reference().survival {
        agree(x, survival(x), expected);
        agree(x, cdf(-x), expected);
    }
}

#[test]
fn quantiles_are_right_to_fifteen_digits() {
    for [p, expected] in reference().upper_quantile {
        agree(p, upper_quantile(p), expected);
        agree(p, -quantile(p), expected);
    }
}
