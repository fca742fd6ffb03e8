//! N6: certificates that do not verify, and switches that would let them.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::bench::Bench;
use crate::trial::{Row, Trial};

pub(crate) const ROW: Row = Row { id: "N6", attack: "certificates that do not verify", run };

/// The functions of the host that make a handshake.
const FUNCTIONS: [&str; 3] = ["send", "inspect-tls", "transact-tls"];

type Authority = CertifiedIssuer<'static, KeyPair>;

/// A server, whether its endpoint trusts our authority, and why its certificate is refused: not at all where it isn't.
struct Case {
    name: &'static str,
    server: Server,
    trusting: bool,
    reason: Option<&'static str>,
}

fn run(trial: &mut Trial) {
    let ours = authority("ours");
    let cases = cases(&ours);
    // Variables with which other programs are told to trust whoever answers.
    let ran = asking(&cases, &ours)
        .variable("NODE_TLS_REJECT_UNAUTHORIZED", "0")
        .variable("PYTHONHTTPSVERIFY", "0")
        .variable("GIT_SSL_NO_VERIFY", "1")
        .variable("SSL_NO_VERIFY", "1")
        .run();
    let ends = ran.ends("asker");
    trial.expect(ends.len() == cases.len() * FUNCTIONS.len(), || format!("{} checks ended", ends.len()));
    for case in &cases {
        for function in FUNCTIONS {
            let name = format!("{}-{function}", case.name);
            let summary = ends.iter().find(|ended| ended.name == name).map_or("", |ended| &ended.summary);
            let held = match case.reason {
                None => summary == "answered",
                Some(reason) => summary.starts_with("went wrong: Error::Tls") && summary.contains(reason),
            };
            trial.expect(held, || format!("{name}: {summary:?}"));
        }
        // A look at TLS says nothing; the two others do, to a server that is trusted.
        let expected = if case.reason.is_none() { 2 } else { 0 };
        let spoken = case.server.spoken.load(Ordering::SeqCst);
        trial.expect(spoken == expected, || format!("{}: spoken to {spoken} times", case.name));
    }
    switches(trial, &ours);
    trial.figure("each refused with its reason; 0 bytes said to a server that is not trusted");
}

/// Neither the plan nor the command line has a switch that turns verification off.
fn switches(trial: &mut Trial, ours: &Authority) {
    let cases =
        [Case { name: "plain", server: Server::certified(&params("127.0.0.1"), ours), trusting: true, reason: None }];
    let (status, said) = asking(&cases, ours).refused();
    trial.expect(status == Some(0), || format!("without a switch: {status:?} {said}"));
    for key in ["insecure = true", "verify = false", "tls-verify = false", "skip-verify = true"] {
        let (status, said) = asking(&[], ours).endpoint("odd", "https://127.0.0.1:1").plugin_rest(key).refused();
        let named = key.split(' ').next().is_some_and(|word| said.contains(word));
        trial.expect(status == Some(2) && named, || format!("{key}: {status:?} {said}"));
    }
    for switch in ["--insecure", "--no-verify", "--skip-verify", "-k"] {
        let (status, said) = asking(&cases, ours).argument(switch).refused();
        trial.expect(status == Some(2) && said.contains(switch), || format!("{switch}: {status:?} {said}"));
    }
}

/// A bench that asks each server through each function.
fn asking(cases: &[Case], ours: &Authority) -> Bench {
    let mut bench = Bench::new().parallel(8);
    let mut grants = String::new();
    for Case { name, server, trusting, .. } in cases {
        let url = format!("https://{}", server.address);
        bench = if *trusting { bench.trusting(name, &url, &ours.pem()) } else { bench.endpoint(name, &url) };
        for granted in ["methods = [\"GET\"]", "operations = [\"inspect-tls\", \"transact\"]"] {
            let _ = writeln!(grants, "[[plugin.asker.grant]]\nendpoint = \"{name}\"\n{granted}");
        }
    }
    bench = bench.built("asker", "test/asker.wasm", &grants);
    for case in cases {
        for function in FUNCTIONS {
            let rest =
                format!("min-evidence = 0\nsettings = {{ function = \"{function}\", whom = \"{}\" }}", case.name);
            bench = bench.check(&format!("{}-{function}", case.name), "asker", &rest);
        }
    }
    bench
}

fn cases(ours: &Authority) -> Vec<Case> {
    let case = |name, server, reason| Case { name, server, trusting: true, reason: Some(reason) };
    let mut expired = params("127.0.0.1");
    (expired.not_before, expired.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    let mut early = params("127.0.0.1");
    (early.not_before, early.not_after) = (date_time_ymd(2110, 1, 1), date_time_ymd(2111, 1, 1));
    let mut for_clients = params("127.0.0.1");
    for_clients.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let honest = params("127.0.0.1");
    let unknown = "no known authority issued it";
    vec![
        Case { reason: None, ..case("honest", Server::certified(&honest, ours), "") },
        case("expired", Server::certified(&expired, ours), "it has expired"),
        case("early", Server::certified(&early, ours), "it is not valid yet"),
        case("name", Server::certified(&params("shop.example"), ours), "it is for another name"),
        case("address", Server::certified(&params("127.0.0.2"), ours), "it is for another name"),
        case("purpose", Server::certified(&for_clients, ours), "it is not one that this server may use"),
        case("theirs", Server::certified(&honest, &authority("theirs")), unknown),
        case("impostor", Server::certified(&honest, &authority("ours")), "its signature does not verify"),
        case("self-signed", Server::self_signed(&honest), unknown),
        // Our authority is trusted where the plan says so, and nowhere else.
        Case { trusting: false, ..case("elsewhere", Server::certified(&honest, ours), unknown) },
    ]
}

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::new(Vec::new()).expect("no names are names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate")
}

fn params(name: &str) -> CertificateParams {
    CertificateParams::new(vec![name.to_owned()]).expect("a name")
}

/// A server over TLS that answers whatever is said to it, and counts how often something was.
struct Server {
    address: SocketAddr,
    spoken: Arc<AtomicUsize>,
}

impl Server {
    fn certified(params: &CertificateParams, by: &Authority) -> Self {
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, by).expect("a certificate");
        Self::showing(certificate.der().clone(), &key)
    }

    fn self_signed(params: &CertificateParams) -> Self {
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        Self::showing(certificate.der().clone(), &key)
    }

    fn showing(certificate: CertificateDer<'static>, key: &KeyPair) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.expect("safe versions").with_no_client_auth();
        let config = Arc::new(builder.with_single_cert(vec![certificate], key).expect("the key fits"));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("a bound port has an address");
        let spoken = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&spoken);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (config, count) = (Arc::clone(&config), Arc::clone(&count));
                std::thread::spawn(move || answer(connection, config, &count));
            }
        });
        Self { address, spoken }
    }
}

fn answer(connection: TcpStream, config: Arc<ServerConfig>, spoken: &AtomicUsize) {
    let tls = ServerConnection::new(config).expect("the configuration is one");
    let mut stream = StreamOwned::new(tls, connection);
    if stream.read(&mut [0; 4096]).is_ok_and(|read| read > 0) {
        spoken.fetch_add(1, Ordering::SeqCst);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        stream.conn.send_close_notify();
        let _ = stream.flush();
    }
}
