//! `cargo xtask build`: everything that the demo and the tests run, in one profile.

use anyhow::Result;

use crate::guests;
use crate::step::{Places, cargo, run};

/// Builds the guests, the program and the example target.
///
/// # Errors
/// When a build fails; its own words stand above on the terminal.
pub(crate) fn build(places: &Places) -> Result<()> {
    guests::build(&guests::Arguments::all())?;
    let packages = ["--package", "holdpoint-cli", "--package", "holdpoint-shop", "--bins"];
    run("build the program and the example target", cargo(&places.root).arg("build").args(packages))
}
