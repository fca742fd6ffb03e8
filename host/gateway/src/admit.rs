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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    use holdpoint_core::manifest::Request;
    use holdpoint_core::plan::endpoint::{AddressRule, Origin, Scheme};
    use holdpoint_core::plan::grant::PathPattern;
    use holdpoint_core::plan::limit::Limits;
    use holdpoint_core::policy::{HostPolicy, HostScope};
    use holdpoint_core::time::Span;
    use proptest::prelude::*;

    fn endpoint(url: &str) -> Endpoint {
        let Target::Absolute(place) = target::parse(url).unwrap() else { panic!("{url}") };
        Endpoint {
            origin: place.origin().clone(),
            base_path: place.path().trim_end_matches('/').to_owned(),
            addresses: vec![AddressRule::Public],
            authorities: Vec::new(),
            connect_timeout: Span::from_secs(5),
        }
    }

    fn scope(endpoints: &[(&str, &str)], grants: &[(&str, &str, &str)]) -> Scope {
        let name = |text: &str| EndpointName::parse(text).unwrap();
        let methods: BTreeSet<Method> = grants.iter().map(|grant| Method::parse(grant.1).unwrap()).collect();
        let grants: Vec<Grant> = grants
            .iter()
            .map(|(endpoint, method, path)| Grant::Http {
                endpoint: name(endpoint),
                methods: [Method::parse(method).unwrap()].into(),
                paths: vec![PathPattern::parse(path).unwrap()],
            })
            .collect();
        let policy = HostPolicy {
            caps: Limits::default(),
            hosts: HostScope::Unrestricted,
            addresses: Vec::new(),
            methods: methods.clone(),
            operations: BTreeSet::new(),
        };
        Scope {
            plugin: PluginName::parse("probe").unwrap(),
            endpoints: Arc::new(endpoints.iter().map(|(text, url)| (name(text), endpoint(url))).collect()),
            effective: Effective::of(&[Request::Http { methods, why: String::new() }], &grants, &policy),
        }
    }

    fn admit(scope: &Scope, method: &str, url: &str) -> Result<(String, String), Refusal> {
        let admitted = scope.admit_http(&Method::parse(method).unwrap(), url)?;
        Ok((admitted.name.to_string(), admitted.place.url().to_string()))
    }

    #[test]
    fn only_what_is_granted_is_admitted() {
        let scope = scope(&[("shop", "https://shop.example/v1")], &[("shop", "GET", "/cart/*")]);
        let admitted = ("shop".to_owned(), "https://shop.example/v1/cart/7?x=1".to_owned());

        assert_eq!(admit(&scope, "GET", "endpoint:shop/cart/7?x=1"), Ok(admitted.clone()));
        assert_eq!(admit(&scope, "GET", "https://shop.example/v1/cart/7?x=1"), Ok(admitted.clone()));
        assert_eq!(admit(&scope, "GET", "HTTPS://SHOP.example:443/v1/cart/7?x=1"), Ok(admitted));
        for (method, url) in [
            ("POST", "endpoint:shop/cart/7"),
            ("GET", "endpoint:shop/cart"),
            ("GET", "endpoint:shop/cart/7/8"),
            ("GET", "endpoint:shop"),
            ("GET", "endpoint:other/cart/7"),
            ("GET", "https://shop.example/cart/7"),
            ("GET", "https://shop.example/v1x/cart/7"),
            ("GET", "https://shop.example/v10/cart/7"),
            ("GET", "http://shop.example/v1/cart/7"),
            ("GET", "https://shop.example:444/v1/cart/7"),
            ("GET", "https://evil.example/v1/cart/7"),
            ("GET", "https://shop.example.evil.example/v1/cart/7"),
            ("GET", "https://a.shop.example/v1/cart/7"),
        ] {
            assert!(matches!(admit(&scope, method, url), Err(Refusal::Denied(_))), "{method} {url}");
        }
    }

    #[test]
    fn a_scheme_of_another_kind_is_denied() {
        let scope = scope(&[("shop", "https://shop.example")], &[("shop", "GET", "/**")]);
        for url in ["file:///etc/passwd", "gopher://shop.example/", "data:,x"] {
            let Err(Refusal::Denied(denial)) = admit(&scope, "GET", url) else { panic!("{url}") };
            assert!(matches!(*denial, Denial::Scheme { .. }), "{url}");
        }
    }

    #[test]
    fn where_endpoints_lie_within_each_other_the_granted_one_counts() {
        let both = [("site", "https://h.example"), ("api", "https://h.example/api")];
        let inner = scope(&both, &[("api", "GET", "/**")]);
        let outer = scope(&both, &[("site", "GET", "/**")]);

        assert_eq!(admit(&inner, "GET", "https://h.example/api/x").unwrap().0, "api");
        assert_eq!(admit(&outer, "GET", "https://h.example/api/x").unwrap().0, "site");
        assert!(admit(&inner, "GET", "https://h.example/x").is_err());
    }

    #[test]
    fn the_root_of_an_endpoint_is_a_slash() {
        let scope = scope(&[("shop", "https://h.example/v1")], &[("shop", "GET", "/")]);

        assert!(admit(&scope, "GET", "endpoint:shop").is_ok());
        assert!(admit(&scope, "GET", "https://h.example/v1/").is_ok());
        assert!(admit(&scope, "GET", "https://h.example/").is_err());
    }

    proptest! {
        #[test]
        fn what_is_admitted_lies_in_the_endpoint_and_under_the_grant(
            url in "(endpoint:shop|https?://(shop|evil)\\.example(:443|:80|@x)?)(/(v1|v2|cart|\\.\\.|%2e|x|;|\\\\)?){0,5}(\\?[a-z/.#]{0,6})?"
        ) {
            let scope = scope(&[("shop", "https://shop.example/v1")], &[("shop", "GET", "/cart/**")]);
            if let Ok((_, asked)) = admit(&scope, "GET", &url) {
                let wire: http::Uri = asked.parse().unwrap();
                prop_assert_eq!(wire.scheme_str(), Some("https"));
                prop_assert_eq!(wire.authority().map(http::uri::Authority::as_str), Some("shop.example"));
                let below = wire.path().strip_prefix("/v1/cart").unwrap();
                prop_assert!(below.is_empty() || below.starts_with('/'));
                prop_assert!(!below.contains("..") && !below.contains('%') && !below.contains("//"));
            }
        }
    }

    #[test]
    fn nothing_granted_is_nothing_admitted() {
        let origin = Origin { scheme: Scheme::Http, host: "h.example".to_owned(), port: 80 };
        let bare = Scope { effective: Effective::none(), ..scope(&[("shop", &origin.to_string())], &[]) };
        assert!(matches!(admit(&bare, "GET", "endpoint:shop/"), Err(Refusal::Denied(_))));
    }
}
