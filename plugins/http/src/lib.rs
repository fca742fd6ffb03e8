//! The `http` check: asks a service, once or in a flow of several requests, and judges each answer.

mod address;
mod capture;
mod cookie;
mod expectation;
mod flow;
mod redirect;
mod request;
mod settings;
mod values;
mod validate;

#[cfg(test)]
mod tests;

holdpoint_sdk::check!(settings::Settings, flow::run, validate = validate::problems);
