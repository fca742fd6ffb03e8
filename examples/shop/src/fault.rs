//! Faults: what can be made wrong with a running version.

use std::{
    collections::BTreeSet,
    fmt,
    str::FromStr,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use serde::{Serialize, Serializer};

use crate::lock::locked;

/// One thing that is wrong with a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Every checkout answers 500.
    CheckoutBroken,
    /// One replica states another revision and digest than the others.
    WrongBuild,
    /// Every page takes two seconds longer.
    Slow,
    /// The inventory doesn't answer: health and checkout answer 503.
    DependencyDown,
    /// The https listener presents a certificate with three days left.
    CertificateNearEnd,
    /// So many per cent (1 to 100) of the requests for pages and API answer 500, evenly spread.
    ErrorRate(u8),
}

/// A name that is no fault.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown fault {0:?}; there are checkout-broken, wrong-build, slow, dependency-down, certificate-near-end \
     and error-rate:N with N from 1 to 100"
)]
pub struct BadFault(String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CheckoutBroken => f.write_str("checkout-broken"),
            Self::WrongBuild => f.write_str("wrong-build"),
            Self::Slow => f.write_str("slow"),
            Self::DependencyDown => f.write_str("dependency-down"),
            Self::CertificateNearEnd => f.write_str("certificate-near-end"),
            Self::ErrorRate(percent) => write!(f, "error-rate:{percent}"),
        }
    }
}

impl FromStr for Fault {
    type Err = BadFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "checkout-broken" => Ok(Self::CheckoutBroken),
            "wrong-build" => Ok(Self::WrongBuild),
            "slow" => Ok(Self::Slow),
            "dependency-down" => Ok(Self::DependencyDown),
            "certificate-near-end" => Ok(Self::CertificateNearEnd),
            other => other
                .strip_prefix("error-rate:")
                .and_then(|percent| percent.parse().ok())
                .filter(|percent| (1..=100).contains(percent))
                .map(Self::ErrorRate)
                .ok_or_else(|| BadFault(other.to_owned())),
        }
    }
}

impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The faults of one running service, which may change while it runs.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    present: Mutex<BTreeSet<Fault>>,
    counted: AtomicU64,
}

impl Faults {
    pub(crate) fn starting_with(faults: &[Fault]) -> Self {
        Self { present: Mutex::new(faults.iter().copied().collect()), counted: AtomicU64::new(0) }
    }

    /// Puts these faults in the place of those there were.
    pub(crate) fn replace(&self, faults: BTreeSet<Fault>) {
        *locked(&self.present) = faults;
    }

    pub(crate) fn list(&self) -> Vec<Fault> {
        locked(&self.present).iter().copied().collect()
    }

    pub(crate) fn has(&self, fault: Fault) -> bool {
        locked(&self.present).contains(&fault)
    }

    /// Counts one request and returns whether the error rate makes it fail.
    ///
    /// The failures are spread evenly and not drawn: at 25 per cent it is every fourth request. Of several
    /// rates the highest counts.
    pub(crate) fn next_request_fails(&self) -> bool {
        let Some(percent) = self.error_rate() else {
            return false;
        };
        let before = self.counted.fetch_add(1, Ordering::Relaxed) % 100;
        (before + 1) * percent / 100 > before * percent / 100
    }

    fn error_rate(&self) -> Option<u64> {
        let rate = |fault: &Fault| match fault {
            Fault::ErrorRate(percent) => Some(u64::from(*percent)),
            Fault::CheckoutBroken
            | Fault::WrongBuild
            | Fault::Slow
            | Fault::DependencyDown
            | Fault::CertificateNearEnd => None,
        };
        locked(&self.present).iter().filter_map(rate).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_as_the_fault_that_wrote_it() {
        for fault in [
            Fault::CheckoutBroken,
            Fault::WrongBuild,
            Fault::Slow,
            Fault::DependencyDown,
            Fault::CertificateNearEnd,
            Fault::ErrorRate(7),
        ] {
            assert_eq!(fault.to_string().parse(), Ok(fault));
        }
    }

    #[test]
    fn an_error_rate_outside_1_to_100_is_refused() {
        for text in ["error-rate:0", "error-rate:101", "error-rate:", "error-rate:x", "error-rate:-1"] {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_error_rate_of_30_fails_30_of_100_requests() {
        let faults = Faults::starting_with(&[Fault::ErrorRate(30)]);

        assert_eq!((0..100).filter(|_| faults.next_request_fails()).count(), 30);
    }

    #[test]
    fn without_an_error_rate_no_request_fails() {
        let faults = Faults::starting_with(&[Fault::Slow]);

        assert_eq!((0..100).filter(|_| faults.next_request_fails()).count(), 0);
    }
}
