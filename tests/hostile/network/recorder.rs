//! A server below HTTP: it keeps every byte that it receives, and answers with bytes of the scenario's own.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What a request line is answered with.
pub(crate) type Answer = fn(&str) -> Vec<u8>;

/// The server. It serves for as long as the process lives.
#[derive(Clone)]
pub(crate) struct Recorder {
    pub(crate) address: SocketAddr,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Recorder {
    pub(crate) fn answering(answer: Answer) -> Self {
        Self::at(([127, 0, 0, 1], 0).into(), answer)
    }

    /// The same, at an address of the scenario's choice.
    pub(crate) fn at(address: SocketAddr, answer: Answer) -> Self {
        let listener = TcpListener::bind(address).expect("a port");
        let address = listener.local_addr().expect("a bound port has an address");
        let recorder = Self { address, heard: Arc::default() };
        let heard = Arc::clone(&recorder.heard);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let heard = Arc::clone(&heard);
                std::thread::spawn(move || serve(connection, answer, &heard));
            }
        });
        recorder
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything that was received, a connection at a time.
    pub(crate) fn heard(&self) -> Vec<Vec<u8>> {
        self.heard.lock().expect("nobody panics here").clone()
    }
}

/// One request a connection: reads its head and what body it announces, keeps it, answers and closes.
fn serve(mut connection: TcpStream, answer: Answer, heard: &Mutex<Vec<Vec<u8>>>) {
    let _ = connection.set_read_timeout(Some(Duration::from_millis(300)));
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        match connection.read(&mut part) {
            Ok(0) | Err(_) => break,
            Ok(read) => bytes.extend_from_slice(&part[..read]),
        }
        if let Some(head) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
            let length =
                text.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse::<usize>().ok());
            if bytes.len() >= head + 4 + length.unwrap_or(0) {
                break;
            }
        }
    }
    let line = String::from_utf8_lossy(&bytes).lines().next().unwrap_or_default().to_owned();
    heard.lock().expect("nobody panics here").push(bytes);
    let _ = connection.write_all(&answer(&line));
}

/// A whole answer with this status, these header lines and this body.
pub(crate) fn whole(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
        .into_bytes()
}
