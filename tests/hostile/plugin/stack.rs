//! P4: a stack that overflows, in the guest alone and on the way through the host.

use holdpoint_tests::wat::{Core, in_call};

use crate::bench::Bench;
use crate::trial::{Row, Trial};

pub(crate) const ROW: Row = Row { id: "P4", attack: "stack overflow", run };

fn run(trial: &mut Trial) {
    let deep = "(memory (export \"memory\") 2) (func $deep (param i64 i64 i64 i64) (result i32)
        (i32.add (i32.const 1) (call $deep (local.get 3) (local.get 2) (local.get 1) (local.get 0))))";
    let dive = "(call $deep (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4))";
    let dive_late = in_call(&format!("(drop {dive})"));
    let in_realloc = Core { items: deep, realloc: &dive_late, ..Core::default() };
    let bench = Bench::new()
        .wat("in-run", &Core { items: deep, run: dive, ..Core::default() })
        .checks(50, "in-run", "")
        .wat("through-host", &in_realloc)
        .checks(50, "through-host", "");
    let ran = bench.run();
    for ended in ["in-run", "through-host"].into_iter().flat_map(|name| ran.ends(name)) {
        let named = ended.summary.contains("stack");
        trial.expect(ended.word == "error" && named, || format!("{}: {} {}", ended.name, ended.word, ended.summary));
    }
    trial.expect(ran.unharmed(), || format!("the program ended with {}", ran.output.status));
    trial.figure("no signal");
}
