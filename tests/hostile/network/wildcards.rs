//! N7: stars where a host, a port or a method stands, and a scan of the ports of a granted host.

use super::recorder::{Recorder, whole};
use crate::bench::Bench;
use crate::trial::{Row, Trial};

pub(crate) const ROW: Row = Row { id: "N7", attack: "wildcard grants, port scan", run };

/// After how many denials a call is no longer listened to.
const BREAKER: usize = 20;

fn run(trial: &mut Trial) {
    hosts(trial);
    stars(trial);
    for ports in [BREAKER - 1, BREAKER, 2 * BREAKER] {
        scan(trial, ports);
    }
    trial.figure(format!("a star is one label and never a port; deaf after {BREAKER} denials, 0 foreign connections"));
}

/// A bench whose one endpoint is at this URL, granted as these lines say.
fn bench(url: &str, grant: &str) -> Bench {
    let grant = format!("[[plugin.sender.grant]]\n{grant}");
    Bench::new().endpoint("shop", url).built("sender", "test/sender.wasm", &grant)
}

const GRANT: &str = "endpoint = \"shop\"\nmethods = [\"GET\"]\npaths = [\"/**\"]";

fn policed(url: &str, hosts: &str) -> (Option<i32>, String) {
    let policy = format!("holdpoint = \"0.1\"\nhosts = [\"{hosts}\"]\n");
    let settings = "min-evidence = 0\nsettings = { url = [\"x\"] }";
    bench(url, GRANT).check("request", "sender", settings).policy(&policy).refused()
}

/// Which hosts a policy's star stands for.
fn hosts(trial: &mut Trial) {
    for (host, pattern, covered) in [
        ("a.example.com", "*.example.com", true),
        ("example.com", "*.example.com", false),
        ("a.b.example.com", "*.example.com", false),
        ("aexample.com", "*.example.com", false),
        ("a.example.com.evil", "*.example.com", false),
        ("127.0.0.1", "127.0.0.1", true),
        ("127.0.0.1", "*.0.0.1", false),
    ] {
        let (status, said) = policed(&format!("http://{host}"), pattern);
        let expected = if covered { Some(0) } else { Some(2) };
        trial.expect(status == expected && (covered || said.contains(host)), || {
            format!("{host} under {pattern}: {status:?} {said}")
        });
    }
}

/// Stars where none may stand.
fn stars(trial: &mut Trial) {
    for pattern in [
        "*",
        "*.",
        "**.example.com",
        "*.*.example.com",
        "a.*.example.com",
        "sh*p.example.com",
        "example.*",
        "*:8080",
        "shop.example.com:*",
        "*.example.com:8080",
    ] {
        let (status, said) = policed("http://a.example.com", pattern);
        trial.expect(status == Some(2) && said.contains(pattern), || format!("hosts {pattern}: {status:?} {said}"));
    }
    let settings = "min-evidence = 0\nsettings = { url = [\"x\"] }";
    for (url, grant) in [
        ("http://*", GRANT),
        ("http://*.example.com", GRANT),
        ("http://127.0.0.1:*", GRANT),
        ("http://127.0.0.1", "endpoint = \"*\"\nmethods = [\"GET\"]"),
        ("http://127.0.0.1", "endpoint = \"sh*\"\nmethods = [\"GET\"]"),
        ("http://127.0.0.1", "endpoint = \"shop\"\nmethods = [\"*\"]"),
    ] {
        let (status, said) = bench(url, grant).check("request", "sender", settings).refused();
        trial.expect(status == Some(2) && said.contains('*'), || format!("{url} {grant}: {status:?} {said}"));
    }
}

/// One call that asks so many ports of the granted host, and the granted one at last.
fn scan(trial: &mut Trial, foreign: usize) {
    let granted = Recorder::answering(|_| whole("200 OK", "", "granted"));
    let others: Vec<Recorder> = (0..foreign).map(|_| Recorder::answering(|_| whole("200 OK", "", "other"))).collect();
    let ports: Vec<u16> = others.iter().chain([&granted]).map(|server| server.address.port()).collect();
    let rest =
        format!("min-evidence = 0\nsettings = {{ url = [\"htt\", \"p://127.0.0.1:{{port}}/\"], ports = {ports:?} }}");
    let bench = bench(&granted.url(), GRANT).check("scan", "sender", &rest);
    let ran = bench.run();
    let reached: usize = others.iter().map(|server| server.heard().len()).sum();
    trial.expect(reached == 0, || format!("{foreign} ports: {reached} connections to what was not granted"));
    let ends = ran.ends("sender");
    let [ended] = ends.as_slice() else {
        trial.expect(false, || format!("{foreign} ports: {} checks ended", ends.len()));
        return;
    };
    let open = foreign < BREAKER;
    let last = if open { "answered 200: granted" } else { "denied: the call was denied 20 times" };
    trial.expect(ended.summary.starts_with(last), || format!("{foreign} ports: {}", ended.summary));
    trial.expect(granted.heard().len() == usize::from(open), || {
        format!("{foreign} ports: {} requests to the granted one", granted.heard().len())
    });
    // A row for each denial, and one for the breaker or for the answer.
    let rows = ran.evidence(ended)["exchanges"].as_array().map_or(0, Vec::len);
    let expected = foreign.min(BREAKER) + 1;
    trial.expect(rows == expected, || format!("{foreign} ports: {rows} rows of evidence, not {expected}"));
}
