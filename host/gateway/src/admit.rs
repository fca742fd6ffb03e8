//! Admission: which endpoint a target lies in, and whether a grant covers it.

use std::collections::BTreeMap;
use std::sync::Arc;

use holdpoint_core::name::{EndpointName, PluginName};
use holdpoint_core::plan::endpoint::Endpoint;
use holdpoint_core::plan::grant::{Effective, Grant, Method, NetOperation};

use crate::denial::Denial;
use crate::refusal::Refusal;
use crate::target::{self, NotATarget, Place, Target};

/// Who asks, and what is in force for them.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The plugin's name in the plan.
    pub plugin: PluginName,
    /// The endpoints of the plan, bound to the run's environment.
    pub endpoints: Arc<BTreeMap<EndpointName, Endpoint>>,
    /// What is in force for the plugin.
    pub effective: Effective,
}

/// A request that a grant covers.
#[derive(Debug)]
pub(crate) struct Admitted<'a> {
    pub(crate) name: &'a EndpointName,
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) place: Place,
}

impl Scope {
    /// Admits a request with this method to this URL, or says why not.
    pub(crate) fn admit_http(&self, method: &Method, url: &str) -> Result<Admitted<'_>, Refusal> {
        let target = target::parse(url).map_err(refused)?;
        let (candidates, place) = match target {
            Target::Named { name, below } => {
                let (name, endpoint) = self.endpoint(&name)?;
                if !endpoint.origin.scheme.speaks_http() {
                    let origin = endpoint.origin.clone();
                    return Err(Denial::NotHttp { endpoint: name.clone(), origin }.into());
                }
                (vec![(name, endpoint)], target::join(endpoint, &below).map_err(refused)?)
            }
            Target::Absolute(place) => {
                (self.endpoints.iter().filter(|(_, endpoint)| below(endpoint, &place).is_some()).collect(), place)
            }
        };
        // Where endpoints lie within each other, one that is granted counts before one that is not, then the inner.
        let granted = |(name, endpoint): &(&EndpointName, &Endpoint)| {
            below(endpoint, &place).is_some_and(|path| self.covers(name, method, path))
        };
        let nearest = candidates.into_iter().max_by_key(|one| (granted(one), one.1.base_path.len()));
        let (name, endpoint) =
            nearest.ok_or_else(|| Denial::Outside { origin: place.origin().clone(), path: place.path().to_owned() })?;
        let path = below(endpoint, &place).ok_or_else(|| NotATarget::NotAbsolute(place.url().to_string()))?;
        if self.covers(name, method, path) {
            Ok(Admitted { name, endpoint, place })
        } else {
            Err(Denial::not_granted(&self.plugin, name, method, path).into())
        }
    }

    /// Admits an operation below HTTP on this target, or says why not.
    pub(crate) fn admit_net(
        &self,
        operation: NetOperation,
        target: &str,
    ) -> Result<(&EndpointName, &Endpoint), Refusal> {
        let name = target::parse_name(target)?;
        let (name, endpoint) = self.endpoint(&name)?;
        let granted = self.effective.grants().iter().any(|grant| match grant {
            Grant::Net { endpoint, operations } => endpoint == name && operations.contains(&operation),
            Grant::Http { .. } => false,
        });
        if granted {
            return Ok((name, endpoint));
        }
        let (plugin, endpoint) = (self.plugin.clone(), name.clone());
        Err(Denial::OperationNotGranted { plugin, endpoint, operation }.into())
    }

    fn endpoint(&self, name: &EndpointName) -> Result<(&EndpointName, &Endpoint), Denial> {
        self.endpoints.get_key_value(name).ok_or_else(|| Denial::UnknownEndpoint { name: name.clone() })
    }

    fn covers(&self, name: &EndpointName, method: &Method, path: &str) -> bool {
        self.effective.grants().iter().any(|grant| match grant {
            Grant::Http { endpoint, methods, paths } => {
                endpoint == name && methods.contains(method) && paths.iter().any(|pattern| pattern.covers(path))
            }
            Grant::Net { .. } => false,
        })
    }
}

/// Returns the path below the endpoint's own when a place lies within the endpoint. The endpoint's own root is `/`,
/// with and without the slash.
fn below<'a>(endpoint: &Endpoint, place: &'a Place) -> Option<&'a str> {
    let rest = place.path().strip_prefix(endpoint.base_path.as_str())?;
    match rest {
        _ if *place.origin() != endpoint.origin => None,
        "" => Some("/"),
        rest => rest.starts_with('/').then_some(rest),
    }
}

/// A scheme of another kind is denied; whatever else can't be parsed is not a request at all.
fn refused(error: NotATarget) -> Refusal {
    match error {
        NotATarget::Scheme(scheme) => Denial::Scheme { scheme }.into(),
        other @ (NotATarget::TooLong(_)
        | NotATarget::Blank(_)
        | NotATarget::Fragment
        | NotATarget::Backslash
        | NotATarget::NotAbsolute(_)
        | NotATarget::Name(_)
        | NotATarget::UserInfo
        | NotATarget::Host { .. }
        | NotATarget::Port(_)
        | NotATarget::EmptySegment
        | NotATarget::DotSegment(_)
        | NotATarget::Escape(_)) => other.into(),
    }
}
