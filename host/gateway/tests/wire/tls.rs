//! TLS: verified always, private authorities for their own endpoint only, and the reason named where it fails.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use holdpoint_core::name::SecretName;
use holdpoint_core::plan::endpoint::{Endpoint, Scheme};
use holdpoint_core::plan::grant::NetOperation;
use holdpoint_core::plan::limit::Limits;
use holdpoint_core::plan::secret::{Carrier, Secret, Source};
use holdpoint_core::time::Span;
use holdpoint_gateway::{Layer, NotASecret, Refusal, Session, Transaction, Vault};
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::house::{Manner, OK, Recorder, endpoint, far, gateway, get, http_grant, name, net_grant, scope};

/// An authority of our own.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn named(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    /// A server that shows a certificate of this authority.
    fn certify(&self, params: &CertificateParams) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        acceptor(certificate.der().clone(), &key, &[])
    }
}

fn acceptor(certificate: CertificateDer<'static>, key: &KeyPair, protocols: &[&[u8]]) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let versions = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = versions.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    TlsAcceptor::from(Arc::new(config))
}

fn params(name: &str) -> CertificateParams {
    CertificateParams::new(vec![name.to_owned()]).unwrap()
}

async fn secured(tls: TlsAcceptor) -> Recorder {
    Recorder::of(Manner { tls: Some(tls), ..Manner::answering(OK) }).await
}

fn trusting(server: &Recorder, authorities: Vec<String>) -> Endpoint {
    Endpoint { authorities, ..endpoint(Scheme::Https, "127.0.0.1", server.address.port()) }
}

fn session(shop: Endpoint) -> Session {
    let operations = [NetOperation::InspectTls, NetOperation::Transact];
    let grants = [http_grant("shop", &["GET"], &["/**"]), net_grant("shop", &operations)];
    gateway().session(scope(&[("shop", shop)], &grants), &Limits::default(), far())
}

#[tokio::test]
async fn a_private_authority_is_trusted_for_its_own_endpoint_only() {
    let authority = Authority::named("ours");
    let server = secured(authority.certify(&params("127.0.0.1"))).await;
    let mine = trusting(&server, vec![authority.pem()]);
    let other = trusting(&server, Vec::new());
    let grants = [http_grant("mine", &["GET"], &["/**"]), http_grant("other", &["GET"], &["/**"])];
    let scope = scope(&[("mine", mine), ("other", other)], &grants);
    let session = gateway().session(scope, &Limits::default(), far());

    let answer = session.send(get("endpoint:mine/")).await.unwrap();
    let refusal = session.send(get("endpoint:other/")).await.unwrap_err();

    assert_eq!(answer.status, 200);
    let Refusal::Tls(why) = refusal else { panic!("{refusal:?}") };
    assert!(why.contains("no known authority issued it"), "{why}");
    assert!(why.contains("`ca` of [endpoint.other]"), "{why}");
}

