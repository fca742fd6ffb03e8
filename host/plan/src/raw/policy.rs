//! The host's policy as it is typed.

use holdpoint_core::plan::endpoint::AddressRule;
use holdpoint_core::plan::grant::{Method, NetOperation};

use crate::form::{List, Table, Text};
use crate::policy::HostPattern;
use crate::raw::plugin::Limits;
use crate::raw::section;

section! {
    /// The host's policy: what no plan may go beyond, whoever wrote it. What is left out has the built-in value.
    "policy" Policy {
        /// The version of the format: "0.1".
        required holdpoint: Text,
        /// The hosts that endpoints may name: a name, an address, or "*." and a name for exactly one more label.
        /// Default: any.
        optional hosts: List<HostPattern>,
        /// The addresses that endpoints may allow: "public", "private", an address or a network. A cloud's metadata
        /// address only when it is named by itself. Default: any but those.
        optional addresses: List<AddressRule>,
        /// The HTTP methods that may be granted.
        optional methods: List<Method> = crate::policy::METHODS,
        /// The operations below HTTP that may be granted. Default: all.
        optional operations: List<NetOperation>,
        /// The largest value of each limit.
        optional caps: Table<Limits>,
    }
}
