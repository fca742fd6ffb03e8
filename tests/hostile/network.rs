//! Plugin and server against the network.

mod answers;
mod certificates;
mod framing;
mod hole;
pub(crate) mod recorder;
mod names;
mod pools;
mod rollback;
mod sockets;
mod special;
mod urls;
mod wildcards;

use std::fmt::Write as _;

use crate::bench::Bench;
use crate::trial::Row;

/// All rows of this half.
pub(crate) fn rows() -> Vec<Row> {
    vec![
        urls::ODD,
        special::ROW,
        names::ROW,
        urls::SCHEMES,
        answers::REDIRECTS,
        framing::ROW,
        certificates::ROW,
        wildcards::ROW,
        sockets::ROW,
        hole::ROW,
        pools::ROW,
        rollback::ROW,
        answers::BAD,
        answers::TIMEOUTS,
    ]
}

/// One request that a guest sends.
#[derive(Clone, Default)]
struct Sent<'a> {
    url: String,
    headers: Vec<(&'a str, &'a str)>,
    body: Option<&'a str>,
    timeout: Option<u64>,
}

impl<'a> Sent<'a> {
    fn get(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }

    fn with(mut self, name: &'a str, value: &'a str) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// A bench whose guest may GET and POST everything on the endpoint `shop`, and sends these requests, a check each.
fn sending(shop: &str, requests: &[Sent<'_>]) -> Bench {
    let grant = "[[plugin.sender.grant]]\nendpoint = \"shop\"\nmethods = [\"GET\", \"POST\"]\npaths = [\"/**\"]";
    let mut bench = Bench::new().endpoint("shop", shop).built("sender", "test/sender.wasm", grant).parallel(8);
    for (number, sent) in requests.iter().enumerate() {
        // A JSON text is a TOML text: what TOML can't escape, JSON doesn't either.
        let text = |text: &str| serde_json::Value::from(text).to_string();
        // In two pieces, so that nothing takes it for a URL before the guest sends it.
        let (first, rest) = sent.url.split_at(sent.url.len().min(3));
        let mut settings = format!("url = [{}, {}]", text(first), text(rest));
        let pairs: Vec<String> =
            sent.headers.iter().map(|(name, value)| format!("[{}, {}]", text(name), text(value))).collect();
        let _ = write!(settings, ", headers = [{}]", pairs.join(", "));
        if let Some(body) = sent.body {
            let _ = write!(settings, ", method = \"POST\", body = {}", text(body));
        }
        if let Some(timeout) = sent.timeout {
            let _ = write!(settings, ", timeout-ms = {timeout}");
        }
        let rest = format!("min-evidence = 0\nsettings = {{ {settings} }}");
        bench = bench.check(&format!("request-{number}"), "sender", &rest);
    }
    bench
}

/// A bench whose guest may GET everything at each of these hosts, which are endpoints with the default addresses, and
/// sends one request to each.
fn sending_anywhere(hosts: &[String]) -> Bench {
    let (mut endpoints, mut grants) = (String::new(), String::new());
    for (number, host) in hosts.iter().enumerate() {
        let _ = writeln!(endpoints, "[endpoint.e{number}]\nurl = \"http://{host}:80\"");
        let _ = writeln!(grants, "[[plugin.sender.grant]]\nendpoint = \"e{number}\"");
    }
    let mut bench = Bench::new().plugin_rest(&endpoints).built("sender", "test/sender.wasm", &grants).parallel(8);
    for number in 0..hosts.len() {
        let rest = format!("min-evidence = 0\nsettings = {{ url = [\"end\", \"point:e{number}/\"] }}");
        bench = bench.check(&format!("request-{number}"), "sender", &rest);
    }
    bench
}