#[tokio::test]
async fn an_answer_over_tls_tells_the_certificate_and_the_handshakes_time() {
    let authority = Authority::named("ours");
    let mut params = params("127.0.0.1");
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2120, 1, 1);
    let server = secured(authority.certify(&params)).await;
    let session = session(trusting(&server, vec![authority.pem()]));

    let first = session.send(get("endpoint:shop/")).await.unwrap();
    let second = session.send(get("endpoint:shop/")).await.unwrap();

    let certificate = first.certificate.unwrap();
    assert_eq!(certificate.names, ["127.0.0.1"]);
    assert_eq!((certificate.not_before, certificate.not_after), (1_577_836_800, 4_733_510_400));
    assert_eq!(certificate.fingerprint.len(), 64);
    assert!(first.timings.tls.is_some() && first.timings.connect.is_some());
    assert_eq!((second.timings.tls, second.timings.connect), (None, None));
    assert_eq!(second.certificate, Some(certificate));
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_certificate_that_does_not_verify_is_refused_with_its_reason() {
    let authority = Authority::named("ours");
    let mut expired = params("127.0.0.1");
    expired.not_before = date_time_ymd(2020, 1, 1);
    expired.not_after = date_time_ymd(2021, 1, 1);
    let mut early = params("127.0.0.1");
    early.not_before = date_time_ymd(2110, 1, 1);
    early.not_after = date_time_ymd(2111, 1, 1);
    let mut for_clients = params("127.0.0.1");
    for_clients.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let self_signed = {
        let key = KeyPair::generate().unwrap();
        acceptor(params("127.0.0.1").self_signed(&key).unwrap().der().clone(), &key, &[])
    };
    for (tls, reason) in [
        (authority.certify(&expired), "it has expired"),
        (authority.certify(&early), "it is not valid yet"),
        (authority.certify(&params("127.0.0.2")), "it is for another name"),
        (authority.certify(&params("shop.example")), "it is for another name"),
        (authority.certify(&for_clients), "it is not one that this server may use"),
        (Authority::named("theirs").certify(&params("127.0.0.1")), "no known authority issued it"),
        (Authority::named("ours").certify(&params("127.0.0.1")), "its signature does not verify"),
        (self_signed, "no known authority issued it (it may be self-signed)"),
    ] {
        let server = secured(tls).await;
        let session = session(trusting(&server, vec![authority.pem()]));
        for refusal in [
            session.send(get("endpoint:shop/")).await.unwrap_err(),
            session.inspect_tls("endpoint:shop", None).await.unwrap_err(),
        ] {
            let Refusal::Tls(why) = refusal else { panic!("{reason}: {refusal:?}") };
            assert!(why.contains(reason), "{reason}: {why}");
        }
        assert_eq!(server.heard(0), "", "nothing was said to a server that is not trusted");
    }
}

/// A server that takes only clients whose certificate this authority issued.
fn mutual(authority: &Authority) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = rustls::RootCertStore::empty();
    roots.add(authority.0.der().clone()).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build().unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = params("127.0.0.1").signed_by(&key, &authority.0).unwrap().der().clone();
    let versions = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let config = versions.with_client_cert_verifier(verifier).with_single_cert(vec![certificate], key).unwrap();
    TlsAcceptor::from(Arc::new(config))
}

fn vault(pem: String) -> Result<Vault, NotASecret> {
    let source = Source::File("client.pem".to_owned());
    let secret = Secret { source, endpoint: name("shop"), carrier: Carrier::ClientCertificate };
    Vault::new(&[(SecretName::parse("client").unwrap(), secret, pem.into())])
}

#[tokio::test]
async fn a_client_certificate_is_shown_to_its_own_endpoint_only_and_on_connections_of_its_own() {
    let authority = Authority::named("ours");
    let server = secured(mutual(&authority)).await;
    let key = KeyPair::generate().unwrap();
    let certificate = params("holdpoint").signed_by(&key, &authority.0).unwrap();
    let pem = format!("{}{}", certificate.pem(), key.serialize_pem());
    let grants = [
        http_grant("shop", &["GET"], &["/**"]),
        net_grant("shop", &[NetOperation::InspectTls]),
        http_grant("other", &["GET"], &["/**"]),
    ];
    let one = || trusting(&server, vec![authority.pem()]);
    let gateway = gateway();
    gateway.entrust(vault(pem).unwrap()).unwrap();
    let session = gateway.session(scope(&[("shop", one()), ("other", one())], &grants), &Limits::default(), far());

    assert_eq!(session.send(get("endpoint:shop/")).await.unwrap().status, 200);
    session.send(get("endpoint:other/")).await.unwrap_err();
    session.inspect_tls("endpoint:shop", None).await.unwrap();
}

#[test]
fn a_client_certificate_without_its_key_or_with_another_is_none() {
    let authority = Authority::named("ours");
    let (key, another) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let certificate = params("holdpoint").signed_by(&key, &authority.0).unwrap().pem();
    for pem in
        [String::new(), certificate.clone(), key.serialize_pem(), format!("{certificate}{}", another.serialize_pem())]
    {
        assert!(matches!(vault(pem), Err(NotASecret::NotACertificate(_))));
    }
}

