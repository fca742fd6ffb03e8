//! Limits: what one call may use. The plan may lower any; the host's policy caps raising.

use alloc::borrow::ToOwned as _;
use alloc::string::{String, ToString as _};
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::time::Span;

/// A number of bytes. Written `512B`, `64KiB`, `8MiB` or `1GiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Bytes(pub u64);

/// Why a text is not a number of bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a size is written like 512B, 64KiB, 8MiB or 1GiB: {0:?} is not")]
pub struct NotASize(pub String);

const UNITS: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

impl Bytes {
    /// So many KiB.
    pub const fn kib(count: u64) -> Self {
        Self(count << 10)
    }

    /// So many MiB.
    pub const fn mib(count: u64) -> Self {
        Self(count << 20)
    }

    /// Takes a text as a number of bytes.
    ///
    /// # Errors
    /// When it is not a whole number with a unit.
    pub fn parse(text: &str) -> Result<Self, NotASize> {
        let wrong = || NotASize(text.to_owned());
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
        let number: u64 = number.parse().map_err(|_| wrong())?;
        number.checked_mul(*factor).map(Self).ok_or_else(wrong)
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = UNITS.iter().find(|(_, factor)| self.0 >= *factor && self.0.is_multiple_of(*factor));
        let (unit, factor) = whole.copied().unwrap_or(("B", 1));
        write!(f, "{}{unit}", self.0 / factor)
    }
}

impl TryFrom<String> for Bytes {
    type Error = NotASize;
    fn try_from(text: String) -> Result<Self, NotASize> {
        Self::parse(&text)
    }
}

impl From<Bytes> for String {
    fn from(bytes: Bytes) -> Self {
        bytes.to_string()
    }
}

/// What one call may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Limits {
    /// Linear memory, summed over all memories.
    pub memory: Bytes,
    /// Table elements, summed over all tables.
    pub table_elements: u32,
    /// Instances.
    pub instances: u32,
    /// Memories.
    pub memories: u32,
    /// CPU time.
    pub cpu: Span,
    /// Time by the wall clock. A check's own timeout lowers it.
    pub wall: Span,
    /// What may be copied from the guest to the host.
    pub host_copy: Bytes,
    /// Handles in the guest's tables.
    pub handles: u32,
    /// Random bytes per request for them.
    pub random: Bytes,
    /// All header fields of one request or answer.
    pub headers: Bytes,
    /// Requests in all.
    pub requests: u32,
    /// Requests at the same time.
    pub parallel_requests: u32,
    /// The body of one answer.
    pub body: Bytes,
    /// The time of one request, from start to the last byte.
    pub request_time: Span,
    /// A verdict's summary.
    pub summary: Bytes,
    /// One finding, each of its texts.
    pub finding: Bytes,
    /// Findings.
    pub findings: u32,
    /// Measurements.
    pub measurements: u32,
    /// The log that is kept.
    pub log: Bytes,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: Bytes::mib(64),
            table_elements: 100_000,
            instances: 64,
            memories: 8,
            cpu: Span::from_secs(2),
            wall: Span::from_secs(10),
            host_copy: Bytes::mib(8),
            handles: 4_096,
            random: Bytes::kib(64),
            headers: Bytes::kib(32),
            requests: 100,
            parallel_requests: 8,
            body: Bytes::mib(8),
            request_time: Span::from_secs(10),
            summary: Bytes::kib(4),
            finding: Bytes::kib(1),
            findings: 256,
            measurements: 1_024,
            log: Bytes::kib(64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_read_as_it_is_written() {
        for (text, bytes) in [("512B", 512), ("64KiB", 65_536), ("8MiB", 8_388_608), ("1GiB", 1 << 30), ("0B", 0)] {
            assert_eq!(Bytes::parse(text), Ok(Bytes(bytes)));
            assert_eq!(Bytes(bytes).to_string(), text);
        }
    }

    #[test]
    fn a_size_without_a_unit_is_refused() {
        for text in ["", "64", "MiB", "64MB", "-1B", "99999999999GiB", "1.5MiB"] {
            assert!(Bytes::parse(text).is_err(), "{text:?}");
        }
    }
}
