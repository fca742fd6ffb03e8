//! P1: a guest that never comes to an end, wherever the host lets it run.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use holdpoint_tests::wat::{Core, in_call};

use crate::bench::{Bench, Ended, Ran, percentile};
use crate::trial::{Row, Trial};

pub(crate) const ROW: Row = Row { id: "P1", attack: "endless loop", run };

const LOOP: &str = "(loop $again br $again)";
const FOREVER: &str = "(loop $again br $again) unreachable";

/// How many of each kind.
const EACH: usize = 67;
const HONEST: usize = 60;

fn run(trial: &mut Trial) {
    let server = server();
    let quiet = honest(Bench::new(), &server).run();
    let mut control = walls(&quiet);

    let kinds = [
        ("in-run", Core { run: FOREVER, ..Core::default() }),
        ("in-realloc", Core { realloc: &in_call(FOREVER), ..Core::default() }),
        ("in-after", Core { after: LOOP, ..Core::default() }),
    ];
    let mut bench = honest(Bench::new(), &server).parallel(kinds.len() * EACH + 4);
    for (name, core) in &kinds {
        bench = bench.wat(name, core).checks(EACH, name, "timeout = \"1s\"");
    }
    let ran = bench.run();

    let mut latest: f64 = 0.0;
    for (name, _) in &kinds {
        for ended in ran.ends(name) {
            trial.expect(ended.word == "timeout", || format!("{}: {} {}", ended.name, ended.word, ended.summary));
            latest = latest.max(ended.wall_ms() - 1_000.0);
        }
    }
    trial.at_most("ended, ms after the deadline", latest, 250.0);
    // What runs whenever the guest is instantiated is found out before the run, and asked once for all checks.
    let in_start = Core { start: LOOP, ..Core::default() };
    let (status, err) = Bench::new().wat("in-start", &in_start).checks(EACH, "in-start", "").refused();
    let told = err.matches("used up its CPU time of 2s").count();
    trial.expect(status == Some(2) && told == 1, || format!("in-start: {status:?} {err}"));
    let mut beside = walls(&ran);
    trial.expect(beside.len() == HONEST && ran.unharmed(), || format!("honest checks: {}", beside.len()));
    let ratio = percentile(&mut beside, 95) / percentile(&mut control, 95);
    trial.at_most("p95 of honest checks / control", ratio, 1.5);
}

/// Checks that look at a server which takes its time to answer.
fn honest(bench: Bench, server: &str) -> Bench {
    let grant = "[[plugin.http.grant]]\nendpoint = \"server\"\n";
    let settings = "settings.url = \"endpoint:server/\"";
    bench.endpoint("server", server).built("http", "http.wasm", grant).checks(HONEST, "http", settings)
}

fn walls(ran: &Ran) -> Vec<f64> {
    ran.ends("http").iter().filter(|ended| ended.word == "pass").map(Ended::wall_ms).collect()
}

/// A server that answers each connection's one request after 200 ms, as real ones do under load.
fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("a bound port has an address"));
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let Ok(mut connection) = connection else { continue };
            std::thread::spawn(move || {
                let _ = connection.read(&mut [0; 4096]);
                std::thread::sleep(std::time::Duration::from_millis(200));
                let _ = connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            });
        }
    });
    url
}