/// A server that says this to whoever connects, and hangs up.
async fn blunt(greeting: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(greeting).await;
            let _ = stream.read(&mut [0; 4096]).await;
        }
    });
    port
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_is_told_as_such() {
    for greeting in [b"".as_slice(), b"SSH-2.0-OpenSSH_9.6\r\n", b"\x15\x03\x03\x00\x02\x02\x28"] {
        let session = session(endpoint(Scheme::Https, "127.0.0.1", blunt(greeting).await));
        for refusal in [
            session.send(get("endpoint:shop/")).await.unwrap_err(),
            session.inspect_tls("endpoint:shop", None).await.unwrap_err(),
        ] {
            assert!(matches!(refusal, Refusal::Tls(_)), "{refusal:?}");
        }
    }
}

#[tokio::test]
async fn a_handshake_that_is_not_answered_is_left_after_the_endpoints_own_time() {
    let silent = Recorder::answering(OK).await;
    let connect_timeout = Span::from_millis(100);
    let session = session(Endpoint { connect_timeout, ..trusting(&silent, Vec::new()) });

    let refusal = session.send(get("endpoint:shop/")).await.unwrap_err();

    let Refusal::Timeout(why) = refusal else { panic!("{refusal:?}") };
    assert!(why.ends_with("within 100ms"), "{why}");
}

#[tokio::test]
async fn an_authority_that_is_none_is_refused() {
    let server = Recorder::answering(OK).await;
    for pem in ["", "not pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let refusal = session(trusting(&server, vec![pem.to_owned()])).send(get("endpoint:shop/")).await;
        assert!(matches!(refusal, Err(Refusal::Tls(_))), "{pem:?}: {refusal:?}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn looking_at_tls_tells_version_cipher_and_certificate() {
    let authority = Authority::named("ours");
    let server = secured(authority.certify(&params("127.0.0.1"))).await;

    let facts = session(trusting(&server, vec![authority.pem()]))
        .inspect_tls("endpoint:shop", Some(Duration::from_secs(10)))
        .await
        .unwrap();

    assert_eq!(facts.version, "TLSv1.3");
    assert!(facts.cipher.starts_with("TLS_"), "{}", facts.cipher);
    assert_eq!(facts.certificate.names, ["127.0.0.1"]);
    assert_eq!(facts.connection.address, server.address);
}

#[tokio::test]
async fn a_few_bytes_go_over_tls_as_well() {
    let authority = Authority::named("ours");
    let server = secured(authority.certify(&params("127.0.0.1"))).await;
    let transaction = Transaction {
        target: "endpoint:shop".to_owned(),
        layer: Layer::Secured,
        send: Some("PING\r\n\r\n".into()),
        until: Some("\r\n\r\nok".into()),
        max_bytes: 1_000,
        ..Transaction::default()
    };

    let received = session(trusting(&server, vec![authority.pem()])).transact(transaction).await.unwrap();

    assert_eq!(received.bytes.as_ref(), OK);
    assert_eq!(server.heard(0), "PING\r\n\r\n");
}

#[tokio::test]
async fn a_server_that_speaks_http_2_is_spoken_to_in_it_over_one_connection() {
    let authority = Authority::named("ours");
    let key = KeyPair::generate().unwrap();
    let certificate = params("127.0.0.1").signed_by(&key, &authority.0).unwrap();
    let tls = acceptor(certificate.der().clone(), &key, &[b"h2"]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let stream = TokioIo::new(tls.accept(stream).await.unwrap());
        let answer = service_fn(|request: hyper::Request<_>| async move {
            let authority = request.uri().authority().unwrap().to_string();
            drop::<hyper::Request<hyper::body::Incoming>>(request);
            Ok::<_, Infallible>(hyper::Response::new(Full::<bytes::Bytes>::from(authority)))
        });
        hyper::server::conn::http2::Builder::new(TokioExecutor::new()).serve_connection(stream, answer).await
    });
    let shop = Endpoint { authorities: vec![authority.pem()], ..endpoint(Scheme::Https, "127.0.0.1", port) };
    let session = session(shop);

    let first = session.send(get("endpoint:shop/")).await.unwrap();
    let rest = session.send_all(vec![get("endpoint:shop/"); 4]).await;

    assert_eq!(first.protocol, "HTTP/2.0");
    assert_eq!(first.body, format!("127.0.0.1:{port}"));
    assert!(first.timings.tls.is_some());
    for answer in rest {
        let answer = answer.unwrap();
        assert_eq!((answer.timings.tls, answer.certificate.is_some()), (None, true));
    }
}
