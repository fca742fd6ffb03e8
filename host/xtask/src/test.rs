//! `cargo xtask test`: everything that must hold, from formatting to the program as a whole.

use anyhow::Result;

use crate::package::{self, FOR_TESTS};
use crate::step::{Places, cargo, run, say};
use crate::{build, deny, junit, sdks, suites, tools};

/// Runs every check, the cheapest first, and stops at the first that fails.
///
/// # Errors
/// When one fails; its own words stand above on the terminal.
pub(crate) fn test(places: &Places) -> Result<()> {
    package::provide(FOR_TESTS)?;
    tools::provide(places)?;
    junit::provide(places)?;
    let cargo = || cargo(&places.root);
    let guests = ["--manifest-path", "plugins/Cargo.toml"];
    run("format", cargo().args(["fmt", "--all", "--check"]))?;
    run("format of the guests", cargo().args(["fmt", "--all", "--check"]).args(guests))?;
    run("format of the fuzz targets", cargo().args(["fmt", "--check", "--manifest-path", "tests/fuzz/Cargo.toml"]))?;
    deny::check(places)?;
    build::build(places)?;
    let lints = ["--all-targets", "--", "--deny", "warnings"];
    run("lints", cargo().args(["clippy", "--workspace"]).args(lints))?;
    run("lints of the guests", cargo().args(["clippy", "--workspace"]).args(guests).args(lints))?;
    run(
        "documentation",
        cargo().args(["doc", "--workspace", "--no-deps", "--quiet"]).env("RUSTDOCFLAGS", "--deny warnings"),
    )?;
    sdks::test(places)?;
    run("tests of the guests, natively", cargo().args(["test", "--workspace"]).args(guests))?;
    suites::test(places)?;
    say("\neverything holds");
    Ok(())
}
