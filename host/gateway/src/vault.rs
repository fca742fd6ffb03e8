//! The vault: the values of a run's secrets. They go from here into requests, and nowhere else.

use std::collections::BTreeMap;
use std::fmt;

use holdpoint_core::name::{EndpointName, SecretName};
use holdpoint_core::plan::secret::{HOLE, Secret};
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap, HeaderName, HeaderValue, IF_RANGE, RANGE};
use secrecy::{ExposeSecret as _, SecretString};

use crate::answer::HttpAnswer;
use crate::denial::Denial;
use crate::mask::Mask;
use crate::refusal::Refusal;

/// The shortest value, in bytes: a shorter one can't be told from ordinary text, so it could not be masked.
pub const SHORTEST: usize = 6;

/// The values of a run's secrets.
pub struct Vault {
    added: BTreeMap<EndpointName, Vec<Added>>,
    mask: Mask,
}

/// A header that the gateway adds.
struct Added {
    secret: SecretName,
    header: HeaderName,
    value: HeaderValue,
    /// The same for the record, with the secret's name in the place of its value.
    shown: String,
}

/// Why a value can't be used as a secret. The value itself is never told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotASecret {
    /// There is nothing.
    #[error("secret {0} is empty")]
    Empty(SecretName),
    /// It is so short that it can't be masked.
    #[error("secret {0} is shorter than {SHORTEST} bytes, so it could not be masked in what comes back")]
    TooShort(SecretName),
    /// It can't stand in a header.
    #[error("secret {0} holds something that is not visible ASCII, or begins or ends with a space")]
    NotForHeaders(SecretName),
    /// The header's name or text is none.
    #[error("the header of secret {0} can't be built")]
    Header(SecretName),
    /// The values can't be searched for.
    #[error("the secrets can't be masked, as they are too many or too long")]
    Mask,
}

/// Secrets were handed over a second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the gateway has its secrets already")]
pub struct AlreadyEntrusted;

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").finish_non_exhaustive()
    }
}

impl Vault {
    /// Takes in the values, each with what the plan says of it.
    ///
    /// # Errors
    /// When a value is empty, shorter than [`SHORTEST`], or can't stand in its header.
    pub fn new(secrets: &[(SecretName, Secret, SecretString)]) -> Result<Self, NotASecret> {
        let mut added: BTreeMap<EndpointName, Vec<Added>> = BTreeMap::new();
        for (name, secret, value) in secrets {
            usable(name, value.expose_secret())?;
            let one = Added::of(name, secret, value).ok_or_else(|| NotASecret::Header(name.clone()))?;
            added.entry(secret.endpoint.clone()).or_default().push(one);
        }
        let values = secrets.iter().map(|(name, _, value)| (name, value.expose_secret()));
        let mask = Mask::of(values).map_err(|_| NotASecret::Mask)?;
        Ok(Self { added, mask })
    }

    /// Adds an endpoint's secrets to a request that was checked. Returns what was added, as it stands in the record.
    pub(crate) fn add(
        &self,
        endpoint: &EndpointName,
        headers: &mut HeaderMap,
    ) -> Result<Vec<(String, String)>, Refusal> {
        if headers.contains_key(RANGE) || headers.contains_key(IF_RANGE) {
            let why = "parts of an answer can't be asked for in a run with secrets: they could not be masked in them";
            return Err(Refusal::InvalidRequest(why.to_owned()));
        }
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let mut shown = Vec::new();
        for one in self.added.get(endpoint).into_iter().flatten() {
            headers.insert(one.header.clone(), one.value.clone());
            shown.push((one.header.to_string(), one.shown.clone()));
        }
        Ok(shown)
    }

