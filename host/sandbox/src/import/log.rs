//! The import `log`.

use crate::bindings::log::{Host, Severity};
use crate::state::State;

impl Host for State {
    fn write(&mut self, severity: Severity, message: String) -> wasmtime::Result<()> {
        let severity = match severity {
            Severity::Debug => "debug",
            Severity::Info => "info",
            Severity::Warn => "warn",
            Severity::Error => "error",
        };
        self.log.write(severity, &message);
        Ok(())
    }
}
