//! The `tcp` check: a port answers, says the right thing, and shows a good certificate.

mod look;
mod settings;

#[cfg(test)]
mod tests;

holdpoint_sdk::check!(settings::Settings, look::run, validate = settings::problems);
