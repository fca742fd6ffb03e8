//! P19: components that are made to hurt whoever compiles them.

use std::fmt::Write as _;

use holdpoint_tests::wat::Core;

use crate::bench::Bench;
use crate::trial::{Row, Trial};

pub(crate) const ROW: Row = Row { id: "P19", attack: "compile bomb", run };

/// How many values a bomb holds at once, and how often.
const VALUES: usize = 200_000;
const FUNCTIONS: usize = 4;

fn run(trial: &mut Trial) {
    let bomb = bomb();
    let bench = Bench::new().wat("bomb", &Core { items: &bomb, ..Core::default() }).checks(1, "bomb", "");
    let began = std::time::Instant::now();
    let (status, err, peak) = bench.refused_within();
    let named = err.contains("takes more than 30s of CPU time") || err.contains("takes more than 2GiB of memory");
    trial.expect(status == Some(2) && named, || format!("{status:?} {err}"));
    trial.at_most("peak of the host, MiB", peak, 512.0);
    trial.figure(format!("ended after {:.1} s", began.elapsed().as_secs_f64()));
}

/// Functions that keep very many values alive at the same time, so that registers are hard to give.
fn bomb() -> String {
    let mut items = "(memory (export \"memory\") 2)".to_owned();
    for function in 0..FUNCTIONS {
        let _ = write!(items, "(func $bomb{function} (param $x i64) (result i64) ");
        for value in 0..VALUES {
            let _ = write!(items, "(i64.load offset={} (i32.wrap_i64 (local.get $x)))", value * 8);
        }
        for value in 1..VALUES {
            items.push_str(if value % 2 == 0 { "i64.add " } else { "i64.xor " });
        }
        items.push(')');
    }
    items
}
