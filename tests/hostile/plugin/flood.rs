//! P6: floods of the log. P7: floods of calls into the host.

use serde_json::Value;

use crate::bench::Bench;
use crate::trial::{Row, Trial};

pub(crate) const LOG: Row = Row { id: "P6", attack: "log flood", run: log };
pub(crate) const CALLS: Row = Row { id: "P7", attack: "host-call flood", run: calls };

const LINES: u64 = 50_000;
/// What of a log is kept.
const KEPT: usize = 64 << 10;

fn log(trial: &mut Trial) {
    let text = format!("\"{}\"", "x".repeat(100));
    let evil = "\"\\u001b[31mred \\u202Eback \\u2066iso\\u0007\"";
    let one = |lines: u64, text: &str, times: u64| {
        format!("settings = {{ attack = \"log\", lines = {lines}, text = {text}, times = {times} }}")
    };
    let bench = Bench::new()
        .built("hostile", "test/hostile.wasm", "")
        .check("many", "hostile", &one(LINES, &text, 1))
        .check("evil", "hostile", &one(1, evil, 1))
        .check("long", "hostile", &one(1, "\"y\"", 1 << 20))
        .check("longest", "hostile", &one(1, "\"y\"", 12 << 20));
    let ran = bench.run();
    let ends = ran.ends("hostile");
    let of = |name: &str| ends.iter().find(|ended| ended.name == name).cloned().expect("the check ended");
    let evidence = |name: &str| ran.evidence(&of(name));
    let kept = |name: &str| -> Vec<String> {
        let lines = evidence(name)["log"].as_array().cloned().unwrap_or_default();
        lines.iter().filter_map(|line| line["message"].as_str().map(str::to_owned)).collect()
    };
    let many = kept("many");
    let bytes: usize = many.iter().map(String::len).sum();
    let dropped = evidence("many")["log_dropped"].as_u64().unwrap_or(0);
    trial.expect(bytes <= KEPT && bytes > KEPT / 2 && dropped + many.len() as u64 == LINES, || {
        format!("{} lines and {bytes} bytes kept, {dropped} dropped", many.len())
    });
    let evil = kept("evil").concat();
    let hidden = |letter: char| letter.is_control() || matches!(letter, '\u{202e}' | '\u{2066}');
    trial.expect(evil.contains("red") && !evil.contains(hidden), || format!("{evil:?}"));
    let long = kept("long").concat();
    trial.expect(long.len() < 8_192 && long.contains("1048576"), || format!("{} bytes: {:.60}", long.len(), long));
    let longest = of("longest");
    trial.expect(longest.word == "error", || format!("{longest:?}"));
    trial.figure(format!("stored {bytes} of at most {KEPT} bytes, drop count exact"));
}

fn calls(trial: &mut Trial) {
    let mut bench = Bench::new().built("hostile", "test/hostile.wasm", "").parallel(20);
    for attack in ["clock", "chatter"] {
        for number in 0..10 {
            let rest = format!("timeout = \"1s\"\nsettings.attack = {attack:?}");
            bench = bench.check(&format!("{attack}-{number}"), "hostile", &rest);
        }
    }
    let ran = bench.run();
    let mut latest: f64 = 0.0;
    for ended in ran.ends("hostile") {
        // A flood of lines runs into what may be copied to the host, one of clock calls into the deadline.
        let copied = ended.name.starts_with("chatter") && ended.word == "error";
        trial.expect(ended.word == "timeout" || copied, || format!("{}: {} {}", ended.name, ended.word, ended.summary));
        latest = latest.max(ended.wall_ms() - 1_000.0);
    }
    trial.at_most("ended, ms after the deadline", latest, 250.0);
    trial.expect(ran.unharmed() && ran.story["headline"] != Value::Null, || "the program was harmed".to_owned());
}
