//! The `identity` check: what runs is what was approved.

mod look;
mod settings;

#[cfg(test)]
mod tests;

holdpoint_sdk::check!(settings::Settings, look::run, validate = settings::problems);
