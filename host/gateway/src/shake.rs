//! Handshakes of our own: TLS on a connection that is already there, and what it showed.

use std::sync::Arc;

use holdpoint_core::plan::endpoint::Endpoint;
use rustls::ClientConnection;
use rustls::pki_types::ServerName;
use rustls::sign::CertifiedKey;
use tokio::net::TcpStream;
use tokio_rustls::{Connect, TlsConnector};

use crate::certificate;
use crate::failure;
use crate::net::{Connection, TlsFacts};
use crate::refusal::Refusal;
use crate::tls::Trust;

/// Begins a handshake with an endpoint's server.
pub(crate) fn hands(
    trust: &Trust,
    (endpoint, certificate): (&Endpoint, Option<&Arc<CertifiedKey>>),
    stream: TcpStream,
) -> Result<Connect<TcpStream>, Refusal> {
    let config =
        trust.plain(&endpoint.authorities, certificate).map_err(|error| Refusal::Tls(failure::chain(&error)))?;
    let host = endpoint.origin.host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(host).map_err(|error| Refusal::Tls(failure::chain(&error)))?;
    Ok(TlsConnector::from(config).connect(name, stream))
}

/// What a complete handshake showed. `None` when there is no certificate that can be read.
pub(crate) fn facts(tls: &ClientConnection, connection: Connection, handshake: u64) -> Option<TlsFacts> {
    let certificate = certificate::read(tls.peer_certificates()?.first()?)?;
    let version = tls.protocol_version()?.as_str()?.replace("TLSv1_", "TLSv1.");
    let suite = tls.negotiated_cipher_suite()?.suite().as_str()?;
    // The registry of TLS 1.3 suites has no version in its names.
    let cipher = suite.replace("TLS13_", "TLS_");
    Some(TlsFacts { connection, handshake, version, cipher, certificate })
}
