//! P5: verdicts that are larger than they may be. P14: verdicts that hold what a verdict can't.

use serde_json::Value;

use crate::bench::{Bench, Ended};
use crate::trial::{Row, Trial};

pub(crate) const HUGE: Row = Row { id: "P5", attack: "huge verdict", run: huge };
pub(crate) const ODD: Row = Row { id: "P14", attack: "malformed verdict", run: odd };

/// The limits, as the design has them.
const SUMMARY: usize = 4_096;
const FINDING: usize = 1_024;
const FINDINGS: usize = 256;
const MEASUREMENTS: usize = 1_024;

fn settings(summary: usize, findings: usize, finding: usize, measurements: usize) -> String {
    format!(
        "settings = {{ attack = \"verdict\", summary = {summary}, findings = {findings}, finding = {finding}, \
         measurements = {measurements} }}"
    )
}

fn huge(trial: &mut Trial) {
    let around = |limit: usize| [limit - 1, limit, limit + 1];
    let mut bench = Bench::new().built("hostile", "test/hostile.wasm", "");
    for size in around(SUMMARY) {
        bench = bench.check(&format!("summary-{size}"), "hostile", &settings(size, 0, 0, 0));
    }
    for size in around(FINDING) {
        bench = bench.check(&format!("finding-{size}"), "hostile", &settings(1, 1, size, 0));
    }
    for count in around(FINDINGS) {
        bench = bench.check(&format!("findings-{count}"), "hostile", &settings(1, count, 1, 0));
    }
    for count in around(MEASUREMENTS) {
        bench = bench.check(&format!("measurements-{count}"), "hostile", &settings(1, 0, 0, count));
    }
    bench = bench.check("everything-9999", "hostile", &settings(100_000, 2_000, 500, 5_000));
    let ran = bench.run();
    for ended in ran.ends("hostile") {
        let (what, size) = ended.name.split_once('-').expect("a name with a size");
        let size: usize = size.parse().expect("a size");
        let held = ended.word == "warn" && fits(what, size, &ended);
        trial.expect(held, || format!("{}: {} {:.200}", ended.name, ended.word, ended.attempt.to_string()));
    }
    trial.figure("limits exact at -1, 0, +1");
}

/// Whether a size that is allowed was kept, and one that is not was cut, with a mark that says how much there was.
fn fits(what: &str, size: usize, ended: &Ended) -> bool {
    let said = &ended.attempt["said"];
    let list = |name: &str| said[name].as_array().cloned().unwrap_or_default();
    let messages: Vec<String> =
        list("findings").iter().filter_map(|finding| finding["message"].as_str().map(str::to_owned)).collect();
    let text = |text: &str, limit: usize| {
        if size <= limit { text.len() == size } else { text.len() <= limit + 64 && text.contains(&size.to_string()) }
    };
    let count = |kept: usize, limit: usize| {
        let marked = messages.iter().any(|message| message.contains(&format!("{limit} of {size}")));
        if size <= limit { kept == size && !marked } else { marked }
    };
    match what {
        "summary" => text(&ended.summary, SUMMARY),
        "finding" => messages.first().is_some_and(|message| text(message, FINDING)),
        "findings" => count(messages.len(), FINDINGS),
        "measurements" => count(list("measurements").len(), MEASUREMENTS),
        _ => list("measurements").len() <= MEASUREMENTS && messages.len() <= FINDINGS + 2,
    }
}

fn odd(trial: &mut Trial) {
    let bench = Bench::new().built("hostile", "test/hostile.wasm", "");
    let ran = bench.checks(1, "hostile", "settings.attack = \"numbers\"").run();
    let ended = ran.ends("hostile");
    let measured = ended.first().map(|ended| ended.attempt["said"]["measurements"].clone()).unwrap_or_default();
    let measured = measured.as_array().cloned().unwrap_or_default();
    for measurement in &measured {
        let classed = measurement["number"] == Value::Null && measurement["absent"].is_string();
        trial.expect(classed, || format!("{measurement}"));
    }
    trial.expect(measured.len() == 3, || format!("{} measurements", measured.len()));
    trial.figure("what is no number is classed as none");
}
