//! P2 and P3: guests that want all the memory, in every shape that there is.

use std::fmt::Write as _;

use holdpoint_tests::wat::Core;

use crate::bench::Bench;
use crate::trial::{Row, Trial};

pub(crate) const BOMBS: Row = Row { id: "P2", attack: "memory bomb", run: bombs };
pub(crate) const TABLES: Row = Row { id: "P3", attack: "huge tables, proposals that are off", run: tables };

/// Grows until it is refused, touches every page, and then crashes.
const GROW: &str = "(local $page i32)
    (loop $more
        (local.set $page (memory.grow (i32.const 16)))
        (if (i32.ne (local.get $page) (i32.const -1)) (then
            (i32.store (i32.mul (local.get $page) (i32.const 65536)) (i32.const 1))
            (memory.fill (i32.mul (local.get $page) (i32.const 65536)) (i32.const 7) (i32.const 1048576))
            (br $more))))
    unreachable";

fn bombs(trial: &mut Trial) {
    let idle = Bench::new().wat("quiet", &Core::default()).checks(1, "quiet", "").run();
    let (mut many, mut grow_all) = (String::new(), String::new());
    for number in 0..7 {
        let _ = write!(many, "(memory $m{number} 1 32768)");
        let grow = format!("(memory.grow $m{number} (i32.const 64))");
        let _ = write!(grow_all, "(loop $more{number} (br_if $more{number} (i32.ne {grow} (i32.const -1))))");
    }
    let items = format!("(memory (export \"memory\") 2) {many}");
    let grow_all = format!("{grow_all} unreachable");
    let kinds = [
        ("one", Core { run: GROW, ..Core::default() }),
        ("several", Core { items: &items, run: &grow_all, ..Core::default() }),
    ];
    let mut bench = Bench::new();
    for (name, core) in &kinds {
        bench = bench.wat(name, core).checks(20, name, "");
    }
    let ran = bench.parallel(20).run();

    for (name, _) in &kinds {
        for ended in ran.ends(name) {
            let named = ended.summary.contains("memory limit of 64MiB");
            trial
                .expect(ended.word == "error" && named, || format!("{}: {} {}", ended.name, ended.word, ended.summary));
        }
    }
    let at_once = Core { items: "(memory (export \"memory\") 32768)", ..Core::default() };
    let (status, err) = Bench::new().wat("at-once", &at_once).checks(20, "at-once", "").refused();
    trial.expect(status == Some(2) && err.contains("memory limit of 64MiB"), || format!("at-once: {status:?} {err}"));
    trial.expect(ran.unharmed(), || format!("the program ended with {}", ran.output.status));
    trial.at_most("peak, MiB", ran.peak, idle.peak + 20.0 * (64.0 + 8.0));
}

fn tables(trial: &mut Trial) {
    let idle = Bench::new().wat("quiet", &Core::default()).checks(1, "quiet", "").run();
    let grow = "(loop $more (br_if $more (i32.ne (table.grow $t (ref.null func) (i32.const 4096)) (i32.const -1)))) unreachable";
    let kinds = [(
        "grown",
        Core { items: "(memory (export \"memory\") 2) (table $t 1 funcref)", run: grow, ..Core::default() },
    )];
    let mut bench = Bench::new();
    for (name, core) in &kinds {
        bench = bench.wat(name, core).checks(10, name, "");
    }
    let ran = bench.run();
    for (name, _) in &kinds {
        for ended in ran.ends(name) {
            let named = ended.summary.contains("100000 table elements");
            trial
                .expect(ended.word == "error" && named, || format!("{}: {} {}", ended.name, ended.word, ended.summary));
        }
    }
    let declared = Core { items: "(memory (export \"memory\") 2) (table 900000 funcref)", ..Core::default() };
    let (status, err) = Bench::new().wat("declared", &declared).checks(10, "declared", "").refused();
    let named = err.contains("100000 table elements");
    trial.expect(status == Some(2) && named, || format!("declared: {status:?} {err}"));
    trial.expect(ran.unharmed(), || format!("the program ended with {}", ran.output.status));
    trial.at_most("extra, MiB", ran.peak - idle.peak, 16.0);
    for (what, text) in [
        ("memory64", "(component (core module (memory i64 1)))"),
        ("threads", "(component (core module (memory 1 2 shared)))"),
        ("GC", "(component (core module (type (struct (field i32)))))"),
    ] {
        let bytes = wat::parse_str(text).expect("WAT");
        let bytes = holdpoint_tests::wat::with_manifest(bytes, "proposal");
        let (status, err) = Bench::new().bytes("proposal", &bytes).checks(1, "proposal", "").refused();
        trial.expect(status == Some(2), || format!("{what} was not refused: {status:?} {err}"));
    }
}
