//! P16: plugins of another world than their own.

use holdpoint_tests::wat::Core;

use crate::bench::Bench;
use crate::trial::{Row, Trial};

pub(crate) const ROW: Row = Row { id: "P16", attack: "undeclared import, wrong world", run };

/// Interfaces that a check may want and no host offers it.
const WANTED: [(&str, &str); 7] = [
    ("evil:host", "1.0.0"),
    ("holdpoint:host", "0.1.0"),
    ("wasi:nn", "0.2.0"),
    ("wasi:keyvalue", "0.2.0"),
    ("wasi:cli", "0.3.0"),
    ("wasi:sockets", "0.1.0"),
    ("holdpoint:plugins", "0.1.0"),
];

fn run(trial: &mut Trial) {
    for (package, version) in WANTED {
        let import = format!("{package}/door@{version}");
        let wit = format!("import {import}; package {package}@{version} {{ interface door {{ open: func(); }} }}");
        let imports = format!("(import \"{import}\" \"open\" (func $open))");
        let core = Core { imports: &imports, run: "call $open i32.const 64", ..Core::default() };
        refused(trial, Bench::new().bytes("guest", &core.bundle_with("guest", &wit)), &import);
    }
    // The plan calls a rollback plugin as a check; its interface is no import of a check either.
    refused(trial, Bench::new().built("guest", "test/noop-rollback.wasm", ""), "rollback");
    let restorer = "holdpoint:plugin/restorer@0.1.0";
    let imports = format!("(import \"{restorer}\" \"validate\" (func $undo (param i32 i32 i32)))");
    let core = Core { imports: &imports, ..Core::default() };
    let bytes = core.bundle_with("guest", &format!("import {restorer};"));
    refused(trial, Bench::new().bytes("guest", &bytes), restorer);
    trial.figure("refused before any call, the import named");
}

fn refused(trial: &mut Trial, bench: Bench, named: &str) {
    let (status, err) = bench.checks(1, "guest", "").refused();
    trial.expect(status == Some(2) && err.contains(named), || format!("{named}: {status:?} {err}"));
}
