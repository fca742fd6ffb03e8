//! Targets: where a plugin may point a request, as it stands in settings.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

/// The address of something that speaks HTTP: `endpoint:NAME/path?query` for an endpoint of the plan, or an absolute
/// `http` or `https` URL that lies within a granted endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Target(String);

/// An endpoint of the plan: `endpoint:NAME`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Endpoint(String);

/// What is wrong with a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetFlaw(String);

impl Target {
    /// Reads a target. Whether its endpoint exists and is granted is the host's to say.
    ///
    /// # Errors
    /// When the text is neither `endpoint:NAME` with an optional path nor an absolute `http` or `https` URL.
    pub fn parse(text: &str) -> Result<Self, TargetFlaw> {
        let good = match text.strip_prefix("endpoint:") {
            Some(rest) => {
                let end = rest.find(['/', '?']).unwrap_or(rest.len());
                is_name(&rest[..end])
            }
            None => ["http://", "https://"]
                .iter()
                .filter_map(|scheme| text.strip_prefix(scheme))
                .any(|rest| !rest.is_empty() && !rest.starts_with(['/', '?', '#'])),
        };
        if good { Ok(Self(text.to_owned())) } else { Err(TargetFlaw(text.to_owned())) }
    }

    /// Returns the target of a path below this one: `endpoint:api/v1` and `users` give `endpoint:api/v1/users`.
    /// This target's query is dropped.
    #[must_use]
    pub fn below(&self, path: &str) -> Self {
        let base = self.0.split(['?', '#']).next().unwrap_or_default();
        Self(format!("{}/{}", base.trim_end_matches('/'), path.trim_start_matches('/')))
    }

    /// Returns the target as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Endpoint {
    /// Reads an endpoint. Whether it exists and is granted is the host's to say.
    ///
    /// # Errors
    /// When the text is not `endpoint:NAME`.
    pub fn parse(text: &str) -> Result<Self, TargetFlaw> {
        match text.strip_prefix("endpoint:") {
            Some(name) if is_name(name) => Ok(Self(text.to_owned())),
            _ => Err(TargetFlaw(text.to_owned())),
        }
    }

    /// Returns the endpoint as text, with `endpoint:` before its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the target of a path on this endpoint.
    #[must_use]
    pub fn below(&self, path: &str) -> Target {
        Target(format!("{}/{}", self.0, path.trim_start_matches('/')))
    }
}

/// Whether this is a name as plans have them: kebab-case, at most 64 letters.
fn is_name(name: &str) -> bool {
    name.len() <= 64
        && name.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
        })
}

impl TryFrom<String> for Target {
    type Error = TargetFlaw;

    fn try_from(text: String) -> Result<Self, TargetFlaw> {
        Self::parse(&text)
    }
}

impl TryFrom<String> for Endpoint {
    type Error = TargetFlaw;

    fn try_from(text: String) -> Result<Self, TargetFlaw> {
        Self::parse(&text)
    }
}

impl Display for TargetFlaw {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "`{}` is not a target; write `endpoint:NAME/path` (NAME in kebab-case)", self.0)
    }
}

impl std::error::Error for TargetFlaw {}

impl Display for Target {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Display for Endpoint {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl AsRef<str> for Target {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Endpoint {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl JsonSchema for Target {
    fn schema_name() -> Cow<'static, str> {
        "Target".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "`endpoint:NAME/path` for an endpoint of the plan, or an absolute http or https URL within one.",
            "type": "string",
            "pattern": "^(endpoint:[a-z0-9]+(-[a-z0-9]+)*([/?].*)?|https?://[^/?#].*)$",
        })
    }
}

impl JsonSchema for Endpoint {
    fn schema_name() -> Cow<'static, str> {
        "Endpoint".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "`endpoint:NAME` for an endpoint of the plan.",
            "type": "string",
            "pattern": "^endpoint:[a-z0-9]+(-[a-z0-9]+)*$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_with_a_path_is_a_target() {
        for text in
            ["endpoint:shop", "endpoint:shop/health?deep=1", "endpoint:a-1?x", "https://shop.test/x", "http://[::1]:80"]
        {
            assert!(Target::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn anything_else_is_not_a_target() {
        for text in ["", "shop", "endpoint:", "endpoint:Shop", "endpoint:-a", "ftp://x", "https://", "http:///x", "//x"]
        {
            assert!(Target::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_endpoint_has_no_path() {
        assert!(Endpoint::parse("endpoint:cache").is_ok());
        assert!(Endpoint::parse("endpoint:cache/x").is_err());
    }

    #[test]
    fn a_path_below_replaces_the_query() {
        let api = Target::parse("endpoint:api/v1/?x=1").expect("a target");

        assert_eq!(api.below("/users").as_str(), "endpoint:api/v1/users");
    }
}
