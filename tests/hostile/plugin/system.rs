//! P11: what a guest finds of the machine that it runs on.

use holdpoint_tests::wat::Core;

use crate::bench::Bench;
use crate::trial::{Row, Trial};

pub(crate) const ROW: Row = Row { id: "P11", attack: "files, environment, arguments, working folder", run };

/// The part of WASI that would give them out.
const WIT: &str = "
    import wasi:cli/environment@0.2.0;
    import wasi:filesystem/preopens@0.2.0;
    import wasi:random/random@0.2.0;
    package wasi:cli@0.2.0 {
        interface environment {
            get-environment: func() -> list<tuple<string, string>>;
            get-arguments: func() -> list<string>;
            initial-cwd: func() -> option<string>;
        }
    }
    package wasi:filesystem@0.2.0 {
        interface types { resource descriptor; }
        interface preopens {
            use types.{descriptor};
            get-directories: func() -> list<tuple<descriptor, string>>;
        }
    }
    package wasi:random@0.2.0 {
        interface random { get-random-bytes: func(len: u64) -> list<u8>; }
    }";

const IMPORTS: &str = r#"
    (import "wasi:cli/environment@0.2.0" "get-environment" (func $environment (param i32)))
    (import "wasi:cli/environment@0.2.0" "get-arguments" (func $arguments (param i32)))
    (import "wasi:cli/environment@0.2.0" "initial-cwd" (func $folder (param i32)))
    (import "wasi:filesystem/preopens@0.2.0" "get-directories" (func $files (param i32)))
    (import "wasi:random/random@0.2.0" "get-random-bytes" (func $random (param i64 i32)))"#;

fn run(trial: &mut Trial) {
    // A list's length lies behind its address; an option begins with whether there is something.
    let length = "(i32.load (i32.const 1028))";
    let looks = [
        ("environment", "(call $environment (i32.const 1024))", length),
        ("arguments", "(call $arguments (i32.const 1024))", length),
        ("files", "(call $files (i32.const 1024))", length),
        ("folder", "(call $folder (i32.const 1024))", "(i32.load8_u (i32.const 1024))"),
        // The control: here there is something to be found.
        ("something", "(call $random (i64.const 8) (i32.const 1024))", length),
    ];
    let mut bench = Bench::new();
    for (name, call, found) in looks {
        let body = format!("{call} (if {found} (then unreachable)) i32.const 64");
        let core = Core { imports: IMPORTS, run: &body, ..Core::default() };
        bench = bench.bytes(name, &core.bundle_with(name, WIT)).checks(1, name, "min-evidence = 0");
    }
    let ran = bench.run();
    for (name, ..) in looks {
        let expected = if name == "something" { "error" } else { "pass" };
        let ends = ran.ends(name);
        let held = ends.iter().all(|ended| ended.word == expected) && ends.len() == 1;
        trial.expect(held, || format!("{name}: {ends:?}"));
    }
    trial.figure("unexpected entries: 0");
}
