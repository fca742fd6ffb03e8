//! N5: requests that are made to be read as two, or as another.

use super::recorder::{Recorder, whole};
use super::{Sent, sending};
use crate::trial::{Row, Trial};

pub(crate) const ROW: Row = Row { id: "N5", attack: "request smuggling", run };

fn run(trial: &mut Trial) {
    let server = Recorder::answering(|_| whole("200 OK", "", "ok"));
    let many: Vec<String> = (0..100_000).map(|number| format!("x-{number}")).collect();
    let mut flood = Sent::get("endpoint:shop/flood");
    flood.headers = many.iter().take(3_000).map(|name| (name.as_str(), "0123456789")).collect();
    let forged = [
        Sent::get("endpoint:shop/crlf").with("x-a", "1\r\nx-b: 2"),
        Sent::get("endpoint:shop/lf").with("x-a", "1\nGET /second HTTP/1.1"),
        Sent::get("endpoint:shop/nul").with("x-a", "1\u{0}"),
        Sent::get("endpoint:shop/name").with("x a", "1"),
        Sent::get("endpoint:shop/colon").with("x-a: 1\r\nx-b", "2"),
        Sent::get("endpoint:shop/length").with("content-length", "5"),
        Sent::get("endpoint:shop/chunked").with("transfer-encoding", "chunked"),
        Sent::get("endpoint:shop/host").with("host", "evil.example"),
        Sent::get("endpoint:shop/connection").with("connection", "upgrade"),
        Sent::get("endpoint:shop/upgrade").with("upgrade", "h2c"),
        Sent::get("endpoint:shop/pseudo").with(":authority", "evil.example"),
        Sent::get("endpoint:shop/te").with("te", "trailers"),
        Sent::get("endpoint:shop/proxy").with("proxy-authorization", "x"),
        Sent::get("endpoint:shop/line HTTP/1.1\r\nhost: evil\r\n\r\nGET /second"),
        flood,
    ];
    let ran = sending(&server.url(), &forged).run();
    for (ended, sent) in ran.ends("sender").iter().zip(&forged) {
        let refused = ["denied:", "invalid:"].iter().any(|word| ended.summary.starts_with(word));
        trial.expect(refused, || format!("{:.60}: {}", sent.url, ended.summary));
    }
    trial.expect(server.heard().is_empty(), || format!("{} connections", server.heard().len()));

    let honest = Sent { body: Some("a=1"), ..Sent::get("endpoint:shop/orders?x=1").with("x-mark", "yes") };
    let ran = sending(&server.url(), &[honest]).run();
    let answered = ran.ends("sender").first().is_some_and(|ended| ended.summary == "answered 200: ok");
    let heard = server.heard();
    let wire = heard.first().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
    let expected = format!(
        "POST /orders?x=1 HTTP/1.1\r\nx-mark: yes\r\nuser-agent: holdpoint/{}\r\nhost: {}\r\ncontent-length: 3\r\n\r\na=1",
        env!("CARGO_PKG_VERSION"),
        server.address
    );
    trial.expect(answered && heard.len() == 1 && same_request(&wire, &expected), || format!("on the wire: {wire:?}"));
    trial.figure("exactly one well-framed request on the wire");
}

/// Whether two requests are the same to the byte, but for the order of their header lines.
fn same_request(wire: &str, expected: &str) -> bool {
    let parts = |text: &str| {
        let (head, body) = text.split_once("\r\n\r\n")?;
        let (line, headers) = head.split_once("\r\n")?;
        let mut headers: Vec<String> = headers.split("\r\n").map(str::to_owned).collect();
        headers.retain(|header| header != "accept: */*");
        headers.sort_unstable();
        Some((line.to_owned(), headers, body.to_owned()))
    };
    parts(wire).is_some_and(|wire| Some(wire) == parts(expected))
}
