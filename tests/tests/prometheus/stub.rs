//! A server that answers what no Prometheus would, at least not when asked to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, SystemTime};

/// What Prometheus answers when all is well.
pub(crate) const GOOD: &str =
    r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[NOW,"0.5"]}]}}"#;

/// How to answer.
#[derive(Clone, Copy)]
pub(crate) enum Manner {
    /// With this status and these headers, and this body, in which `NOW` is the time.
    Says(&'static str, &'static str),
    /// With one good series, whose sample is from so many seconds ahead.
    Ahead(f64),
    /// With half of the body that its headers promise.
    BreaksOff,
    /// Not at all.
    Silent,
}

/// Starts a server that answers every request in a manner; it ends with the test's process.
pub(crate) fn start(manner: Manner) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream, manner));
        }
    });
    url
}

/// Reads the request's head, and answers. A peer that has gone is of no interest.
fn answer(mut stream: TcpStream, manner: Manner) {
    let head = BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty()).count();
    assert!(head > 0, "a request has a head");
    let _ = match manner {
        Manner::Says(head, body) => stream.write_all(whole(head, &body.replace("NOW", &now(0.0))).as_bytes()),
        Manner::Ahead(seconds) => stream.write_all(whole("200 OK", &good(seconds)).as_bytes()),
        Manner::BreaksOff => {
            let whole = whole("200 OK", &good(0.0));
            stream.write_all(&whole.as_bytes()[..whole.len() - 20])
        }
        // Until the other side gives up.
        Manner::Silent => stream.read_to_end(&mut Vec::new()).map(drop),
    };
}

fn whole(head: &str, body: &str) -> String {
    format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

/// What Prometheus answers when all is well, with the clock so many seconds ahead.
fn good(ahead: f64) -> String {
    GOOD.replace("NOW", &now(ahead))
}

/// The time in seconds since the Unix epoch, and so many more.
fn now(ahead: f64) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    (now.as_secs_f64() + ahead).to_string()
}
