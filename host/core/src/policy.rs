//! The host's policy: what no plan may go beyond, whoever wrote it.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::plan::endpoint::AddressRule;
use crate::plan::grant::{Method, NetOperation};
use crate::plan::limit::Limits;

/// What the operator of this host allows at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostPolicy {
    /// The largest value of each limit.
    pub caps: Limits,
    /// Which hosts endpoints may name.
    pub hosts: HostScope,
    /// Which addresses endpoints may allow.
    pub addresses: Vec<AddressRule>,
    /// Which HTTP methods may be granted.
    pub methods: BTreeSet<Method>,
    /// Which operations below HTTP may be granted.
    pub operations: BTreeSet<NetOperation>,
}

/// Which hosts endpoints may name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostScope {
    /// Any: the addresses are what restrains. The default of a host without a policy file.
    Unrestricted,
    /// Only these: exact names or addresses, or `*.` and a name for exactly one more label.
    Only(Vec<String>),
}
