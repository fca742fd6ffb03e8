//! Resident memory of the host with many checks in flight, and where it goes.

use std::fs;
use std::process::{Child, Stdio};
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::{figure, mib, plan, run, server};

const CHECKS: usize = 1_000;
const THINKS: Duration = Duration::from_millis(200);

pub(crate) fn measure(runtime: &Runtime) {
    let server = server(runtime, THINKS);
    let folder = tempfile::tempdir().expect("a folder");
    let plan = plan(folder.path(), server, CHECKS);
    let mut child = run(folder.path(), &plan).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("holdpoint");
    let mut most = 0;
    let mut maps = String::new();
    let status = loop {
        if let Some(status) = child.try_wait().expect("it was started") {
            break status;
        }
        if let Some(now) = resident(&child).filter(|now| *now > most) {
            most = now;
            maps = fs::read_to_string(format!("/proc/{}/smaps", child.id())).unwrap_or(maps);
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    assert!(status.success(), "{status}");
    figure("e resident memory, 1,000 checks in flight", mib(most), "MiB");
    for (place, resident) in places(&maps) {
        figure(&format!("e of it in {place}"), mib(resident), "MiB");
    }
}

/// The resident memory of a process, in bytes.
pub(crate) fn resident(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    status.lines().find_map(|line| kilobytes(line, "VmRSS:"))
}

/// The number of a `/proc` line of the form `name: number kB`, in bytes.
fn kilobytes(line: &str, name: &str) -> Option<u64> {
    let number = line.strip_prefix(name)?.trim().strip_suffix(" kB")?;
    Some(number.parse::<u64>().ok()? << 10)
}

/// Where resident memory lies, as the process's map tells it: the pool that guests live in is the only place whose
/// parts lie side by side over more than a GiB.
fn places(maps: &str) -> [(&'static str, u64); 3] {
    let parts = parts(maps);
    let [mut pool, mut program, mut heap] = [0, 0, 0];
    for run in parts.chunk_by(|one, next| one.end == next.start) {
        let span = run.last().map_or(0, |part| part.end) - run.first().map_or(0, |part| part.start);
        for part in run {
            let place = if span > 1 << 30 {
                &mut pool
            } else if part.of_a_file {
                &mut program
            } else {
                &mut heap
            };
            *place += part.resident;
        }
    }
    [
        ("guests' memories, tables and stacks (the pool)", pool),
        ("the program and its libraries", program),
        ("the host's own heap, its threads' stacks, compiled plugins", heap),
    ]
}

/// One line of the map.
struct Part {
    start: u64,
    end: u64,
    of_a_file: bool,
    resident: u64,
}

fn parts(maps: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for line in maps.lines() {
        if let Some(resident) = kilobytes(line, "Rss:") {
            if let Some(part) = parts.last_mut() {
                part.resident = resident;
            }
        } else if let Some((start, end)) = line.split_once(' ').and_then(|(range, _)| range.split_once('-')) {
            let (start, end) = (u64::from_str_radix(start, 16), u64::from_str_radix(end, 16));
            if let (Ok(start), Ok(end)) = (start, end) {
                parts.push(Part { start, end, of_a_file: line.contains('/'), resident: 0 });
            }
        }
    }
    parts
}
