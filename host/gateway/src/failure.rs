//! Failures: what went wrong on the wire, in the kinds and words of the plugin interface.

use std::error::Error;
use std::io;

use holdpoint_core::name::EndpointName;
use holdpoint_core::plan::endpoint::Endpoint;
use holdpoint_core::text::visible;
use rustls::CertificateError;

use crate::denial::Denial;
use crate::dial::HandshakeFailed;
use crate::refusal::Refusal;
use crate::resolve::Unresolved;

/// Tells a client's error in our words.
pub(crate) fn of_client(error: &reqwest::Error, name: &EndpointName, endpoint: &Endpoint) -> Refusal {
    let origin = &endpoint.origin;
    if let Some(unresolved) = find::<Unresolved>(error) {
        return of_resolution(unresolved, name, endpoint);
    }
    if let Some(tls) = find::<rustls::Error>(error) {
        return Refusal::Tls(tls_words(tls, name, endpoint));
    }
    if find::<HandshakeFailed>(error).is_some() {
        return Refusal::Tls(format!("the TLS handshake with {origin} broke off: {}", root(error)));
    }
    if error.is_timeout() {
        return Refusal::Timeout(format!("no connection to {origin} within {}", endpoint.connect_timeout));
    }
    if error.is_connect() {
        return Refusal::Connect(format!("could not connect to {origin}: {}", root(error)));
    }
    if error.is_builder() {
        return Refusal::InvalidRequest(root(error));
    }
    Refusal::Protocol(format!("the answer of {origin} was not whole or not HTTP: {}", root(error)))
}

/// Whether the server closed the connection before it answered anything.
pub(crate) fn hung_up(error: &reqwest::Error) -> bool {
    let broken = |error: &io::Error| {
        matches!(
            error.kind(),
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted
        )
    };
    find::<hyper::Error>(error).is_some_and(|error| error.is_incomplete_message() || error.is_closed())
        || find::<io::Error>(error).is_some_and(broken)
}

/// Tells why a name leads nowhere.
pub(crate) fn of_resolution(error: &Unresolved, name: &EndpointName, endpoint: &Endpoint) -> Refusal {
    match error {
        Unresolved::Barred { barred, .. } => {
            Denial::Address { endpoint: name.clone(), barred: *barred, rules: endpoint.addresses.clone() }.into()
        }
        Unresolved::Foreign(_) | Unresolved::Failed { .. } | Unresolved::Empty(_) => Refusal::Dns(chain(error)),
    }
}

/// Tells why a handshake of our own failed.
pub(crate) fn of_handshake(error: &io::Error, name: &EndpointName, endpoint: &Endpoint) -> Refusal {
    Refusal::Tls(match find::<rustls::Error>(error) {
        Some(tls) => tls_words(tls, name, endpoint),
        None => format!("the TLS handshake with {} broke off: {}", endpoint.origin, root(error)),
    })
}

fn tls_words(error: &rustls::Error, name: &EndpointName, endpoint: &Endpoint) -> String {
    let origin = &endpoint.origin;
    let rustls::Error::InvalidCertificate(reason) = error else {
        return format!("TLS with {origin} failed: {}", visible(&error.to_string()));
    };
    let why = if is_expired(reason) {
        "it has expired"
    } else if is_early(reason) {
        "it is not valid yet"
    } else if is_for_another(reason) {
        "it is for another name"
    } else if matches!(reason, CertificateError::UnknownIssuer) {
        return format!(
            "the certificate of {origin} is not trusted: no known authority issued it (it may be self-signed); \
             a private authority belongs under `ca` of [endpoint.{name}]"
        );
    } else if matches!(reason, CertificateError::BadSignature) {
        "its signature does not verify"
    } else {
        "it is not one that this server may use"
    };
    format!("the certificate of {origin} is not trusted: {why} ({})", visible(&reason.to_string()))
}

fn is_expired(reason: &CertificateError) -> bool {
    matches!(reason, CertificateError::Expired | CertificateError::ExpiredContext { .. })
}

fn is_early(reason: &CertificateError) -> bool {
    matches!(reason, CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. })
}

fn is_for_another(reason: &CertificateError) -> bool {
    matches!(reason, CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. })
}

/// The error and its causes, as one line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut texts: Vec<String> = causes(error).map(ToString::to_string).collect();
    // An I/O error repeats what it wraps.
    texts.dedup();
    visible(&texts.join(": "))
}

/// What the last cause says.
fn root(error: &(dyn Error + 'static)) -> String {
    visible(&causes(error).last().map(ToString::to_string).unwrap_or_default())
}

fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    causes(error).find_map(|cause| cause.downcast_ref::<E>())
}

/// The error and its causes. An I/O error's own cause is what it wraps, which it does not tell by itself.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| next(*error))
}

fn next<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}
