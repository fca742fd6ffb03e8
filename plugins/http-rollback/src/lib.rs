//! The `http-rollback` plugin: any deploy tool that has an HTTP API.

mod deploy;
mod settings;
mod validate;

#[cfg(test)]
mod tests;

holdpoint_sdk::rollback!(settings::Settings);
