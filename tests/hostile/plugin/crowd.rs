//! P10: plugins that open as many connections as they are let.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::bench::{Bench, Ended, Ran, percentile};
use crate::trial::{Row, Trial};

pub(crate) const ROW: Row = Row { id: "P10", attack: "connection flood", run };

/// How many checks flood, with how many requests each.
const FLOODS: usize = 20;
const REQUESTS: usize = 100;
/// How many honest checks there are while they do, and how many of them at once.
const HONEST: usize = 240;
const AT_ONCE: usize = 10;

fn run(trial: &mut Trial) {
    let alone = Server::new();
    let ran = flooding(Bench::new(), &alone, 1).run();
    let peak = alone.peak.load(Ordering::SeqCst);
    trial.expect(peak <= 8 && peak > 1, || format!("one call held {peak} connections"));
    trial.expect(all_answered(&ran), || "a flood of one was not answered".to_owned());

    let quiet = Server::new();
    let mut control = walls(&honest(Bench::new(), &quiet).parallel(AT_ONCE).run());
    let server = Server::new();
    let ran = honest(flooding(Bench::new(), &server, FLOODS), &server).parallel(FLOODS + AT_ONCE).run();
    let peak = server.peak.load(Ordering::SeqCst);
    trial.expect(peak <= 64 && peak > 8, || format!("the process held {peak} connections"));
    trial.expect(all_answered(&ran), || "a flood was not answered".to_owned());
    let mut beside = walls(&ran);
    trial.expect(beside.len() == HONEST, || format!("{} honest checks passed", beside.len()));
    trial.figure(format!("at most {peak} connections at once"));
    trial.at_most("p95 of others / control", percentile(&mut beside, 95) / percentile(&mut control, 95), 2.0);
}

fn flooding(bench: Bench, server: &Server, checks: usize) -> Bench {
    let grant = "[[plugin.sender.grant]]\nendpoint = \"server\"";
    let settings =
        format!("min-evidence = 0\nsettings = {{ url = [\"end\", \"point:server/\"], together = {REQUESTS} }}");
    let bench = bench.endpoint("server", &server.url).built("sender", "test/sender.wasm", grant);
    bench.checks(checks, "sender", &settings)
}

/// Honest checks of an endpoint of their own, at the same server.
fn honest(bench: Bench, server: &Server) -> Bench {
    let grant = "[[plugin.http.grant]]\nendpoint = \"honest\"\n";
    let bench = bench.endpoint("honest", &server.url).built("http", "http.wasm", grant);
    bench.checks(HONEST, "http", "settings.url = \"endpoint:honest/\"")
}

fn all_answered(ran: &Ran) -> bool {
    let whole = format!("{REQUESTS} of {REQUESTS} answered");
    let ends = ran.ends("sender");
    !ends.is_empty() && ends.iter().all(|ended| ended.summary == whole)
}

fn walls(ran: &Ran) -> Vec<f64> {
    ran.ends("http").iter().filter(|ended| ended.word == "pass").map(Ended::wall_ms).collect()
}

/// A server that answers after 100 ms, and knows how many connections it had at once.
struct Server {
    url: String,
    peak: Arc<AtomicUsize>,
}

impl Server {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("a bound port has an address"));
        let (open, peak) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let most = Arc::clone(&peak);
        std::thread::spawn(move || {
            for mut connection in listener.incoming().flatten() {
                let (open, most) = (Arc::clone(&open), Arc::clone(&most));
                most.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::spawn(move || {
                    let _ = connection.read(&mut [0; 4096]);
                    std::thread::sleep(Duration::from_millis(100));
                    open.fetch_sub(1, Ordering::SeqCst);
                    let _ = connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                });
            }
        });
        Self { url, peak }
    }
}
