//! The `http-rollout` plugin: shares of the traffic through any deploy tool that has an HTTP API.

mod settings;
mod shift;

#[cfg(test)]
mod tests;

holdpoint_sdk::rollout!(settings::Settings);
