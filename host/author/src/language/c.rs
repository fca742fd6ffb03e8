//! C: which tools compile it, and how.

use std::fmt;

use crate::language::{Bench, CompileError, InstallError, Language, Missing};
use crate::project::Project;
use crate::toolbox::Toolbox;

/// The tools that were found.
#[derive(Debug)]
pub struct Tools {}

impl Tools {
    /// Looks for the tools.
    ///
    /// # Errors
    /// With what is missing.
    pub fn find(_toolbox: &Toolbox) -> Result<Self, Missing> {
        Ok(Self {})
    }

    /// Gets the tools.
    ///
    /// # Errors
    /// When they can't be had.
    pub fn install(_toolbox: &Toolbox) -> Result<(), InstallError> {
        Ok(())
    }
}

impl fmt::Display for Tools {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing")
    }
}

/// Compiles a project to a component.
pub(crate) fn compile(_project: &Project, _tools: &Tools, _bench: &Bench) -> Result<Vec<u8>, CompileError> {
    Err(CompileError::NotYet(Language::C))
}
