//! N11: connections that one plugin's grants opened, and another plugin.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::bench::Bench;
use crate::trial::{Row, Trial};

pub(crate) const ROW: Row = Row { id: "N11", attack: "one pool for two grants", run };

/// How many checks each plugin has, one after the other, and how many requests each sends.
const CHECKS: usize = 3;
const REQUESTS: usize = 10;

fn run(trial: &mut Trial) {
    let (url, accepted) = server();
    let mut bench = Bench::new().endpoint("shop", &url).parallel(1);
    let plugins = [("one", "/**"), ("two", "/**"), ("three", "/*")];
    for (name, path) in plugins {
        let grant = format!("[[plugin.{name}.grant]]\nendpoint = \"shop\"\npaths = [\"{path}\"]");
        bench = bench.built(name, "test/sender.wasm", &grant);
        let ports = ["1"; REQUESTS].join(", ");
        let settings =
            format!("min-evidence = 0\nsettings = {{ url = [\"end\", \"point:shop/x\"], ports = [{ports}] }}");
        bench = bench.checks(CHECKS, name, &settings);
    }
    let ran = bench.run();
    for (name, _) in plugins {
        for ended in ran.ends(name) {
            trial.expect(ended.summary == "answered 200: ", || format!("{name}: {}", ended.summary));
        }
    }
    // One connection for each plugin, kept from check to check: fewer would be shared, more would not be kept.
    let accepted = accepted.load(Ordering::SeqCst);
    trial.expect(accepted == plugins.len(), || format!("{accepted} connections for {} plugins", plugins.len()));
    trial.figure(format!("{accepted} connections for {} grants and {} requests", plugins.len(), CHECKS * REQUESTS * 3));
}

/// A server that keeps connections, and counts them.
fn server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("a bound port has an address"));
    let accepted = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&accepted);
    std::thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::SeqCst);
            std::thread::spawn(move || {
                while connection.read(&mut [0; 4096]).is_ok_and(|read| read > 0) {
                    if connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").is_err() {
                        break;
                    }
                }
            });
        }
    });
    (url, accepted)
}