    /// Denies a request in which the guest itself writes a header that carries a secret.
    pub(crate) fn check(&self, endpoint: &EndpointName, given: &[(String, String)]) -> Result<(), Denial> {
        let added = self.added.get(endpoint).into_iter().flatten();
        for one in added {
            if given.iter().any(|(name, _)| name.eq_ignore_ascii_case(one.header.as_str())) {
                let (header, secret) = (one.header.to_string(), one.secret.clone());
                return Err(Denial::SecretHeader { endpoint: endpoint.clone(), header, secret });
            }
        }
        Ok(())
    }

    /// How many bytes beyond a cut must be read so that no value is cut in two.
    pub(crate) fn reach(&self) -> u64 {
        u64::try_from(self.mask.reach()).unwrap_or(u64::MAX)
    }

    /// Takes every value out of an answer, and the headers that carry secrets to this endpoint; then cuts its body.
    pub(crate) fn hide(&self, endpoint: &EndpointName, answer: HttpAnswer, most: u64) -> Result<HttpAnswer, Refusal> {
        let encoded = |(name, value): &(String, String)| {
            *name == CONTENT_ENCODING.as_str() && !value.trim().eq_ignore_ascii_case("identity")
        };
        if answer.headers.iter().any(encoded) {
            let why = "the answer is compressed though it was asked for plain, so secrets could not be masked in it";
            return Err(Refusal::Protocol(why.to_owned()));
        }
        let ours = |name: &str| {
            let mut added = self.added.get(endpoint).into_iter().flatten();
            added.any(|one| one.header == name) || self.mask.over(name.as_bytes(), usize::MAX).is_some()
        };
        let headers = answer.headers.into_iter().filter(|(name, _)| !ours(name));
        let headers = headers.map(|(name, value)| (name, self.mask.text(value))).collect();
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let truncated = answer.truncated || answer.body.len() > most;
        let body = self.mask.over(&answer.body, most).map_or(answer.body, Into::into);
        Ok(HttpAnswer { headers, body, truncated, ..answer })
    }

    /// Takes every value out of bytes that came back below HTTP.
    pub(crate) fn hide_bytes(&self, bytes: bytes::Bytes) -> bytes::Bytes {
        self.mask.over(&bytes, usize::MAX).map_or(bytes, Into::into)
    }

    /// Takes every value out of what is told about a failure.
    pub(crate) fn hide_refusal(&self, refusal: Refusal) -> Refusal {
        let text = |text| self.mask.text(text);
        match refusal {
            // A denial quotes the plan and the guest, and nothing that came back.
            Refusal::Denied(denial) => Refusal::Denied(denial),
            Refusal::InvalidRequest(why) => Refusal::InvalidRequest(text(why)),
            Refusal::Dns(why) => Refusal::Dns(text(why)),
            Refusal::Connect(why) => Refusal::Connect(text(why)),
            Refusal::Tls(why) => Refusal::Tls(text(why)),
            Refusal::Timeout(why) => Refusal::Timeout(text(why)),
            Refusal::Protocol(why) => Refusal::Protocol(text(why)),
            Refusal::Limit(why) => Refusal::Limit(text(why)),
        }
    }
}

impl Added {
    fn of(name: &SecretName, secret: &Secret, value: &SecretString) -> Option<Self> {
        let header = HeaderName::from_bytes(secret.header.as_bytes()).ok()?;
        let text = SecretString::from(secret.text.replacen(HOLE, value.expose_secret(), 1));
        let mut value = HeaderValue::from_str(text.expose_secret()).ok()?;
        value.set_sensitive(true);
        let shown = secret.text.replacen(HOLE, &format!("{{{{secret:{name}}}}}"), 1);
        Some(Self { secret: name.clone(), header, value, shown })
    }
}

fn usable(name: &SecretName, value: &str) -> Result<(), NotASecret> {
    if value.is_empty() {
        return Err(NotASecret::Empty(name.clone()));
    }
    if value.len() < SHORTEST {
        return Err(NotASecret::TooShort(name.clone()));
    }
    if value.trim() != value || !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Err(NotASecret::NotForHeaders(name.clone()));
    }
    Ok(())
}
