//! One plain HTTP GET of a server on this machine, so that the tasks need no client library.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// Gets the body of `http://host:port/path`.
///
/// # Errors
/// When the server does not answer with 200.
pub(crate) fn get(url: &str) -> Result<String> {
    let rest = url.strip_prefix("http://").context("only http:// is spoken here")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(host).with_context(|| format!("could not connect to {host}"))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    write!(stream, "GET /{path} HTTP/1.0\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("the answer has no body")?;
    ensure!(head.split(' ').nth(1) == Some("200"), "{url} answered {}", head.lines().next().unwrap_or_default());
    Ok(body.to_owned())
}
