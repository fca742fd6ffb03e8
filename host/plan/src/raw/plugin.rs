//! Plugins, grants and limits as they are typed.

use holdpoint_core::id::Digest;
use holdpoint_core::name::EndpointName;
use holdpoint_core::plan::grant::{Method, NetOperation, PathPattern};
use holdpoint_core::plan::limit::Bytes;
use holdpoint_core::time::Span;

use crate::form::{Count, List, Table, Tables, Text};
use crate::raw::section;

/// The methods that a grant opens unless it names others.
pub(crate) const METHODS: [&str; 2] = ["GET", "HEAD"];

/// The paths that a grant opens unless it names others.
pub(crate) const PATHS: [&str; 1] = ["/**"];

section! {
    /// A plugin: which bundle, and what it may do.
    "plugin" Plugin {
        /// The bundle's file, relative to the plan.
        required bundle: Text,
        /// What the bundle must be. Another content is refused.
        optional digest: Digest,
        /// What one call may use. Any limit may be lowered; the host's policy caps raising.
        optional limits: Table<Limits>,
        /// What it may reach. Without a grant it reaches nothing.
        optional grant: Tables<Grant>,
    }
}

section! {
    /// What a plugin may reach at one endpoint: HTTP requests by method and path, or operations below HTTP. It gets
    /// what is granted here and asked for in its manifest and allowed by the host's policy.
    "grant" Grant {
        /// The endpoint.
        required endpoint: EndpointName,
        /// The HTTP methods.
        optional methods: List<Method> = METHODS,
        /// The paths below the endpoint's URL: segments that stand for themselves, "*" for exactly one segment, and a
        /// last "**" for the rest.
        optional paths: List<PathPattern> = PATHS,
        /// Operations below HTTP, instead of methods and paths.
        optional operations: List<NetOperation>,
    }
}

/// A number of things, at least one.
pub(crate) type Some32 = Count<1, { u32::MAX }>;

section! {
    /// What one call may use. Each key has the host's default.
    "limits" Limits {
        /// Linear memory, summed over all memories. Default: 64MiB, or what the plugin's manifest asks for.
        optional memory: Bytes,
        /// Table elements. Default: 100,000.
        optional table_elements: Some32,
        /// Instances. Default: 64.
        optional instances: Some32,
        /// Memories. Default: 8.
        optional memories: Some32,
        /// CPU time. Default: 2s.
        optional cpu: Span,
        /// Time by the wall clock. Default: 10s, or the longest timeout of a check that uses the plugin.
        optional wall: Span,
        /// What may be copied from the plugin to the host. Default: 8MiB.
        optional host_copy: Bytes,
        /// Handles in the plugin's tables. Default: 4,096.
        optional handles: Some32,
        /// Random bytes per request for them. Default: 64KiB.
        optional random: Bytes,
        /// All header fields of one request or answer. Default: 32KiB.
        optional headers: Bytes,
        /// Requests in all. Default: 100.
        optional requests: Some32,
        /// Requests at the same time. Default: 8.
        optional parallel_requests: Some32,
        /// The body of one answer. Default: 8MiB.
        optional body: Bytes,
        /// The time of one request, from start to the last byte. Default: 10s.
        optional request_time: Span,
        /// A verdict's summary. Default: 4KiB.
        optional summary: Bytes,
        /// Each text of a finding. Default: 1KiB.
        optional finding: Bytes,
        /// Findings. Default: 256.
        optional findings: Some32,
        /// Measurements. Default: 1,024.
        optional measurements: Some32,
        /// The log that is kept. Default: 64KiB.
        optional log: Bytes,
    }
}
