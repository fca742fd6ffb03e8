//! `cargo xtask build`: everything that the demo and the tests run, in one profile.

use anyhow::Result;

use crate::guests;
use crate::step::{Places, cargo, run};

/// Builds the guests, and every target of the workspace. Always of all packages: a part of the workspace would be built
/// with other features, and the component engine with it a second time.
///
/// # Errors
/// When a build fails; its own words stand above on the terminal.
pub(crate) fn build(places: &Places) -> Result<()> {
    guests::build(places, &guests::Arguments::all())?;
    run("build the workspace", cargo(&places.root).args(["build", "--workspace", "--all-targets"]))
}

/// Builds the guests and the programs. One small test target is built with them, since that is what makes cargo take the
/// features of the tests too, with which [`build`] then finds everything compiled.
///
/// # Errors
/// As [`build`].
pub(crate) fn programs(places: &Places) -> Result<()> {
    guests::build(places, &guests::Arguments::all())?;
    run("build the programs", cargo(&places.root).args(["build", "--workspace", "--bins", "--test", "tidy"]))
}
