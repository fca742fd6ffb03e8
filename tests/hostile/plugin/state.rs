//! P15: what one call leaves behind for the next.

use crate::bench::Bench;
use crate::trial::{Row, Trial};

pub(crate) const ROW: Row = Row { id: "P15", attack: "state bleed between calls", run };

/// As many calls as a plan's size allows in one run, and as often.
const CALLS: usize = 2_500;
const RUNS: usize = 4;

fn run(trial: &mut Trial) {
    for _ in 0..RUNS {
        let bench = Bench::new().built("hostile", "test/hostile.wasm", "").parallel(64);
        let ran = bench.checks(CALLS, "hostile", "settings.attack = \"mark\"").run();
        for ended in ran.ends("hostile") {
            trial.expect(ended.word == "pass", || format!("{}: {} {}", ended.name, ended.word, ended.summary));
        }
    }
    trial.figure("marks seen again: 0");
}
