//! N4: redirects. N10: answers that are none. N13: timeouts that a guest makes up.

use super::recorder::{Recorder, whole};
use super::{Sent, sending};
use crate::trial::{Row, Trial};

pub(crate) const REDIRECTS: Row = Row { id: "N4", attack: "redirects", run: redirects };
pub(crate) const BAD: Row = Row { id: "N10", attack: "bad answers", run: bad };
pub(crate) const TIMEOUTS: Row = Row { id: "N13", attack: "made-up timeouts", run: timeouts };

fn redirects(trial: &mut Trial) {
    let server = Recorder::answering(|line| {
        let status = line.split('/').nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or("302").to_owned();
        whole(&format!("{status} Moved"), "location: http://169.254.169.254/latest/meta-data/\r\n", "")
    });
    let statuses = ["301", "302", "303", "307", "308"];
    let requests: Vec<Sent<'_>> = statuses.iter().map(|status| Sent::get(format!("endpoint:shop/{status}"))).collect();
    let ran = sending(&server.url(), &requests).run();
    for (ended, status) in ran.ends("sender").iter().zip(statuses) {
        let handed_over = ended.summary.starts_with(&format!("answered {status}"));
        let requests = ended.attempt["facts"]["requests"].as_u64();
        trial.expect(handed_over && requests == Some(1), || format!("{status}: {} on {requests:?}", ended.summary));
    }
    trial.expect(server.heard().len() == statuses.len(), || format!("{} requests", server.heard().len()));
    trial.figure("none followed by the host");
}

fn bad(trial: &mut Trial) {
    let server = Recorder::answering(|line| match line.split(['/', ' ']).nth(2) {
        Some("truncated") => b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf".to_vec(),
        Some("twice") => b"HTTP/1.1 200 OK\r\nHTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n".to_vec(),
        Some("lengths") => b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 5\r\n\r\nhello".to_vec(),
        Some("header") => whole("200 OK", &format!("x-long: {}\r\n", "y".repeat(100_000)), ""),
        Some("chunk") => b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nx".to_vec(),
        Some("nothing") => Vec::new(),
        Some("noise") => vec![0, 255, 3, 7, 10, 13, 10, 128],
        Some("status") => b"HTTP/1.1 99999 Odd\r\ncontent-length: 0\r\n\r\n".to_vec(),
        _ => b"SSH-2.0-OpenSSH_9.9\r\n".to_vec(),
    });
    let kinds = ["truncated", "twice", "lengths", "header", "chunk", "nothing", "noise", "status", "banner"];
    let requests: Vec<Sent<'_>> = kinds.iter().map(|kind| Sent::get(format!("endpoint:shop/{kind}"))).collect();
    let ran = sending(&server.url(), &requests).run();
    for (ended, kind) in ran.ends("sender").iter().zip(kinds) {
        let typed = ended.summary.starts_with("went wrong:") && ended.word == "warn";
        trial.expect(typed, || format!("{kind}: {} {}", ended.word, ended.summary));
    }
    trial.expect(ran.unharmed(), || format!("the program ended with {}", ran.output.status));
    trial.figure("each a typed error to the guest");
}

fn timeouts(trial: &mut Trial) {
    let server = Recorder::answering(|_| {
        std::thread::sleep(std::time::Duration::from_secs(30));
        Vec::new()
    });
    let made_up = [0, 1, u64::from(u32::MAX)];
    let requests: Vec<Sent<'_>> =
        made_up.iter().map(|millis| Sent { timeout: Some(*millis), ..Sent::get("endpoint:shop/") }).collect();
    let ran = sending(&server.url(), &requests).limits("wall = \"3s\"\nrequest-time = \"2s\"").run();
    let mut latest: f64 = 0.0;
    for ended in ran.ends("sender") {
        let timed_out = ended.summary.contains("no answer in time");
        trial.expect(timed_out, || format!("{}: {} {}", ended.name, ended.word, ended.summary));
        latest = latest.max(ended.wall_ms());
    }
    trial.at_most("longest, ms, of a limit of 2 s", latest, 2_500.0);
}
