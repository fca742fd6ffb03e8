//! The plugin interface against the last one that was released: what plugins are built against stays, until the version
//! says otherwise.
//!
//! `wit/released/VERSION` is a copy of the interface as it was when that version went out, and is never edited. Compatible
//! are new interfaces, new types, new worlds, new functions in interfaces that plugins import, and new imports of a world.
//! Everything else breaks plugins that exist.

mod shape;

use std::fs;
use std::path::PathBuf;

use holdpoint_tests::root;
use shape::Shape;

/// What a change breaks, in words; nothing when plugins that exist go on working.
fn breaks(released: &Shape, new: &Shape) -> Vec<String> {
    let kept = released.things.iter().filter_map(|(name, was)| match new.things.get(name) {
        None => Some(format!("{name} is gone")),
        Some(is) if is != was => Some(format!("{name} was {was}, and is {is}")),
        Some(_) => None,
    });
    // Plugins that exist do not have what is new.
    let demanded = new.things.keys().filter(|name| !released.things.contains_key(*name)).filter_map(|name| {
        let of_exported = |name: &str| {
            let interface = name.strip_prefix("function ").and_then(|rest| rest.split_once('.'))?.0;
            released.exported.contains(interface).then_some(())
        };
        let export = || {
            let world = name.split(" export ").next().filter(|world| *world != name)?;
            released.things.contains_key(world).then_some(())
        };
        of_exported(name).or_else(export).map(|()| format!("{name} is new, and plugins that exist do not have it"))
    });
    kept.chain(demanded).collect()
}

/// The part of a version that must change with what breaks: before 1.0 that is the second number.
fn line(version: &str) -> String {
    let numbers: Vec<&str> = version.split('.').collect();
    match numbers[..] {
        ["0", minor, ..] => format!("0.{minor}"),
        [major, ..] => major.to_owned(),
        [] => String::new(),
    }
}

/// The released interfaces, the oldest first.
fn released() -> Vec<Shape> {
    let folders = fs::read_dir(root().join("wit/released")).expect("there are released interfaces");
    let mut folders: Vec<_> = folders.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort_by_key(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.split('.').map(|number| number.parse::<u32>().unwrap()).collect::<Vec<_>>()
    });
    let shape = |folder: &PathBuf| {
        let shape = Shape::of_folder(folder);
        assert_eq!(folder.file_name().unwrap().to_string_lossy(), shape.version, "a copy lies in its version's folder");
        shape
    };
    folders.iter().map(shape).collect()
}

#[test]
fn the_interface_keeps_what_was_released_until_its_version_changes() {
    let released = released();
    let last = released.last().expect("an interface was released");
    let new = Shape::of_folder(&root().join("wit/holdpoint"));

    let broken = breaks(last, &new);

    assert!(
        broken.is_empty() || line(&last.version) != line(&new.version),
        "plugins built against {} would break:\n  {}\n\
         take it back, make it an addition as wit/README.md says, or change the version of the package in wit/holdpoint",
        last.version,
        broken.join("\n  ")
    );
}

const RELEASED: &str = r"
    package a:b@0.1.0;
    interface types {
        type labels = list<tuple<string, string>>;
        record call { name: string, labels: labels }
        variant failure { denied(string), internal }
        enum level { note, warn }
    }
    interface log { use types.{level}; write: func(level: level, text: string); }
    interface checker { use types.{call, failure}; run: func(call: call) -> result<string, failure>; }
    world check { import log; export checker; }
";

/// What breaks when one text of the released interface stands for another.
fn changed(from: &str, to: &str) -> Vec<String> {
    assert!(RELEASED.contains(from), "{from}");
    breaks(&Shape::of_text(RELEASED), &Shape::of_text(&RELEASED.replace(from, to)))
}

#[test]
fn what_is_removed_or_changed_breaks_plugins() {
    for (from, to, wanted) in [
        ("write: func(level: level, text: string);", "", "function log.write is gone"),
        (
            "name: string, ",
            "",
            "type types.call was record { name: string, labels: labels }, and is record { labels: labels }",
        ),
        (
            "labels: labels }",
            "labels: labels, more: string }",
            "and is record { name: string, labels: labels, more: string }",
        ),
        ("text: string", "text: list<u8>", "(level: level, text: list<u8>)"),
        ("text: string", "message: string", "(level: level, message: string)"),
        ("denied(string), internal", "denied(string), internal, late", "type types.failure was variant"),
        ("note, warn }", "warn, note }", "type types.level was enum { note, warn }, and is enum { warn, note }"),
        ("result<string, failure>", "result<u32, failure>", "result<u32, failure>"),
        ("import log; ", "", "world check import log is gone"),
        ("tuple<string, string>", "tuple<string, u32>", "type types.labels was"),
    ] {
        let broken = changed(from, to);
        assert!(broken.iter().any(|line| line.contains(wanted)), "{from} → {to}: {broken:#?}");
    }
}

#[test]
fn what_plugins_that_exist_do_not_have_breaks_them() {
    let function = changed("run: func", "stop: func(); run: func");
    let export = changed("export checker;", "export checker; export stopper: interface { stop: func(); }");

    assert_eq!(function, ["function checker.stop is new, and plugins that exist do not have it"]);
    assert_eq!(export, ["world check export stopper is new, and plugins that exist do not have it"]);
}

#[test]
fn additions_break_nothing() {
    for (from, to) in [
        ("write: func", "flush: func(); write: func"),
        ("enum level", "enum other { a } enum level"),
        ("world check", "interface state { get: func() -> string; } world other { export checker; } world check"),
        ("import log;", "import log; import types;"),
        ("interface log {", "/// The log.\n interface log {"),
    ] {
        assert_eq!(changed(from, to), [""; 0], "{from} → {to}");
    }
}

#[test]
fn a_version_says_that_plugins_break_by_its_first_number_that_is_not_zero() {
    assert_ne!(line("0.1.0"), line("0.2.0"));
    assert_eq!(line("0.1.0"), line("0.1.7"));
    assert_ne!(line("1.4.0"), line("2.0.0"));
    assert_eq!(line("1.4.0"), line("1.5.0"));
}
