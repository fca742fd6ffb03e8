//! The `prometheus` check: an indicator or a query, classed, measured, and held against thresholds.

mod answer;
mod indicator;
mod look;
mod promql;
mod provider;
mod question;
mod release;
mod settings;
mod validate;

#[cfg(test)]
mod tests;

holdpoint_sdk::check!(settings::Settings, look::run, validate = validate::problems);
