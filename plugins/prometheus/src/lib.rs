//! The `prometheus` check: one instant query against thresholds.

mod answer;
mod look;
mod settings;

#[cfg(test)]
mod tests;

holdpoint_sdk::check!(settings::Settings, look::run, validate = settings::problems);
