//! What the holes of the settings' texts are filled with: facts of the release, the idempotency key, and what else a
//! plugin knows.

use holdpoint_sdk::template::Values;
use holdpoint_sdk::{Call, Failure};
use serde_json::Value;

/// The names that any text may hold beside secrets.
const NAMES: [&str; 7] = ["service", "environment", "version", "previous-version", "revision", "artifact", "key"];

/// The facts of one call.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The call, with the release.
    pub call: &'a Call,
    /// The idempotency key.
    pub key: &'a str,
    /// The share of the traffic, in percent, where one is meant.
    pub percent: Option<u32>,
}

/// Which names a plugin's texts may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// Those of the release, and the key.
    Release,
    /// These, and `percent`.
    Share,
}

impl Values for Facts<'_> {
    /// A fact that the release does not state is an error: a hole is never sent.
    fn value(&self, name: &str) -> Result<Value, Failure> {
        let release = &self.call.release;
        let found = match name {
            "service" => Some(release.service.as_str()),
            "environment" => Some(release.environment.as_str()),
            "version" => Some(release.version.as_str()),
            "previous-version" => release.previous_version.as_deref(),
            "revision" => release.revision.as_deref(),
            "artifact" => release.artifact.as_deref(),
            "key" => Some(self.key),
            "percent" if self.percent.is_some() => return Ok(Value::from(self.percent)),
            _ => return Err(Failure::Settings(self.names().unknown(name))),
        };
        let stated = found.filter(|fact| !fact.is_empty());
        stated.map(Value::from).ok_or_else(|| Failure::Settings(format!("the release does not state its {name}")))
    }
}

impl Facts<'_> {
    const fn names(&self) -> Names {
        if self.percent.is_some() { Names::Share } else { Names::Release }
    }
}

impl Names {
    /// Returns whether a text may hold a name.
    pub fn has(self, name: &str) -> bool {
        match self {
            Self::Release => NAMES.contains(&name),
            Self::Share => NAMES.contains(&name) || name == "percent",
        }
    }

    /// Says that there is no fact of a name, and which there are.
    pub fn unknown(self, name: &str) -> String {
        let more = match self {
            Self::Release => "",
            Self::Share => ", percent",
        };
        format!("there is no {{{{{name}}}}}; there is {}{more}", NAMES.join(", "))
    }
}
