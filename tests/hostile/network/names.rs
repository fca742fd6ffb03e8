//! N3: names that lead to one address and then to another, and a server of names that says so.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::recorder::{Recorder, whole};
use crate::bench::Bench;
use crate::inside::{PUBLIC, alone};
use crate::trial::{Row, Trial};

pub(crate) const ROW: Row =
    Row { id: "N3", attack: "names that change their minds", run: |trial| alone(trial, "N3", run) };

/// What a name leads to, by how often it was asked for before. A name that leads on is told with where it ends.
pub(crate) type Zone = Arc<dyn Fn(&str, u64) -> Vec<IpAddr> + Send + Sync>;

/// A server of names, on port 53 of the loopback. It serves for as long as the process lives.
pub(crate) struct Names {
    asked: Arc<AtomicU64>,
}

/// The type of a question for an IPv4 address.
const A: u16 = 1;
const AAAA: u16 = 28;

impl Names {
    pub(crate) fn serving(zone: Zone) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:53").expect("inside, port 53 is free");
        let asked = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&asked);
        std::thread::spawn(move || {
            let mut packet = [0; 1500];
            while let Ok((length, from)) = socket.recv_from(&mut packet) {
                if let Some(answer) = packet.get(..length).and_then(|question| answer(question, &zone, &count)) {
                    let _ = socket.send_to(&answer, from);
                }
            }
        });
        Self { asked }
    }

    /// How many questions for IPv4 addresses were answered.
    pub(crate) fn asked(&self) -> u64 {
        self.asked.load(Ordering::SeqCst)
    }
}

/// Answers a question of RFC 1035, with a time to live of nothing.
fn answer(question: &[u8], zone: &Zone, asked: &AtomicU64) -> Option<Vec<u8>> {
    let (mut at, mut labels) = (12, Vec::new());
    loop {
        let length = usize::from(*question.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        labels.push(String::from_utf8_lossy(question.get(at..at + length)?).to_ascii_lowercase());
        at += length;
    }
    let kind = u16::from_be_bytes([*question.get(at)?, *question.get(at + 1)?]);
    let turn = if kind == A { asked.fetch_add(1, Ordering::SeqCst) } else { asked.load(Ordering::SeqCst) };
    let found = zone(&labels.join("."), turn);
    let fitting: Vec<IpAddr> =
        found.into_iter().filter(|found| (kind == A) == found.is_ipv4() && (kind == A || kind == AAAA)).collect();
    // A name that begins with `alias` is one for another, which stands in the same answer.
    let alias = labels.first().is_some_and(|label| label.starts_with("alias")) && !fitting.is_empty();

    let mut packet = question.get(..2)?.to_vec();
    packet.extend([0x81, 0x80, 0, 1]);
    packet.extend(u16::try_from(fitting.len() + usize::from(alias)).ok()?.to_be_bytes());
    packet.extend([0; 4]);
    packet.extend(question.get(12..at + 4)?);
    let mut owner = vec![0xc0, 12];
    if alias {
        let target = b"\x04real\x04test\x00";
        packet.extend([0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 0, 0, u8::try_from(target.len()).ok()?]);
        packet.extend(target);
        owner = target.to_vec();
    }
    for address in fitting {
        packet.extend(&owner);
        packet.extend(kind.to_be_bytes());
        packet.extend([0, 1, 0, 0, 0, 0]);
        match address {
            IpAddr::V4(four) => packet.extend([&[0, 4][..], &four.octets()].concat()),
            IpAddr::V6(six) => packet.extend([&[0, 16][..], &six.octets()].concat()),
        }
    }
    Some(packet)
}

/// How many checks ask the name that changes, and how often each does. Every second answer is a denial, so that the breaker
/// ends a check after 40 resolutions: 10,000 in all.
const CHECKS: usize = 250;
const REQUESTS: usize = 100;

fn run(trial: &mut Trial) {
    let public = Recorder::at((PUBLIC, 80).into(), |_| whole("200 OK", "", "public"));
    let private = Recorder::at((Ipv4Addr::LOCALHOST, 80).into(), |_| whole("200 OK", "", "private"));
    let changing: Zone = Arc::new(|name, turn| {
        let private = IpAddr::from(Ipv4Addr::LOCALHOST);
        match name {
            "changing.test" if turn % 2 == 0 => vec![PUBLIC.into()],
            "changing.test" | "private.test" => vec![private],
            "mixed.test" => {
                vec![private, Ipv4Addr::new(169, 254, 169, 254).into(), PUBLIC.into(), Ipv6Addr::LOCALHOST.into()]
            }
            "alias.test" => vec![Ipv4Addr::new(169, 254, 169, 254).into()],
            _ => Vec::new(),
        }
    });
    let names = Names::serving(changing);

    let ran = asking("changing.test", CHECKS).run();
    let (dialled, asked) = (public.heard().len() as u64, names.asked());
    let sent: u64 = ran.ends("sender").iter().filter_map(|ended| ended.attempt["facts"]["requests"].as_u64()).sum();
    trial.expect(private.heard().is_empty(), || format!("{} blocked connections", private.heard().len()));
    trial.expect(dialled > 0 && dialled == sent, || format!("{dialled} connections for {sent} requests"));
    // Half of the answers are public ones: who asks once dials one connection for every two questions.
    trial.expect(asked >= 10_000 && dialled * 2 <= asked + 1, || format!("{asked} questions, {dialled} connections"));
    trial.expect(ran.unharmed(), || format!("the program ended with {}", ran.output.status));

    for (name, words) in
        [("mixed.test", "answered 200: public"), ("private.test", "denied:"), ("alias.test", "denied:")]
    {
        let ran = asking(name, 1).run();
        for ended in ran.ends("sender") {
            trial.expect(ended.summary.starts_with(words), || format!("{name}: {}", ended.summary));
        }
        trial.expect(private.heard().is_empty(), || format!("{name}: {} blocked connections", private.heard().len()));
    }
    trial.figure(format!("0 blocked connections in {asked} resolutions, {dialled} public ones"));
}

/// A bench whose guests ask this name again and again.
fn asking(host: &str, checks: usize) -> Bench {
    let grant = "[[plugin.sender.grant]]\nendpoint = \"shop\"";
    let endpoint = format!("[endpoint.shop]\nurl = \"http://{host}\"");
    let again = ["1"; REQUESTS].join(", ");
    let settings = format!(
        "min-evidence = 0\ntimeout = \"60s\"\nsettings = {{ url = [\"end\", \"point:shop/\"], ports = [{again}] }}"
    );
    Bench::new()
        .plugin_rest(&endpoint)
        .built("sender", "test/sender.wasm", grant)
        .parallel(8)
        .checks(checks, "sender", &settings)
}
