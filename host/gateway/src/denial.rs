//! Denials: what the gateway did not let out, why, and the lines of a plan that would allow it.

use std::fmt::{self, Write as _};

use holdpoint_core::address::{Barred, Class};
use holdpoint_core::name::{EndpointName, PluginName, SecretName};
use holdpoint_core::plan::endpoint::{AddressRule, Origin};
use holdpoint_core::plan::grant::{Method, NetOperation};

/// Why something was not let out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// No grant of the plugin covers this request.
    NotGranted {
        /// The plugin.
        plugin: PluginName,
        /// The endpoint that the URL lies in.
        endpoint: EndpointName,
        /// The method.
        method: Method,
        /// The path below the endpoint's own.
        path: String,
    },
    /// No grant of the plugin covers this operation below HTTP.
    OperationNotGranted {
        /// The plugin.
        plugin: PluginName,
        /// The endpoint.
        endpoint: EndpointName,
        /// The operation.
        operation: NetOperation,
    },
    /// The plan has no endpoint of this name.
    UnknownEndpoint {
        /// The name.
        name: EndpointName,
    },
    /// The URL lies in no endpoint of the plan.
    Outside {
        /// Scheme, host and port.
        origin: Origin,
        /// The path.
        path: String,
    },
    /// The scheme is none that leaves this host.
    Scheme {
        /// The scheme as it was written.
        scheme: String,
    },
    /// The endpoint is one for plain TCP or TLS.
    NotHttp {
        /// The endpoint.
        endpoint: EndpointName,
        /// Where it is.
        origin: Origin,
    },
    /// The endpoint's host leads only to addresses that the plan does not allow.
    Address {
        /// The endpoint.
        endpoint: EndpointName,
        /// The address, and why.
        barred: Barred,
        /// The rules that the endpoint has.
        rules: Vec<AddressRule>,
    },
    /// The guest writes what carries a secret.
    SecretCarrier {
        /// The endpoint.
        endpoint: EndpointName,
        /// The header or the parameter, in words.
        carrier: String,
        /// The secret that it carries.
        secret: SecretName,
    },
    /// The guest wrote a placeholder for a secret where none is filled in.
    SecretPlaceholder {
        /// The endpoint.
        endpoint: EndpointName,
        /// The name in the placeholder, as the guest wrote it.
        secret: String,
        /// Where it stands, in words.
        place: String,
    },
    /// What stands in the place of the network denies it.
    Played {
        /// Why, in words.
        why: String,
    },
    /// The call was denied so often that it is not listened to any more.
    Breaker {
        /// After how many denials.
        denials: u32,
    },
}

impl Denial {
    /// No grant of the plugin covers this request.
    pub fn not_granted(plugin: &PluginName, endpoint: &EndpointName, method: &Method, path: &str) -> Self {
        Self::NotGranted {
            plugin: plugin.clone(),
            endpoint: endpoint.clone(),
            method: method.clone(),
            path: path.to_owned(),
        }
    }

    /// The endpoint that was meant, where the plan has one.
    pub fn endpoint(&self) -> Option<&EndpointName> {
        match self {
            Self::NotGranted { endpoint, .. }
            | Self::OperationNotGranted { endpoint, .. }
            | Self::NotHttp { endpoint, .. }
            | Self::SecretCarrier { endpoint, .. }
            | Self::SecretPlaceholder { endpoint, .. }
            | Self::Address { endpoint, .. } => Some(endpoint),
            Self::UnknownEndpoint { .. }
            | Self::Outside { .. }
            | Self::Scheme { .. }
            | Self::Played { .. }
            | Self::Breaker { .. } => None,
        }
    }

