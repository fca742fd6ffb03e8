//! N1: addresses in odd notations, and everything else that two parsers read differently. N8: other schemes, and
//! variables that would send requests elsewhere.

use super::recorder::{Recorder, whole};
use super::{Sent, sending};
use crate::trial::{Row, Trial};

pub(crate) const ODD: Row = Row { id: "N1", attack: "odd URLs", run: odd };
pub(crate) const SCHEMES: Row = Row { id: "N8", attack: "other schemes, proxy variables", run: schemes };

fn odd(trial: &mut Trial) {
    let granted = Recorder::answering(|_| whole("200 OK", "", "granted"));
    let other = Recorder::answering(|_| whole("200 OK", "", "other"));
    let (port, foreign) = (granted.address.port(), other.address.port());
    let elsewhere = [
        format!("http://127.0.0.1:{foreign}/"),
        format!("http://2130706433:{foreign}/"),
        format!("http://0x7f000001:{foreign}/"),
        format!("http://0177.0.0.1:{foreign}/"),
        format!("http://127.1:{foreign}/"),
        format!("http://①②⑦.0.0.1:{foreign}/"),
        format!("http://127.0.0.1.:{foreign}/"),
        format!("http://[::ffff:127.0.0.1]:{foreign}/"),
        format!("http://[::1]:{foreign}/"),
        format!("http://localhost:{foreign}/"),
        format!("http://127.0.0.1:{port}@127.0.0.1:{foreign}/"),
        format!("http://127.0.0.1:{foreign}\\@127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{foreign}#@127.0.0.1:{port}/"),
        format!("http://127.0.0.1:+{foreign}/"),
        format!("http://127.0.0.1:0{foreign}/"),
        "http://127.0.0.1:65536/".to_owned(),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://2852039166/".to_owned(),
        "http://0xa9fea9fe/".to_owned(),
        "http://[::ffff:a9fe:a9fe]/".to_owned(),
        "http://[fd00:ec2::254]/".to_owned(),
        "http://[fe80::1%25eth0]/".to_owned(),
        "endpoint:shop@evil/".to_owned(),
        "endpoint:other/".to_owned(),
        "endpoint:shop/../../x".to_owned(),
        "endpoint:shop/%2e%2e/x".to_owned(),
        "endpoint:shop/a%2fb".to_owned(),
        "endpoint:shop/a\\b".to_owned(),
        "endpoint:shop//evil/".to_owned(),
        format!("http://127.0.0.1:{port}//127.0.0.1:{foreign}/"),
    ];
    let requests: Vec<Sent<'_>> = elsewhere.iter().map(Sent::get).collect();
    let ran = sending(&granted.url(), &requests).run();
    for (ended, url) in ran.ends("sender").iter().zip(&elsewhere) {
        let refused = ["denied:", "invalid:"].iter().any(|word| ended.summary.starts_with(word));
        trial.expect(refused, || format!("{url}: {}", ended.summary));
    }
    trial.expect(other.heard().is_empty() && granted.heard().is_empty(), || {
        format!("{} connections to what was not granted", other.heard().len() + granted.heard().len())
    });
    // The same address in a notation of its own is the granted one, or refused.
    let mixed = [format!("HTTP://127.0.0.1:{port}/Mixed"), format!("http://0x7f.1:{port}/")];
    let requests: Vec<Sent<'_>> = mixed.iter().map(Sent::get).collect();
    for ended in sending(&granted.url(), &requests).run().ends("sender") {
        let refused = ["denied:", "invalid:"].iter().any(|word| ended.summary.starts_with(word));
        trial.expect(refused || ended.summary == "answered 200: granted", || ended.summary.clone());
    }
    trial.expect(other.heard().is_empty(), || "the other server was dialled".to_owned());
    trial.figure("0 connections to what was not granted");
}

fn schemes(trial: &mut Trial) {
    let granted = Recorder::answering(|_| whole("200 OK", "", "granted"));
    let proxy = Recorder::answering(|_| whole("200 OK", "", "proxied"));
    let others =
        ["file:///etc/passwd", "gopher://127.0.0.1/x", "data:text/plain,x", "ftp://127.0.0.1/", "ws://127.0.0.1/"];
    let mut requests: Vec<Sent<'_>> = others.into_iter().map(Sent::get).collect();
    requests.push(Sent::get("endpoint:shop/"));
    let mut bench = sending(&granted.url(), &requests);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        bench = bench.variable(name, &proxy.url());
    }
    let ran = bench.run();
    let ends = ran.ends("sender");
    for (ended, url) in ends.iter().zip(others) {
        let refused = ["denied:", "invalid:"].iter().any(|word| ended.summary.starts_with(word));
        trial.expect(refused, || format!("{url}: {}", ended.summary));
    }
    let direct = ends.last().is_some_and(|ended| ended.summary == "answered 200: granted");
    trial.expect(direct && proxy.heard().is_empty(), || format!("{ends:?}, {} to the proxy", proxy.heard().len()));
    trial.figure("0 connections to the proxy");
}
