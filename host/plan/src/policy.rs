//! The host's policy: the built-in one, and one that is read from a text.

use holdpoint_core::plan::endpoint::AddressRule;
use holdpoint_core::plan::grant::{Method, NetOperation};
use holdpoint_core::plan::limit::{Bytes, Limits};
use holdpoint_core::policy::{HostPolicy, HostScope};
use holdpoint_core::time::Span;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde_json::{Value as Json, json};

use crate::form::Section as _;
use crate::lower::limit::overlay;
use crate::problem::{Code, Problem, any_error, sort};
use crate::raw::document::FORMAT;
use crate::raw::policy::Policy;
use crate::reader::Reader;
use crate::source::Source;
use crate::syntax;
use crate::word::Word;

/// The methods that may be granted on a host without a policy file: all ordinary ones.
pub(crate) const METHODS: [&str; 7] = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];

/// The policy of a host without a policy file.
///
/// Endpoints may be anywhere, since a plan names each of them with its addresses; but a cloud's metadata addresses,
/// which hand out credentials, are nobody's to reach until a policy names them. Limits may be raised to a few times
/// their defaults: memory 512 MiB, CPU 30 s, wall clock 5 min, one answer 64 MiB, 1,000 requests.
pub fn standard() -> HostPolicy {
    let everywhere = [IpNet::V4(Ipv4Net::default()), IpNet::V6(Ipv6Net::default())];
    HostPolicy {
        caps: caps(),
        hosts: HostScope::Unrestricted,
        addresses: [AddressRule::Public, AddressRule::Private]
            .into_iter()
            .chain(everywhere.map(AddressRule::Network))
            .collect(),
        methods: METHODS.iter().filter_map(|method| Method::parse(method).ok()).collect(),
        operations: NetOperation::ALL.iter().map(|(_, operation)| *operation).collect(),
    }
}

fn caps() -> Limits {
    Limits {
        memory: Bytes::mib(512),
        table_elements: 1_000_000,
        instances: 256,
        memories: 32,
        cpu: Span::from_secs(30),
        wall: Span::from_secs(300),
        host_copy: Bytes::mib(64),
        handles: 65_536,
        random: Bytes::mib(1),
        headers: Bytes::kib(256),
        requests: 1_000,
        parallel_requests: 64,
        body: Bytes::mib(64),
        request_time: Span::from_secs(300),
        summary: Bytes::kib(64),
        finding: Bytes::kib(16),
        findings: 4_096,
        measurements: 16_384,
        log: Bytes::mib(1),
    }
}

/// Reads a policy file. What it leaves out has the value of [`standard`]. `None` when a problem is an error.
pub fn read(text: &str) -> (Option<HostPolicy>, Vec<Problem>) {
    let source = Source::new(text);
    let (tree, mut problems) = syntax::toml(text, &source);
    let mut reader = Reader::new(&source);
    let raw = Policy::read(&tree, "the policy", &mut reader);
    if let Some(version) = raw.holdpoint.as_ref().filter(|version| version.value.0 != FORMAT) {
        let what = format!("this is a policy of format {:?}, and format {FORMAT:?} is read here", version.value.0);
        reader.error(Code::Version, version.at, what);
    }
    problems.append(&mut reader.problems);
    sort(&mut problems);
    if any_error(&problems) { (None, problems) } else { (Some(lower(raw)), problems) }
}

fn lower(raw: Policy) -> HostPolicy {
    let standard = standard();
    let listed = |hosts: Vec<crate::reader::Placed<HostPattern>>| hosts.into_iter().map(|host| host.value.0).collect();
    HostPolicy {
        caps: overlay(standard.caps, raw.caps.as_ref().map(|caps| &caps.value.0)),
        hosts: raw.hosts.map_or(standard.hosts, |hosts| HostScope::Only(listed(hosts.value.0))),
        addresses: raw
            .addresses
            .map_or(standard.addresses, |list| list.value.0.into_iter().map(|rule| rule.value).collect()),
        methods: raw
            .methods
            .map_or(standard.methods, |list| list.value.0.into_iter().map(|method| method.value).collect()),
        operations: raw
            .operations
            .map_or(standard.operations, |list| list.value.0.into_iter().map(|operation| operation.value).collect()),
    }
}

/// Whether the policy lets an endpoint name this host. An IPv6 address comes in brackets, as in a URL.
pub(crate) fn allows_host(scope: &HostScope, host: &str) -> bool {
    let HostScope::Only(patterns) = scope else { return true };
    let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    // An address has no labels that a star could stand for.
    let address = inner.parse::<std::net::IpAddr>().is_ok();
    patterns.iter().any(|pattern| match pattern.strip_prefix("*.") {
        Some(suffix) => {
            !address && inner.split_once('.').is_some_and(|(label, rest)| !label.is_empty() && rest == suffix)
        }
        None => pattern == inner,
    })
}

/// A host that endpoints may name: a name, an address, or `*.` and a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HostPattern(String);

impl Word for HostPattern {
    const WANTED: &'static str = "a host such as \"shop.example.com\" or \"*.example.com\"";

    fn parse(text: &str) -> Result<Self, String> {
        let address = text.parse::<std::net::IpAddr>().is_ok_and(|address| address.to_string() == text);
        let name = text.strip_prefix("*.").unwrap_or(text);
        let label = |label: &str| {
            let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
            !label.is_empty() && label.bytes().all(letters)
        };
        if address || name.split('.').all(label) {
            return Ok(Self(text.to_owned()));
        }
        Err(format!(
            "a host is a lower-case ASCII name, an address, or *. and a name for one more label: {:?} is not",
            holdpoint_core::text::visible(text)
        ))
    }

    fn schema() -> Json {
        json!({"type": "string", "pattern": "^(\\*\\.)?[a-z0-9_.:-]+$"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        read(text).1.iter().map(|problem| problem.render("policy.toml")).collect()
    }

    #[test]
    fn what_a_policy_leaves_out_is_the_standard() {
        let (policy, problems) = read("holdpoint = \"0.1\"\n[caps]\nmemory = \"128MiB\"\n");

        assert_eq!(problems, []);
        let mut expected = standard();
        expected.caps.memory = Bytes::mib(128);
        assert_eq!(policy, Some(expected));
    }

    #[test]
    fn every_mistake_of_a_policy_is_told_at_once() {
        let told = told("holdpoint = \"0.2\"\nhost = [\"a\"]\nhosts = [\"*.*.a\"]\nmethods = [\"get\"]\ncaps = 3\n");

        assert_eq!(told.len(), 5, "{told:#?}");
        assert!(told.iter().any(|line| line.contains("unknown key \"host\" in the policy; did you mean \"hosts\"?")));
    }

    #[test]
    fn an_empty_list_of_hosts_is_refused_and_not_read_as_all() {
        assert_eq!(read("holdpoint = \"0.1\"\nhosts = []\n").0, None);
    }

    #[test]
    fn a_star_is_exactly_one_label() {
        let scope = HostScope::Only(vec!["*.example.com".to_owned(), "*.0.0.1".to_owned(), "::1".to_owned()]);

        assert!(allows_host(&scope, "shop.example.com") && allows_host(&scope, "[::1]"));
        for host in ["example.com", "a.b.example.com", ".example.com", "shop.example.com.evil", "127.0.0.1"] {
            assert!(!allows_host(&scope, host), "{host}");
        }
    }
}
