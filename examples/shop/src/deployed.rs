//! What was deployed: the version, revision and digest a service states about itself.

use axum::http::HeaderValue;

/// The identity of a deployed version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployed {
    version: String,
    revision: String,
    digest: String,
}

/// Why a version, revision or digest can't be stated.
#[derive(Debug, thiserror::Error)]
pub enum BadDeployed {
    /// The version would not fit into a header.
    #[error("version {0:?} is not 1 to 64 visible ASCII characters")]
    Version(String),
    /// The revision is not the name of a commit.
    #[error("revision {0:?} is not 7 to 64 hexadecimal digits")]
    Revision(String),
    /// The digest is not a SHA-256.
    #[error("digest {0:?} is not sha256: followed by 64 hexadecimal digits in lower case")]
    Digest(String),
}

impl Deployed {
    /// Returns the identity when each part is well-formed.
    ///
    /// # Errors
    /// A version is 1 to 64 visible ASCII characters, a revision 7 to 64 hexadecimal digits, a digest
    /// `sha256:` and 64 hexadecimal digits.
    pub fn try_new(version: &str, revision: &str, digest: &str) -> Result<Self, BadDeployed> {
        if version.is_empty() || version.len() > 64 || !version.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(BadDeployed::Version(version.to_owned()));
        }
        if !(7..=64).contains(&revision.len()) || !revision.bytes().all(is_hex) {
            return Err(BadDeployed::Revision(revision.to_owned()));
        }
        match digest.strip_prefix("sha256:") {
            Some(hex) if hex.len() == 64 && hex.bytes().all(is_hex) => {}
            Some(_) | None => return Err(BadDeployed::Digest(digest.to_owned())),
        }
        Ok(Self { version: version.to_owned(), revision: revision.to_owned(), digest: digest.to_owned() })
    }

    /// Returns the old version of the shop: 1.4.0.
    pub fn old() -> Self {
        Self {
            version: "1.4.0".to_owned(),
            revision: "3f9c1d2".to_owned(),
            digest: format!("sha256:{}", "14".repeat(32)),
        }
    }

    /// Returns the new version of the shop: 1.5.0.
    pub fn new_release() -> Self {
        Self {
            version: "1.5.0".to_owned(),
            revision: "a81e07b".to_owned(),
            digest: format!("sha256:{}", "15".repeat(32)),
        }
    }

    /// Returns the version, such as `1.4.0`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns the commit this was built from.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// Returns the artifact's digest, `sha256:…`.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Returns the version as a header value.
    pub(crate) fn version_header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.version).unwrap_or(HeaderValue::from_static("unknown"))
    }
}

fn is_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_would_break_a_header_is_refused() {
        let digest = Deployed::old().digest().to_owned();

        assert!(matches!(Deployed::try_new("1.4\r\n", "abc1234", &digest), Err(BadDeployed::Version(_))));
    }

    #[test]
    fn a_short_digest_is_refused() {
        assert!(matches!(Deployed::try_new("1.4.0", "abc1234", "sha256:abc"), Err(BadDeployed::Digest(_))));
    }

    #[test]
    fn the_two_built_in_versions_obey_the_rules() {
        for known in [Deployed::old(), Deployed::new_release()] {
            assert!(Deployed::try_new(known.version(), known.revision(), known.digest()).is_ok());
        }
    }
}
