//! Endpoints as they are typed.

use holdpoint_core::name::SecretName;
use holdpoint_core::plan::endpoint::AddressRule;
use holdpoint_core::time::Span;

use crate::form::{List, Named, OneOrMore};
use crate::lower::url::Target;
use crate::raw::section;
use crate::word::EnvironmentName;

/// How long connecting may take unless the plan says otherwise.
pub(crate) const CONNECT_TIMEOUT: Span = Span::from_secs(5);

section! {
    /// A network target. An environment's own table overrides each of its keys.
    "endpoint" Endpoint {
        /// Where it is: http or https with an optional base path, or tcp or tls with a port. Without user, query and
        /// fragment, and in the one canonical notation.
        optional url: Target,
        /// Which of the addresses that its name resolves to may be dialled: "public", "private", an address or a
        /// network. Loopback, link-local and metadata addresses only when they are named.
        optional addresses: List<AddressRule> = ["public"],
        /// Files with certificate authorities in PEM to trust for it besides the public ones, relative to the plan.
        optional ca: OneOrMore,
        /// How long connecting may take.
        optional connect_timeout: Span = CONNECT_TIMEOUT,
        /// The secrets that may go to it over plain http, where everyone on the way can read them.
        optional allow_plain_http: List<SecretName>,
        /// What is different in an environment.
        optional environment: Named<EnvironmentName, Binding>,
    }
}

section! {
    /// What is different about an endpoint in one environment. Each key replaces the endpoint's own.
    "environment" Binding {
        /// Where it is.
        optional url: Target,
        /// Which addresses may be dialled.
        optional addresses: List<AddressRule>,
        /// Files with certificate authorities.
        optional ca: OneOrMore,
        /// How long connecting may take.
        optional connect_timeout: Span,
    }
}
