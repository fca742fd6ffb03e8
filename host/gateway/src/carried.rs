//! What secrets an endpoint's requests carry, and how each is put into them.

use std::collections::BTreeMap;
use std::sync::Arc;

use holdpoint_core::name::{EndpointName, SecretName};
use holdpoint_core::plan::secret::{Carrier, HOLE, placeholder};
use http::header::{HeaderName, HeaderValue};
use rustls::sign::CertifiedKey;
use secrecy::{ExposeSecret as _, SecretString};

use crate::denial::Denial;
use crate::placeholder::Outgoing;
use crate::tls;
use crate::vault::{NotASecret, SHORTEST};

/// The secrets of one endpoint.
#[derive(Default)]
pub(crate) struct Carried {
    headers: Vec<Header>,
    parameters: Vec<Parameter>,
    filled: BTreeMap<SecretName, SecretString>,
    certificate: Option<Arc<CertifiedKey>>,
}

/// A header that the gateway adds.
struct Header {
    secret: SecretName,
    name: HeaderName,
    value: HeaderValue,
    /// The same for the record, with the secret's name in the place of its value.
    shown: String,
}

/// A parameter of the query that the gateway adds.
struct Parameter {
    secret: SecretName,
    name: String,
    value: SecretString,
}

/// What was added to a request, as it stands in the record.
pub(crate) struct Shown {
    /// The URL, with the names of secrets in it.
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
}

impl Carried {
    /// Takes a secret in.
    pub(crate) fn take(
        &mut self,
        secret: &SecretName,
        carrier: &Carrier,
        value: &SecretString,
    ) -> Result<(), NotASecret> {
        match carrier {
            Carrier::Header { name, text } => {
                usable(secret, value)?;
                let header = Header::of(secret, (name, text), value);
                self.headers.push(header.ok_or_else(|| NotASecret::Header(secret.clone()))?);
            }
            Carrier::Query { parameter } => {
                usable(secret, value)?;
                let (secret, name, value) = (secret.clone(), parameter.clone(), value.clone());
                self.parameters.push(Parameter { secret, name, value });
            }
            Carrier::Placeholder => {
                usable(secret, value)?;
                self.filled.insert(secret.clone(), value.clone());
            }
            Carrier::ClientCertificate => {
                let key = tls::certified(value.expose_secret());
                self.certificate = Some(key.ok_or_else(|| NotASecret::NotACertificate(secret.clone()))?);
            }
        }
        Ok(())
    }

    /// The secrets that placeholders stand for.
    pub(crate) fn filled(&self) -> &BTreeMap<SecretName, SecretString> {
        &self.filled
    }

    /// What is shown in TLS handshakes.
    pub(crate) fn certificate(&self) -> Option<&Arc<CertifiedKey>> {
        self.certificate.as_ref()
    }

    /// Whether a header of this name carries a secret.
    pub(crate) fn in_header(&self, name: &str) -> bool {
        self.headers.iter().any(|header| header.name == name)
    }

    /// Denies a request in which the guest itself writes what carries a secret.
    pub(crate) fn check(&self, endpoint: &EndpointName, outgoing: &Outgoing) -> Result<(), Denial> {
        let denied = |carrier: String, secret: &SecretName| {
            Err(Denial::SecretCarrier { endpoint: endpoint.clone(), carrier, secret: secret.clone() })
        };
        if let Some(header) = self.headers.iter().find(|header| outgoing.headers.contains_key(&header.name)) {
            return denied(format!("the header {}", header.name), &header.secret);
        }
        let written = |parameter: &&Parameter| outgoing.url.query_pairs().any(|(name, _)| name == *parameter.name);
        match self.parameters.iter().find(written) {
            Some(parameter) => denied(format!("the parameter {:?}", parameter.name), &parameter.secret),
            None => Ok(()),
        }
    }

    /// Adds headers and parameters to a request that was checked.
    pub(crate) fn add(&self, outgoing: &mut Outgoing) -> Shown {
        let mut shown = outgoing.url.clone();
        for Parameter { secret, name, value } in &self.parameters {
            outgoing.url.query_pairs_mut().append_pair(name, value.expose_secret());
            let query = shown.query().map_or_else(String::new, |query| format!("{query}&"));
            shown.set_query(Some(&format!("{query}{name}={}", placeholder(secret))));
        }
        for header in &self.headers {
            outgoing.headers.insert(header.name.clone(), header.value.clone());
        }
        Shown {
            url: shown.to_string(),
            headers: self.headers.iter().map(|header| (header.name.to_string(), header.shown.clone())).collect(),
        }
    }
}

impl Header {
    fn of(secret: &SecretName, (name, text): (&str, &str), value: &SecretString) -> Option<Self> {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        let whole = SecretString::from(text.replacen(HOLE, value.expose_secret(), 1));
        let mut value = HeaderValue::from_str(whole.expose_secret()).ok()?;
        value.set_sensitive(true);
        let shown = text.replacen(HOLE, &placeholder(secret), 1);
        Some(Self { secret: secret.clone(), name, value, shown })
    }
}

/// Refuses a value that can't be sent in one way only, or can't be masked.
fn usable(name: &SecretName, value: &SecretString) -> Result<(), NotASecret> {
    let value = value.expose_secret();
    if value.is_empty() {
        return Err(NotASecret::Empty(name.clone()));
    }
    if value.len() < SHORTEST {
        return Err(NotASecret::TooShort(name.clone()));
    }
    if value.trim() != value || !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Err(NotASecret::NotPlain(name.clone()));
    }
    Ok(())
}
