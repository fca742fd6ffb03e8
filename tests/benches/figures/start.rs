//! From the start of the process to its first request on the wire, with a warm compile cache.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Stdio;
use std::time::Instant;

use tokio::runtime::Runtime;

use crate::{figure, median, plan, run};

const STARTS: usize = 25;

pub(crate) fn measure(_: &Runtime) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let folder = tempfile::tempdir().expect("a folder");
    let plan = plan(folder.path(), listener.local_addr().expect("a bound port has an address"), 1);
    let mut times = Vec::new();
    for start in 0..=STARTS {
        let began = Instant::now();
        let mut child =
            run(folder.path(), &plan).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("holdpoint");
        let (mut connection, _) = listener.accept().expect("the check connects");
        let mut first = [0; 1];
        connection.read_exact(&mut first).expect("the check sends a request");
        let took = began.elapsed().as_secs_f64() * 1e3;
        connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").expect("an answer");
        // The rest of its request is read, so that closing does not reset the connection under its answer.
        let mut rest = [0; 4096];
        let _ = connection.read(&mut rest);
        drop(connection);
        let status = child.wait().expect("it was started");
        assert!(status.success(), "{status}");
        // The first start may compile.
        if start > 0 {
            times.push(took);
        }
    }
    figure("d process start to first request, warm cache", median(&mut times), "ms");
}
