//! Failures of the program itself: what was tried, why it failed, what would mend it, and the exit code.

use std::error::Error;
use std::fmt;
use std::process::ExitCode;

use crate::output;

/// Whose turn it is to mend a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Whoever called the program.
    Usage,
    /// Whoever wrote the plan; the problems have been printed.
    Plan,
    /// Whoever wrote the program, or runs the machine.
    Internal,
}

/// Why a command could not be done.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: Kind,
    message: String,
    hint: Option<String>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl Failure {
    /// A failure that the caller can mend.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { kind: Kind::Usage, message: message.into(), hint: None, source: None }
    }

    /// A plan that can't be run.
    pub(crate) fn plan(message: impl Into<String>) -> Self {
        Self { kind: Kind::Plan, message: message.into(), hint: None, source: None }
    }

    /// A failure of the program or its machine.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self { kind: Kind::Internal, message: message.into(), hint: None, source: None }
    }

    /// With its cause.
    #[must_use]
    pub(crate) fn because(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// With what would mend it.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Prints it and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        output::failure(self);
        match self.kind {
            Kind::Usage | Kind::Plan => ExitCode::from(2),
            Kind::Internal => ExitCode::from(70),
        }
    }

    /// What would mend it.
    pub(crate) fn cure(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Failure {
    /// Writes the message and the whole chain of causes, on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        let mut cause = self.source.as_deref().map(|source| source as &dyn Error);
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
