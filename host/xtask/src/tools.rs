//! `cargo xtask tools`: what compiles plugins in every language, pinned, as `holdpoint build --install` gets it.
//!
//! Kept in the target folder and found there by the tests. What is there already is not got again.

use std::env;

use anyhow::{Result, anyhow};
use holdpoint_author::language::InstallError;
use holdpoint_author::{Language, Toolbox};

use crate::package::{self, FOR_LANGUAGES};
use crate::step::{Places, say};

/// Sees to it that every language can be compiled; Rust is the guests' concern.
///
/// # Errors
/// When something can't be had; the text names the command that would get it.
pub(crate) fn provide(places: &Places) -> Result<()> {
    let toolbox = Toolbox::new(places.languages_tools(), env::var_os("PATH").unwrap_or_default());
    for language in Language::ALL.into_iter().filter(|language| *language != Language::Rust) {
        if let Ok(tools) = language.tools(&toolbox) {
            say(&format!("{language}: compiling with {tools}"));
            continue;
        }
        say(&format!("{language}: getting what compiles it"));
        if language.install(&toolbox).is_err() {
            package::install(&FOR_LANGUAGES);
            language.install(&toolbox).map_err(|error| said(language, &error))?;
        }
    }
    Ok(())
}

fn said(language: Language, error: &InstallError) -> anyhow::Error {
    let (tool, command) = (error.said().unwrap_or_default(), error.command().unwrap_or("cargo xtask tools"));
    anyhow!("could not get what compiles {language}: {error}; get it with: {command}\n{tool}")
}
