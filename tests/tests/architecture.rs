//! The house's walls: which crate may know which, and who owns which library.

use std::collections::BTreeSet;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// One room: its package, what of ours it may know, and why not more.
struct Room {
    package: &'static str,
    may_know: &'static [&'static str],
    reason: &'static str,
}

const ROOMS: &[Room] = &[
    Room {
        package: "holdpoint-core",
        may_know: &[],
        reason: "the core knows nothing of ours: everything else knows the core",
    },
    Room { package: "holdpoint-plan", may_know: &["core"], reason: "a plan is text in, plan and problems out" },
    Room {
        package: "holdpoint-report",
        may_know: &["core"],
        reason: "a report is history in, bytes out; it never reads a run",
    },
    Room {
        package: "holdpoint-gateway",
        may_know: &["core"],
        reason: "the gateway takes effective grants and nothing else",
    },
    Room { package: "holdpoint-bundle", may_know: &["core"], reason: "a bundle is looked at, never run" },
    Room {
        package: "holdpoint-sandbox",
        may_know: &["core", "gateway"],
        reason: "the sandbox knows neither severity nor phase, plan nor journal",
    },
    Room { package: "holdpoint-journal", may_know: &["core"], reason: "the journal keeps entries and judges nothing" },
    Room {
        package: "holdpoint-conductor",
        may_know: &["core", "sandbox", "bundle", "gateway", "journal"],
        reason: "the conductor acts; it reads no plan text and writes no report",
    },
    Room {
        package: "holdpoint-author",
        may_know: &["core", "bundle"],
        reason: "a plugin is built and looked at here, and run elsewhere",
    },
    Room {
        package: "holdpoint-cli",
        may_know: &["core", "plan", "report", "gateway", "bundle", "sandbox", "journal", "conductor", "author"],
        reason: "the program is the outermost shell",
    },
    Room { package: "holdpoint-shop", may_know: &[], reason: "the example target is somebody else's service" },
    Room {
        package: "xtask",
        may_know: &["author"],
        reason: "the project's tasks run the program, they don't link it; guests are built as authors build them",
    },
];

/// Libraries that one room owns, or a few.
const OWNERS: &[(&str, &[&str])] = &[
    ("wasmtime", &["holdpoint-sandbox"]),
    ("wasmtime-wasi", &["holdpoint-sandbox"]),
    ("wasmtime-wasi-http", &["holdpoint-sandbox"]),
    ("rusqlite", &["holdpoint-journal", "holdpoint-tests"]),
    ("cap-std", &["holdpoint-journal"]),
    ("reqwest", &["holdpoint-gateway", "holdpoint-shop", "holdpoint-tests"]),
    ("toml", &["holdpoint-plan", "holdpoint-author"]),
    ("maud", &["holdpoint-report", "holdpoint-shop"]),
    ("clap", &["holdpoint-cli", "holdpoint-shop", "xtask"]),
    ("axum", &["holdpoint-shop", "holdpoint-tests"]),
    ("anyhow", &["holdpoint-cli", "holdpoint-shop", "holdpoint-tests", "xtask"]),
    (
        "tokio",
        &[
            "holdpoint-gateway",
            "holdpoint-sandbox",
            "holdpoint-conductor",
            "holdpoint-cli",
            "holdpoint-shop",
            "holdpoint-tests",
        ],
    ),
];

fn workspace() -> Metadata {
    MetadataCommand::new().no_deps().exec().expect("cargo metadata answers in its own workspace")
}

/// What a package is built with, its own tests apart.
fn dependencies<'a>(metadata: &'a Metadata, package: &str) -> BTreeSet<&'a str> {
    let found = metadata.packages.iter().find(|p| p.name == package);
    let package = found.unwrap_or_else(|| panic!("no package {package} in the workspace"));
    package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal).map(|d| d.name.as_str()).collect()
}

#[test]
fn every_crate_knows_only_what_its_room_may_know() {
    let metadata = workspace();
    for room in ROOMS {
        for dependency in dependencies(&metadata, room.package) {
            let Some(ours) = dependency.strip_prefix("holdpoint-") else { continue };
            assert!(
                room.may_know.contains(&ours),
                "{} depends on {dependency}, and may not: {}",
                room.package,
                room.reason
            );
        }
    }
}

#[test]
fn every_package_of_the_workspace_has_a_room() {
    let rooms: BTreeSet<&str> = ROOMS.iter().map(|room| room.package).chain(["holdpoint-tests"]).collect();
    for package in workspace().packages {
        assert!(rooms.contains(package.name.as_str()), "{} has no room in the table of this test", package.name);
    }
}

#[test]
fn every_owned_library_is_used_by_its_owners_alone() {
    let metadata = workspace();
    for package in &metadata.packages {
        for dependency in dependencies(&metadata, &package.name) {
            let Some((_, owners)) = OWNERS.iter().find(|(library, _)| *library == dependency) else { continue };
            assert!(
                owners.contains(&package.name.as_str()),
                "{} depends on {dependency}, which belongs to {owners:?}: one library, one room",
                package.name
            );
        }
    }
}

#[test]
fn the_core_is_built_without_std() {
    let root = workspace().workspace_root;
    let text = std::fs::read_to_string(root.join("host/core/src/lib.rs")).expect("the core has a lib.rs");
    assert!(
        text.contains("#![no_std]"),
        "host/core/src/lib.rs must say #![no_std]: no I/O, clock or async in the core"
    );
}

#[test]
fn unsafe_code_is_forbidden_everywhere_but_in_the_sandbox() {
    let metadata = workspace();
    for room in ROOMS.iter().filter(|room| room.package != "holdpoint-sandbox") {
        let package = metadata.packages.iter().find(|p| p.name == room.package).expect("the rooms are the packages");
        for target in package.targets.iter().filter(|target| target.is_lib() || target.is_bin()) {
            let text = std::fs::read_to_string(&target.src_path).expect("a target has its file");
            assert!(text.contains("#![forbid(unsafe_code)]"), "{} must say #![forbid(unsafe_code)]", target.src_path);
        }
    }
}
