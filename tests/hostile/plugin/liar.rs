//! P13: plugins that say pass without having looked.

use holdpoint_tests::wat::Core;

use crate::bench::Bench;
use crate::trial::{Row, Trial};

pub(crate) const ROW: Row = Row { id: "P13", attack: "lying verdict", run };

const GRANT: &str = "[[plugin.liar.grant]]\nendpoint = \"shop\"";

fn run(trial: &mut Trial) {
    let bench = Bench::new().endpoint("shop", "http://127.0.0.1:9").wat("liar", &Core::default()).plugin_rest(GRANT);
    let bench = bench.check("by-default", "liar", "").check("asked-for-2", "liar", "min-evidence = 2");
    let ran = bench.check("taken-at-its-word", "liar", "min-evidence = 0").run();
    for ended in ran.ends("liar") {
        let requests = ended.attempt["facts"]["requests"].as_u64();
        let word = if ended.name == "taken-at-its-word" { "pass" } else { "inconclusive" };
        trial.expect(ended.word == word && requests == Some(0), || {
            format!("{}: {} {} on {requests:?} requests", ended.name, ended.word, ended.summary)
        });
    }
    trial.figure("host facts stand beside each");
}
