//! P9: servers that never come to an end.

use std::io::{Read as _, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use crate::bench::Bench;
use crate::trial::{Row, Trial};

pub(crate) const ROW: Row = Row { id: "P9", attack: "slow and endless servers", run };

/// What a server does, by the path that is asked for, and how a request for it must end.
const CASES: [(&str, End); 8] = [
    ("silence", End::Late),
    ("drip", End::Late),
    ("slow-headers", End::Late),
    ("endless-headers", End::Refused),
    ("endless-header", End::Refused),
    ("endless-chunks", End::Cut),
    ("huge-length", End::Cut),
    ("bomb", End::AsItCame),
];

#[derive(Clone, Copy)]
enum End {
    /// No answer in time, by the request's limit or the call's.
    Late,
    /// An answer that is none.
    Refused,
    /// An answer, cut at the limit for bodies.
    Cut,
    /// An answer whose body is what the server sent, compressed as it is.
    AsItCame,
}

/// The limit for a body, in bytes, and the one for the time of a request, in milliseconds.
const BODY: u64 = 8 << 20;
const TIME: f64 = 10_000.0;

fn run(trial: &mut Trial) {
    let grant = "[[plugin.sender.grant]]\nendpoint = \"server\"";
    let mut bench = Bench::new().endpoint("server", &server()).built("sender", "test/sender.wasm", grant);
    for (case, _) in CASES {
        let settings = format!("min-evidence = 0\nsettings = {{ url = [\"end\", \"point:server/{case}\"] }}");
        bench = bench.check(case, "sender", &settings);
    }
    let ran = bench.run();
    let ends = ran.ends("sender");
    trial.expect(ends.len() == CASES.len(), || format!("{} checks ended", ends.len()));
    let mut longest: f64 = 0.0;
    for (ended, (case, end)) in ends.iter().zip(CASES) {
        let received = ended.attempt["facts"]["received-bytes"].as_u64().unwrap_or(u64::MAX);
        let held = match end {
            End::Late => {
                ended.word == "timeout" || ended.summary.contains("in time") || ended.summary.contains("within")
            }
            End::Refused => ended.summary.starts_with("went wrong:"),
            End::Cut => ended.summary.starts_with("answered 200") && received == BODY,
            End::AsItCame => ended.summary.starts_with("answered 200") && received == bomb().len() as u64,
        };
        trial.expect(held, || format!("{case}: {} {} on {received} bytes", ended.word, ended.summary));
        longest = longest.max(ended.wall_ms());
    }
    trial.at_most("longest, ms after the limit", longest - TIME, 500.0);
    trial.at_most("peak, MiB", ran.peak, 400.0);
}

fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("a bound port has an address"));
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            std::thread::spawn(move || drop(serve(connection)));
        }
    });
    url
}

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\n";

/// Does what the path says until the other side has had enough.
fn serve(mut connection: TcpStream) -> std::io::Result<()> {
    let mut request = [0; 4096];
    let read = connection.read(&mut request)?;
    let line = String::from_utf8_lossy(request.get(..read).unwrap_or_default()).into_owned();
    let case = line.split(['/', ' ']).nth(2).unwrap_or_default().to_owned();
    if case != "silence" {
        connection.write_all(HEAD)?;
    }
    let zeros = vec![0; 0x10000];
    let pause = Duration::from_millis(500);
    match case.as_str() {
        "silence" => forever(|| pausing(&mut connection, b"", pause)),
        "drip" => {
            connection.write_all(b"content-length: 100000\r\n\r\n")?;
            forever(|| pausing(&mut connection, b"x", pause))
        }
        "slow-headers" => forever(|| pausing(&mut connection, b"x-more: y\r\n", pause)),
        "endless-headers" => forever(|| connection.write_all(b"x-more: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n")),
        "endless-header" => forever(|| connection.write_all(b"x-more-and-more-and-more-and-more-and-more-and-more")),
        "endless-chunks" => {
            connection.write_all(b"transfer-encoding: chunked\r\n\r\n")?;
            let chunk = [b"10000\r\n".as_slice(), &zeros, b"\r\n"].concat();
            forever(|| connection.write_all(&chunk))
        }
        "huge-length" => {
            connection.write_all(b"content-length: 10737418240\r\n\r\n")?;
            forever(|| connection.write_all(&zeros))
        }
        _ => {
            let head = format!("content-encoding: gzip\r\ncontent-length: {}\r\n\r\n", bomb().len());
            connection.write_all(head.as_bytes())?;
            connection.write_all(&bomb())
        }
    }
}

fn forever(mut again: impl FnMut() -> std::io::Result<()>) -> std::io::Result<()> {
    loop {
        again()?;
    }
}

fn pausing(connection: &mut TcpStream, bytes: &[u8], pause: Duration) -> std::io::Result<()> {
    std::thread::sleep(pause);
    connection.write_all(bytes)
}

/// A gigabyte of zeros, compressed: deflate blocks that each repeat the byte before.
fn bomb() -> Vec<u8> {
    use flate2::{Compression, write::GzEncoder};
    static BOMB: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    let made = BOMB.get_or_init(|| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        let zeros = vec![0; 1 << 20];
        for _ in 0..256 {
            encoder.write_all(&zeros).expect("memory can be written to");
        }
        encoder.finish().expect("memory can be written to")
    });
    made.clone()
}
