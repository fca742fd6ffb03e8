//! N12: what runs on the host's behalf when a release is bad goes through the same gateway.

use std::fmt::Write as _;

use super::recorder::{Recorder, whole};
use crate::bench::Bench;
use crate::trial::{Row, Trial};

pub(crate) const ROW: Row = Row { id: "N12", attack: "rollback to what was not granted", run };

/// What the rollback plugin is granted of the deploy tool, where its step goes, and whether it gets there.
const CASES: [(&str, &str, bool); 3] = [
    (
        "endpoint = \"tool\"\nmethods = [\"GET\", \"POST\"]\npaths = [\"/state\"]",
        "endpoint:tool/to/{{previous-version}}",
        false,
    ),
    ("endpoint = \"tool\"\nmethods = [\"GET\"]\npaths = [\"/**\"]", "endpoint:tool/to/{{previous-version}}", false),
    // The control: with the grant that it needs, it gets there.
    (
        "endpoint = \"tool\"\nmethods = [\"GET\", \"POST\"]\npaths = [\"/**\"]",
        "endpoint:tool/to/{{previous-version}}",
        true,
    ),
];

fn run(trial: &mut Trial) {
    for (grant, url, reached) in CASES {
        let tool = Recorder::answering(|line| {
            let status = if line.starts_with("GET /broken") { "500 No" } else { "200 OK" };
            // A tool that was never asked for anything says so.
            let state = if line.contains("of=nothing") { "{\"state\":\"failed\"}" } else { "{\"state\":\"complete\"}" };
            whole(status, "content-type: application/json\r\n", state)
        });
        let bench = bench(&tool, grant, url, if reached { "all" } else { "nothing" });
        let (status, said) = bench.refused();
        let heard = || tool.heard().iter().any(|bytes| bytes.starts_with(b"POST /to/"));
        if status == Some(2) {
            // The plan alone shows it, so it never comes to a run.
            trial.expect(!reached && said.contains("grant"), || format!("{grant}: {said}"));
            continue;
        }
        let ran = bench.run();
        let code = ran.output.status.code();
        let expected = if reached { Some(20) } else { Some(21) };
        trial.expect(heard() == reached && code == expected, || {
            format!("{grant}: ended with {code:?}, reached: {}\n{}", heard(), holdpoint_tests::said(&ran.output))
        });
        let told = holdpoint_tests::said(&ran.output).contains("Requests were denied");
        trial.expect(told != reached, || format!("{grant}: the denial is told: {told}"));
    }
    trial.figure("the same gateway, the same denial");
}

/// A release that is bad, and a deploy tool that takes it back and says what is done.
fn bench(tool: &Recorder, grant: &str, url: &str, done: &str) -> Bench {
    let mut rest = String::new();
    let _ = write!(
        rest,
        "[plugin.tool]\nbundle = {:?}\n[[plugin.tool.grant]]\n{grant}\n\
         [rollback]\nplugin = \"tool\"\npoll = \"100ms\"\n[rollback.settings]\nready = {{ url = \"endpoint:tool/state\" }}\n\
         status = {{ url = \"endpoint:tool/state?of={done}\", pointer = \"/state\" }}\n\
         [[rollback.settings.steps]]\nid = \"back\"\nsummary = \"take it back\"\nurl = {url:?}\nbody = {{ }}\n\
         [[rollback.check]]\nname = \"old-version\"\nplugin = \"http\"\nsettings.url = \"endpoint:tool/state\"\n\
         [[phase]]\nname = \"smoke\"\n[[phase.check]]\nname = \"broken\"\nplugin = \"http\"\n\
         settings.url = \"endpoint:tool/broken\"\n",
        holdpoint_tests::target().join("plugins/http-rollback.wasm").display().to_string()
    );
    let look = "[[plugin.http.grant]]\nendpoint = \"tool\"";
    Bench::new()
        .endpoint("tool", &tool.url())
        .built("http", "http.wasm", look)
        .plugin_rest(&rest)
        .check("after", "http", "settings.url = \"endpoint:tool/state\"")
        .argument("--previous-version")
        .argument("0.9")
}
