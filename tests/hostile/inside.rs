//! A network of its own: a scenario that runs in namespaces where only what it sets up is there, and nothing leaves.

use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::process::Command;

use crate::trial::Trial;

/// How this program tells itself that it runs inside.
const MARK: &str = "HOLDPOINT_TESTS_INSIDE";

/// A public address that the scenario's own servers have. Inside, it leads nowhere else.
pub(crate) const PUBLIC: Ipv4Addr = Ipv4Addr::new(93, 184, 215, 14);

/// A public address whose network takes every packet and brings none back.
pub(crate) const HOLE: Ipv4Addr = Ipv4Addr::new(93, 184, 217, 9);

/// Runs a row's scenario inside, by starting this program again for that row. Where namespaces are not permitted the row is
/// not tried, and says so.
pub(crate) fn alone(trial: &mut Trial, id: &str, scenario: fn(&mut Trial)) {
    if std::env::var_os(MARK).is_some() {
        scenario(trial);
        return;
    }
    if !Command::new("unshare").args(["--net", "--mount", "true"]).status().is_ok_and(|status| status.success()) {
        trial.skip("NOT TRIED: no network namespaces are permitted here");
        return;
    }
    let setup = format!(
        "set -e; ip link set lo up; ip address add {PUBLIC}/32 dev lo
         ip tuntap add dev hole mode tun && ip link set hole up && ip route add {HOLE}/32 dev hole src {PUBLIC}
         names=$(mktemp); echo 'nameserver 127.0.0.1' > \"$names\"; mount --bind \"$names\" /etc/resolv.conf
         order=$(mktemp); echo 'hosts: files dns' > \"$order\"; mount --bind \"$order\" /etc/nsswitch.conf
         exec \"$@\""
    );
    let own = std::env::current_exe().expect("a test knows its own file");
    let output = Command::new("unshare")
        .args(["--net", "--mount", "sh", "-c", &setup, "inside"])
        .arg(own)
        .arg(id)
        .env(MARK, "1")
        .output()
        .expect("unshare was there a moment ago");
    let said = String::from_utf8_lossy(&output.stdout);
    let told = said.lines().find_map(|line| line.strip_prefix("inside: "));
    match told.and_then(|told| serde_json::from_str(told).ok()) {
        Some(told) => trial.take(told),
        None => trial.broke(format!("{said}{}", String::from_utf8_lossy(&output.stderr))),
    }
}

/// Tells the program outside what came of the row; nothing when this is the one outside.
pub(crate) fn tell(trial: &Trial) -> Option<String> {
    std::env::var_os(MARK)?;
    let mut line = String::from("inside: ");
    let _ = write!(line, "{}", trial.told());
    Some(line)
}
