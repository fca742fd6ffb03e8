//! P17: every function of the host, without a grant, with the wrong one, and with the right one.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use crate::bench::{Bench, Ended, Ran};
use crate::trial::{Row, Trial};

pub(crate) const ROW: Row = Row { id: "P17", attack: "more than was granted", run };

/// A function of the host: what grants it, and a grant of the same endpoint that doesn't.
struct Function {
    name: &'static str,
    right: &'static str,
    wrong: &'static str,
    /// What it must come to with the right grant. Against a server that speaks no TLS, a handshake that goes wrong has
    /// been allowed.
    granted: &'static str,
}

const GET: &str = "methods = [\"GET\"]";
const fn function(name: &'static str, right: &'static str, wrong: &'static str, granted: &'static str) -> Function {
    Function { name, right, wrong, granted }
}

const FUNCTIONS: [Function; 10] = [
    function("send", GET, "methods = [\"GET\"]\npaths = [\"/else\"]", "answered"),
    function("send-all", GET, "methods = [\"GET\"]\npaths = [\"/else\"]", "answered"),
    // The manifest does not ask for it, so there is no right grant.
    function("send-post", GET, "operations = [\"connect\"]", "denied"),
    function("resolve", "operations = [\"resolve\"]", "operations = [\"connect\"]", "answered"),
    function("connect", "operations = [\"connect\"]", "operations = [\"transact\"]", "answered"),
    function("inspect-tls", "operations = [\"inspect-tls\"]", "operations = [\"connect\"]", "went wrong: Error::Tls"),
    function("transact", "operations = [\"transact\"]", "operations = [\"resolve\"]", "answered"),
    function("transact-tls", "operations = [\"transact\"]", "operations = [\"inspect-tls\"]", "went wrong: Error::Tls"),
    // These need no grant: they reach nothing.
    function("log", GET, GET, "answered"),
    function("clock", GET, GET, "answered"),
];

fn run(trial: &mut Trial) {
    let (granted, other) = (server(), server());
    for function in &FUNCTIONS {
        for (kind, grant) in [("none", ""), ("wrong", function.wrong), ("right", function.right)] {
            let bench = Bench::new().endpoint("shop", &granted).endpoint("other", &other);
            let grant = match grant {
                // A grant of another endpoint, since a plugin that wants something must be granted something.
                "" => format!("[[plugin.asker.grant]]\nendpoint = \"other\"\n{}", function.right),
                grant => format!("[[plugin.asker.grant]]\nendpoint = \"shop\"\n{grant}"),
            };
            let settings =
                format!("min-evidence = 0\nsettings = {{ function = {:?}, whom = \"shop\" }}", function.name);
            let bench = bench.built("asker", "test/asker.wasm", &grant).check(kind, "asker", &settings);
            let ran = bench.run();
            judge(trial, function, kind, &ran);
        }
    }
    through_wasi(trial, &granted, &other);
    trial.figure("every denial is typed, and one row of evidence");
}

/// A request of an ordinary library, through `wasi:http`.
fn through_wasi(trial: &mut Trial, shop: &str, other: &str) {
    let authority = shop.trim_start_matches("http://");
    for (kind, grant) in [
        ("none", format!("[[plugin.ordinary.grant]]\nendpoint = \"other\"\n{GET}")),
        ("wrong", format!("[[plugin.ordinary.grant]]\nendpoint = \"shop\"\n{GET}\npaths = [\"/else\"]")),
        ("right", format!("[[plugin.ordinary.grant]]\nendpoint = \"shop\"\n{GET}")),
    ] {
        let bench = Bench::new().endpoint("shop", shop).endpoint("other", other);
        let settings = format!("min-evidence = 0\nsettings = {{ authority = {authority:?}, path = \"/\" }}");
        let bench = bench.built("ordinary", "test/ordinary.wasm", &grant).check(kind, "ordinary", &settings);
        let ran = bench.run();
        for ended in ran.ends("ordinary") {
            let (word, rows) = if kind == "right" { ("answered Some(Ok((200", 0) } else { ("HttpRequestDenied", 1) };
            let held = ended.summary.contains(word) && denials(&ran, &ended) == rows;
            trial.expect(held, || format!("wasi:http {kind}: {} on {} denials", ended.summary, denials(&ran, &ended)));
        }
    }
}

fn judge(trial: &mut Trial, function: &Function, kind: &str, ran: &Ran) {
    let ends = ran.ends("asker");
    let [ended] = ends.as_slice() else {
        trial.expect(false, || format!("{} {kind}: {} checks ended", function.name, ends.len()));
        return;
    };
    let free = matches!(function.name, "log" | "clock");
    let expected = if free || kind == "right" { function.granted } else { "denied" };
    let rows = usize::from(expected == "denied");
    let held = ended.summary.starts_with(expected) && denials(ran, ended) == rows;
    trial.expect(held, || format!("{} {kind}: {} on {} denials", function.name, ended.summary, denials(ran, ended)));
}

/// How many denials the evidence of a call holds.
fn denials(ran: &Ran, ended: &Ended) -> usize {
    let evidence = ran.evidence(ended);
    let exchanges = evidence["exchanges"].as_array().cloned().unwrap_or_default();
    exchanges.iter().filter(|exchange| exchange.to_string().contains("denied")).count()
}

/// A server that answers whatever comes as HTTP.
fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("a bound port has an address"));
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let Ok(mut connection) = connection else { continue };
            std::thread::spawn(move || {
                let _ = connection.read(&mut [0; 4096]);
                let _ = connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            });
        }
    });
    url
}
