//! The vault: the values of a run's secrets. They go from here into requests, and nowhere else.

use std::collections::BTreeMap;
use std::fmt;

use holdpoint_core::name::{EndpointName, SecretName};
use holdpoint_core::plan::secret::{Carrier, Secret};
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap, HeaderValue, IF_RANGE, RANGE};
use secrecy::{ExposeSecret as _, SecretString};

use crate::answer::HttpAnswer;
use crate::carried::Carried;
use crate::mask::Mask;
use crate::refusal::Refusal;

/// The shortest value, in bytes: a shorter one can't be told from ordinary text, so it could not be masked.
pub const SHORTEST: usize = 6;

/// The values of a run's secrets.
pub struct Vault {
    carried: BTreeMap<EndpointName, Carried>,
    mask: Mask,
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
    /// It can't stand in a request in one way only.
    #[error("secret {0} holds something that is not visible ASCII, or begins or ends with a space")]
    NotPlain(SecretName),
    /// The header's name or text is none.
    #[error("the header of secret {0} can't be built")]
    Header(SecretName),
    /// It is no certificate chain with its private key.
    #[error("secret {0} is not a certificate chain and its private key in PEM")]
    NotACertificate(SecretName),
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
        let mut carried: BTreeMap<EndpointName, Carried> = BTreeMap::new();
        for (name, secret, value) in secrets {
            carried.entry(secret.endpoint.clone()).or_default().take(name, &secret.carrier, value)?;
        }
        // A private key signs, and is never sent: there is nothing to mask of it.
        let sent = secrets.iter().filter(|(_, secret, _)| secret.carrier != Carrier::ClientCertificate);
        let values = sent.map(|(name, _, value)| (name, value.expose_secret()));
        let mask = Mask::of(values).map_err(|_| NotASecret::Mask)?;
        Ok(Self { carried, mask })
    }

    /// What goes to an endpoint.
    pub(crate) fn carried(&self, endpoint: &EndpointName) -> Option<&Carried> {
        self.carried.get(endpoint)
    }

    /// Keeps a request from asking for what could not be masked.
    pub(crate) fn maskable(headers: &mut HeaderMap) -> Result<(), Refusal> {
        if headers.contains_key(RANGE) || headers.contains_key(IF_RANGE) {
            let why = "parts of an answer can't be asked for in a run with secrets: they could not be masked in them";
            return Err(Refusal::InvalidRequest(why.to_owned()));
        }
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
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
            let carried = self.carried(endpoint).is_some_and(|carried| carried.in_header(name));
            carried || self.mask.over(name.as_bytes(), usize::MAX).is_some()
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

    /// Takes every value out of a text.
    pub(crate) fn hide_text(&self, text: String) -> String {
        self.mask.text(text)
    }

    /// Whether a value stands in a text, in whatever form.
    pub fn holds(&self, text: &str) -> bool {
        self.mask.over(text.as_bytes(), usize::MAX).is_some()
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
