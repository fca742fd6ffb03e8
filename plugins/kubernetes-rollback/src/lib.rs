//! The `kubernetes-rollback` rollback: sets a Deployment back to an earlier revision, through the Kubernetes API.

mod cluster;
mod object;
mod patch;
mod progress;
mod rollback;
mod settings;
mod target;

#[cfg(test)]
mod tests;

holdpoint_sdk::rollback!(settings::Settings);
