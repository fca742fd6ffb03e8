//! Certificates made at the start, and a listener that speaks TLS with the one that is right at the moment.

use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::serve::Listener;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    server::{NoServerSessionStorage, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::AbortHandle,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

const DAY: Duration = Duration::from_hours(24);
/// On top of whole days, so that "three days left" is still true an hour into a run.
const SLACK: Duration = Duration::from_hours(1);
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The certificate could not be made.
    #[error("could not make a certificate")]
    Make(#[from] rcgen::Error),
    /// TLS refused the certificate or its key.
    #[error("could not use the certificate made")]
    Use(#[from] rustls::Error),
}

/// A certificate authority of this run only. Its key never leaves the process.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    /// Makes an authority that is valid for a year.
    ///
    /// # Errors
    /// When the machine can't make a key.
    pub fn generate() -> Result<Self, CertificateError> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name.push(DnType::CommonName, "Shop test authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        valid_for(&mut params, DAY * 365);
        Ok(Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate()?)? })
    }

    /// Returns the authority's certificate as PEM, for the trust store of a client.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    fn certificate(&self, left: Duration) -> Result<Arc<CertifiedKey>, CertificateError> {
        let mut params = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()])?;
        params.distinguished_name.push(DnType::CommonName, "shop");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        valid_for(&mut params, left + SLACK);
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        Ok(Arc::new(CertifiedKey::from_der(vec![certificate.der().clone()], key, &ring::default_provider())?))
    }
}

fn valid_for(params: &mut CertificateParams, left: Duration) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    params.not_before = epoch + now.saturating_sub(SLACK);
    params.not_after = epoch + now + left;
}

/// The two certificates of a version: one with 90 days left, one with three.
#[derive(Debug)]
pub(crate) struct Certificates {
    pub(crate) ordinary: Arc<CertifiedKey>,
    pub(crate) near_end: Arc<CertifiedKey>,
}

impl Certificates {
    pub(crate) fn issued_by(authority: &Authority) -> Result<Self, CertificateError> {
        Ok(Self { ordinary: authority.certificate(DAY * 90)?, near_end: authority.certificate(DAY * 3)? })
    }
}

/// Accepts TLS connections. Handshakes run beside each other, so a client that stalls holds up nobody.
pub(crate) struct TlsListener {
    address: SocketAddr,
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    accepting: AbortHandle,
}

impl TlsListener {
    /// Accepts on `listener`, asking `choice` for the certificate of each connection.
    pub(crate) fn new(
        (mut listener, address): (TcpListener, SocketAddr),
        choice: Arc<dyn ResolvesServerCert>,
    ) -> Result<Self, CertificateError> {
        let acceptor = TlsAcceptor::from(Arc::new(server_config(choice)?));
        let (sender, ready) = mpsc::channel(64);
        let accepting = tokio::spawn(async move {
            loop {
                let (stream, peer) = Listener::accept(&mut listener).await;
                let (acceptor, sender) = (acceptor.clone(), sender.clone());
                tokio::spawn(async move {
                    let handshake = tokio::time::timeout(HANDSHAKE_WITHIN, acceptor.accept(stream));
                    if let Ok(Ok(stream)) = handshake.await {
                        // The receiver is gone when the server stopped; then so is the connection.
                        drop(sender.send((stream, peer)).await);
                    }
                });
            }
        });
        Ok(Self { address, ready, accepting: accepting.abort_handle() })
    }
}

fn server_config(choice: Arc<dyn ResolvesServerCert>) -> Result<ServerConfig, CertificateError> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(choice);
    // A resumed session would go on showing the certificate of the version before the switch.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            // Only when the accepting task is gone: there will be no more connections.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.address)
    }
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}