    /// The lines of a plan that would allow it; `None` where no line could.
    ///
    /// A plugin whose manifest does not ask for it, and a host whose policy does not allow it, are further reasons
    /// that the lines don't mend; the plan's lint tells those.
    pub fn cure(&self) -> Option<String> {
        match self {
            Self::NotGranted { plugin, endpoint, method, path } => Some(format!(
                "[[plugin.{plugin}.grant]]\nendpoint = \"{endpoint}\"\nmethods = [\"{method}\"]\npaths = [{}]",
                quoted(&pattern(path))
            )),
            Self::OperationNotGranted { plugin, endpoint, operation } => Some(format!(
                "[[plugin.{plugin}.grant]]\nendpoint = \"{endpoint}\"\noperations = [\"{}\"]",
                written(*operation)
            )),
            Self::UnknownEndpoint { name } => Some(format!("[endpoint.{name}]\nurl = \"https://…\"")),
            Self::Outside { origin, .. } => Some(format!("[endpoint.NAME]\nurl = {}", quoted(&origin.to_string()))),
            Self::Address { endpoint, barred, rules } => {
                let lines: Vec<String> =
                    rules.iter().map(ToString::to_string).chain([rule_for(barred)]).map(|rule| quoted(&rule)).collect();
                Some(format!("[endpoint.{endpoint}]\naddresses = [{}]", lines.join(", ")))
            }
            Self::Scheme { .. }
            | Self::NotHttp { .. }
            | Self::SecretCarrier { .. }
            | Self::SecretPlaceholder { .. }
            | Self::Played { .. }
            | Self::Breaker { .. } => None,
        }
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotGranted { plugin, endpoint, method, path } => {
                write!(f, "plugin {plugin} is not granted {method} {path} on endpoint {endpoint}")
            }
            Self::OperationNotGranted { plugin, endpoint, operation } => {
                write!(f, "plugin {plugin} is not granted {} on endpoint {endpoint}", written(*operation))
            }
            Self::UnknownEndpoint { name } => write!(f, "the plan has no endpoint {name}"),
            Self::Outside { origin, path } => write!(f, "{origin}{path} lies in no endpoint of the plan"),
            Self::Scheme { scheme } => {
                write!(f, "the scheme {scheme:?} does not leave this host: only http and https do")
            }
            Self::NotHttp { endpoint, origin } => {
                write!(f, "endpoint {endpoint} is {origin}, which HTTP is not spoken to")
            }
            Self::Address { endpoint, barred, .. } => {
                write!(f, "endpoint {endpoint} leads to {barred}, which its addresses do not allow")
            }
            Self::SecretCarrier { endpoint, carrier, secret } => {
                write!(f, "{carrier} carries secret {secret} to endpoint {endpoint}: it is not the plugin's to write")
            }
            Self::SecretPlaceholder { endpoint, secret, place } => {
                write!(
                    f,
                    "{place} has a placeholder for secret {secret:?}, which is not filled in there for endpoint {endpoint}"
                )
            }
            Self::Played { why } => f.write_str(why),
            Self::Breaker { denials } => {
                write!(f, "the call was denied {denials} times, so everything further is denied unseen")
            }
        }
    }
}

/// How an operation is written in a plan.
pub(crate) fn written(operation: NetOperation) -> &'static str {
    NetOperation::ALL.iter().find(|(_, known)| *known == operation).map_or("", |(name, _)| name)
}

/// The pattern that means this path. A segment that can't stand in a pattern becomes a star.
fn pattern(path: &str) -> String {
    let segment = |segment: &'_ str| if segment.contains(['%', '*']) { "*".to_owned() } else { segment.to_owned() };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// The narrowest rule that would allow an address: its class where that has a word, else the address.
fn rule_for(barred: &Barred) -> String {
    match barred.class {
        Class::Public => AddressRule::Public.to_string(),
        Class::Private => AddressRule::Private.to_string(),
        Class::Loopback
        | Class::LinkLocal
        | Class::Metadata
        | Class::Shared
        | Class::Documentation
        | Class::Benchmarking
        | Class::Multicast
        | Class::Protocol
        | Class::Translation
        | Class::Reserved => barred.face.to_string(),
    }
}

/// A text as a TOML string.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            character if character.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(character));
            }
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use holdpoint_core::plan::endpoint::Scheme;
    use holdpoint_core::plan::grant::PathPattern;

    fn names() -> (PluginName, EndpointName) {
        (PluginName::parse("probe").unwrap(), EndpointName::parse("shop").unwrap())
    }

    #[test]
    fn a_request_that_is_not_granted_shows_the_grant_that_would_allow_it() {
        let (plugin, endpoint) = names();
        let denial = Denial::not_granted(&plugin, &endpoint, &Method::parse("POST").unwrap(), "/api/cart");

        assert_eq!(denial.to_string(), "plugin probe is not granted POST /api/cart on endpoint shop");
        let cure = "[[plugin.probe.grant]]\nendpoint = \"shop\"\nmethods = [\"POST\"]\npaths = [\"/api/cart\"]";
        assert_eq!(denial.cure().as_deref(), Some(cure));
    }

    #[test]
    fn the_pattern_of_a_cure_is_one_and_covers_the_path() {
        for path in ["/", "/a/b/", "/gr%C3%B6%C3%9Fe/x", "/a*b/c", "/a;b=\"c\""] {
            let pattern = PathPattern::parse(&pattern(path)).unwrap();
            assert!(pattern.covers(path), "{path} by {pattern:?}");
        }
    }

    #[test]
    fn an_address_shows_the_rule_that_would_allow_it_beside_those_there_are() {
        for (address, line) in [
            ("127.0.0.1", r#"addresses = ["public", "127.0.0.1"]"#),
            ("10.0.0.1", r#"addresses = ["public", "private"]"#),
            ("169.254.169.254", r#"addresses = ["public", "169.254.169.254"]"#),
        ] {
            let barred = holdpoint_core::address::permit(&[AddressRule::Public], address.parse().unwrap()).unwrap_err();
            let denial = Denial::Address { endpoint: names().1, barred, rules: vec![AddressRule::Public] };
            assert_eq!(denial.cure(), Some(format!("[endpoint.shop]\n{line}")));
        }
    }

    #[test]
    fn a_place_outside_the_plan_shows_the_endpoint_that_is_missing() {
        let origin = Origin { scheme: Scheme::Https, host: "evil.example".to_owned(), port: 444 };
        let denial = Denial::Outside { origin, path: "/x".to_owned() };

        assert_eq!(denial.to_string(), "https://evil.example:444/x lies in no endpoint of the plan");
        assert_eq!(denial.cure().as_deref(), Some("[endpoint.NAME]\nurl = \"https://evil.example:444\""));
    }
}
