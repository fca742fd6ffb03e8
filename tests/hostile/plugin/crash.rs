//! P18: a plugin that crashes whenever it is called.

use holdpoint_tests::wat::Core;
use serde_json::Value;

use crate::bench::{Bench, Ran};
use crate::trial::{Row, Trial};

pub(crate) const ROW: Row = Row { id: "P18", attack: "trap flood", run };

const CHECKS: usize = 1_000;
/// Calls that may have begun before the breaker opens: what it takes, and what runs beside that.
const CALLED: usize = 20 + PARALLEL;
const PARALLEL: usize = 16;

fn run(trial: &mut Trial) {
    let quiet = flood("i32.const 64");
    let ran = flood("unreachable");
    let ends = ran.ends("wild");
    let called = ends.iter().filter(|ended| ended.attempt != Value::Null).count();
    for ended in &ends {
        let told = ended.attempt != Value::Null || ended.summary.contains("not called, since plugin wild has crashed");
        trial.expect(ended.word == "error" && told, || format!("{}: {} {}", ended.name, ended.word, ended.summary));
    }
    trial.expect(ends.len() == CHECKS, || format!("{} of {CHECKS} checks ended", ends.len()));
    let beside = ran.ends("honest");
    let honest = beside.iter().all(|ended| ended.word == "pass") && beside.len() == 20;
    trial.expect(honest, || format!("checks of another plugin: {beside:?}"));
    let decided = ran.unharmed() && ran.story["headline"] != Value::Null;
    trial.expect(decided, || format!("the program ended with {}", ran.output.status));
    #[expect(clippy::cast_precision_loss, reason = "a small count")]
    trial.at_most("crashes before it is left alone", called as f64, CALLED as f64);
    trial.at_most("peak / the same run without crashes", ran.peak / quiet.peak, 1.05);
}

fn flood(body: &str) -> Ran {
    let bench = Bench::new().parallel(PARALLEL).wat("wild", &Core { run: body, ..Core::default() });
    let bench = bench.checks(CHECKS, "wild", "min-evidence = 0");
    bench.wat("honest", &Core::default()).checks(20, "honest", "min-evidence = 0").run()
}
