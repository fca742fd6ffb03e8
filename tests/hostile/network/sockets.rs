//! N9: sockets and names through WASI, past the gateway.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use holdpoint_tests::wat::Core;

use crate::bench::Bench;
use crate::trial::{Row, Trial};

pub(crate) const ROW: Row = Row { id: "N9", attack: "sockets and names through WASI", run };

/// The part of WASI that would make them.
const WIT: &str = "
    import wasi:sockets/instance-network@0.2.0;
    import wasi:sockets/tcp@0.2.0;
    import wasi:sockets/tcp-create-socket@0.2.0;
    import wasi:sockets/udp@0.2.0;
    import wasi:sockets/udp-create-socket@0.2.0;
    import wasi:sockets/ip-name-lookup@0.2.0;
    package wasi:sockets@0.2.0 {
        interface network {
            resource network;
            enum error-code {
                unknown, access-denied, not-supported, invalid-argument, out-of-memory, timeout, concurrency-conflict,
                not-in-progress, would-block, invalid-state, new-socket-limit, address-not-bindable, address-in-use,
                remote-unreachable, connection-refused, connection-reset, connection-aborted, datagram-too-large,
                name-unresolvable, temporary-resolver-failure, permanent-resolver-failure,
            }
            enum ip-address-family { ipv4, ipv6 }
            type ipv4-address = tuple<u8, u8, u8, u8>;
            type ipv6-address = tuple<u16, u16, u16, u16, u16, u16, u16, u16>;
            record ipv4-socket-address { port: u16, address: ipv4-address }
            record ipv6-socket-address { port: u16, flow-info: u32, address: ipv6-address, scope-id: u32 }
            variant ip-socket-address { ipv4(ipv4-socket-address), ipv6(ipv6-socket-address) }
        }
        interface instance-network {
            use network.{network};
            instance-network: func() -> network;
        }
        interface tcp {
            use network.{network, error-code, ip-socket-address};
            resource tcp-socket {
                start-bind: func(network: borrow<network>, local-address: ip-socket-address) -> result<_, error-code>;
                start-connect: func(network: borrow<network>, remote-address: ip-socket-address)
                    -> result<_, error-code>;
            }
        }
        interface tcp-create-socket {
            use network.{error-code, ip-address-family};
            use tcp.{tcp-socket};
            create-tcp-socket: func(address-family: ip-address-family) -> result<tcp-socket, error-code>;
        }
        interface udp {
            use network.{network, error-code, ip-socket-address};
            resource udp-socket {
                start-bind: func(network: borrow<network>, local-address: ip-socket-address) -> result<_, error-code>;
            }
        }
        interface udp-create-socket {
            use network.{error-code, ip-address-family};
            use udp.{udp-socket};
            create-udp-socket: func(address-family: ip-address-family) -> result<udp-socket, error-code>;
        }
        interface ip-name-lookup {
            use network.{network, error-code};
            resource resolve-address-stream;
            resolve-addresses: func(network: borrow<network>, name: string)
                -> result<resolve-address-stream, error-code>;
        }
    }";

const IMPORTS: &str = r#"
    (import "wasi:sockets/instance-network@0.2.0" "instance-network" (func $network (result i32)))
    (import "wasi:sockets/tcp-create-socket@0.2.0" "create-tcp-socket" (func $tcp (param i32 i32)))
    (import "wasi:sockets/udp-create-socket@0.2.0" "create-udp-socket" (func $udp (param i32 i32)))
    (import "wasi:sockets/tcp@0.2.0" "[method]tcp-socket.start-connect" (func $connect
        (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "wasi:sockets/tcp@0.2.0" "[method]tcp-socket.start-bind" (func $bind
        (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "wasi:sockets/udp@0.2.0" "[method]udp-socket.start-bind" (func $bind-udp
        (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "wasi:sockets/ip-name-lookup@0.2.0" "resolve-addresses" (func $lookup (param i32 i32 i32 i32)))"#;

fn run(trial: &mut Trial) {
    let (port, accepted) = listener();
    let zeros = "(i32.const 0) ".repeat(6);
    // A socket of this kind, if there is one, does this to an address on the loopback.
    let with_socket = |create: &str, method: &str, port: u16| {
        format!(
            "(call ${create} (i32.const 0) (i32.const 1024))
             (if (i32.eqz (i32.load8_u (i32.const 1024))) (then
                 (call ${method} (i32.load (i32.const 1028)) (call $network) (i32.const 0) (i32.const {port})
                     (i32.const 127) (i32.const 0) (i32.const 0) (i32.const 1) {zeros} (i32.const 1040))
                 (if (i32.eqz (i32.load8_u (i32.const 1040))) (then unreachable))))"
        )
    };
    let looked_up = "(call $lookup (call $network) (i32.const 256) (i32.const 4) (i32.const 1024))
                     (if (i32.eqz (i32.load8_u (i32.const 1024))) (then unreachable))";
    let cases = [
        ("connect", with_socket("tcp", "connect", port), "pass"),
        ("listen", with_socket("tcp", "bind", 0), "pass"),
        ("datagram", with_socket("udp", "bind-udp", 0), "pass"),
        ("name", looked_up.to_owned(), "pass"),
        // The control: the interfaces are there and are asked, and a guest that finds something traps.
        ("control", "(if (i32.ge_s (call $network) (i32.const 0)) (then unreachable))".to_owned(), "error"),
    ];
    let mut bench = Bench::new();
    for (name, body, _) in &cases {
        let body = format!("{body} i32.const 64");
        let core = Core { imports: IMPORTS, run: &body, ..Core::default() };
        bench = bench.bytes(name, &core.bundle_with(name, WIT)).checks(1, name, "min-evidence = 0");
    }
    let ran = bench.run();
    for (name, _, expected) in &cases {
        let ends = ran.ends(name);
        trial.expect(ends.len() == 1 && ends.iter().all(|ended| ended.word == *expected), || {
            format!("{name}: {ends:?}")
        });
    }
    let accepted = accepted.load(Ordering::SeqCst);
    trial.expect(accepted == 0, || format!("{accepted} connections past the gateway"));
    trial.figure("0 sockets, 0 names");
}

/// A port that counts who connects to it.
fn listener() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("a bound port has an address").port();
    let accepted = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&accepted);
    std::thread::spawn(move || {
        for _ in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    (port, accepted)
}
