//! TLS: whom to trust. Certificates are always verified; an endpoint's own authorities count for that endpoint only.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustls::client::Resumption;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, RootCertStore};

use crate::dial::Handshakes;

/// Why an endpoint's TLS can't be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsNotReady {
    /// An authority is not PEM.
    #[error("an authority of the endpoint is not a certificate in PEM")]
    NotPem(#[source] rustls::pki_types::pem::Error),
    /// An authority holds no certificate.
    #[error("an authority of the endpoint holds no certificate")]
    NoCertificate,
    /// An authority is not one that can be trusted.
    #[error("an authority of the endpoint is not usable")]
    Unusable(#[source] rustls::Error),
    /// The provider of cryptography speaks no version that is safe.
    #[error("no safe version of TLS is available")]
    Versions(#[source] rustls::Error),
}

/// The public authorities and the provider of cryptography, for the whole process.
pub(crate) struct Trust {
    provider: Arc<CryptoProvider>,
    public: OnceLock<Arc<RootCertStore>>,
    /// What handshakes of our own are made with, by the authorities of the endpoint.
    plain: Mutex<BTreeMap<Vec<String>, Arc<ClientConfig>>>,
}

/// For how many sets of authorities a configuration is kept. A plan has a handful.
const KEPT: usize = 256;

impl Trust {
    pub(crate) fn new() -> Self {
        Self {
            provider: Arc::new(rustls::crypto::ring::default_provider()),
            public: OnceLock::new(),
            plain: Mutex::default(),
        }
    }

    /// Builds what an endpoint needs. `protocols` are offered in that order; none for plain TLS.
    pub(crate) fn config(
        &self,
        authorities: &[String],
        certificate: Option<&Arc<CertifiedKey>>,
        protocols: &[&[u8]],
    ) -> Result<ClientConfig, TlsNotReady> {
        if authorities.is_empty() {
            return self.trusting(Arc::clone(self.public()), certificate, protocols);
        }
        let mut roots = RootCertStore::clone(self.public());
        for pem in authorities {
            let before = roots.len();
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                roots.add(certificate.map_err(TlsNotReady::NotPem)?).map_err(TlsNotReady::Unusable)?;
            }
            if roots.len() == before {
                return Err(TlsNotReady::NoCertificate);
            }
        }
        self.trusting(Arc::new(roots), certificate, protocols)
    }

    /// What TLS without a protocol above it needs; built once for each set of authorities, and each time where a
    /// certificate of ours is shown.
    pub(crate) fn plain(
        &self,
        authorities: &[String],
        certificate: Option<&Arc<CertifiedKey>>,
    ) -> Result<Arc<ClientConfig>, TlsNotReady> {
        if certificate.is_some() {
            return Ok(Arc::new(self.config(authorities, certificate, &[])?));
        }
        let mut kept = self.plain.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = kept.get(authorities) {
            return Ok(Arc::clone(config));
        }
        if kept.len() >= KEPT {
            kept.clear();
        }
        let config = Arc::new(self.config(authorities, None, &[])?);
        kept.insert(authorities.to_vec(), Arc::clone(&config));
        Ok(config)
    }

    /// Builds what an endpoint without TLS needs: a client that trusts nobody.
    pub(crate) fn none(&self) -> Result<ClientConfig, TlsNotReady> {
        self.trusting(Arc::new(RootCertStore::empty()), None, &[])
    }

    fn trusting(
        &self,
        roots: Arc<RootCertStore>,
        certificate: Option<&Arc<CertifiedKey>>,
        protocols: &[&[u8]],
    ) -> Result<ClientConfig, TlsNotReady> {
        let versions = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(TlsNotReady::Versions)?;
        let rooted = versions.with_root_certificates(roots);
        let mut config = match certificate {
            Some(key) => rooted.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(Arc::clone(key)))),
            None => rooted.with_no_client_auth(),
        };
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        // Nothing is resumed: every connection sees and verifies the certificate that is there today.
        config.resumption = Resumption::store(Arc::new(Handshakes));
        Ok(config)
    }

    /// The system's authorities; those that were built in, where the system has none. Read when first needed.
    fn public(&self) -> &Arc<RootCertStore> {
        self.public.get_or_init(|| {
            let mut roots = RootCertStore::empty();
            let found = rustls_native_certs::load_native_certs();
            for error in &found.errors {
                tracing::debug!(%error, "an authority of the system could not be read");
            }
            let (added, ignored) = roots.add_parsable_certificates(found.certs);
            tracing::debug!(added, ignored, "the system's authorities are read");
            if roots.is_empty() {
                roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            }
            Arc::new(roots)
        })
    }
}

/// Reads a certificate chain and its private key; `None` when the text is none, or the two don't belong together.
pub(crate) fn certified(pem: &str) -> Option<Arc<CertifiedKey>> {
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>().ok()?;
    let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).ok()?;
    if chain.is_empty() {
        return None;
    }
    CertifiedKey::from_der(chain, key, &rustls::crypto::ring::default_provider()).ok().map(Arc::new)
}
