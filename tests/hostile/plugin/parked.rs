//! P8: guests that are parked in the host for ever.

use crate::bench::Bench;
use crate::trial::{Row, Trial};

pub(crate) const ROW: Row = Row { id: "P8", attack: "parked in a host call", run };

fn run(trial: &mut Trial) {
    let [few, many] = [250, 1_000].map(|count| sleepers(count).run());
    for ended in many.ends("hostile") {
        let in_time = ended.wall_ms() < 1_250.0;
        trial.expect(ended.word == "timeout" && in_time, || {
            format!("{}: {} {} after {} ms", ended.name, ended.word, ended.summary, ended.wall_ms())
        });
    }
    trial.expect(many.unharmed(), || format!("the program ended with {}", many.output.status));
    // What a longer run knows of its checks is no leak: it grows as much when they all come to an end.
    let [few_ended, many_ended] = [250, 1_000].map(|count| checks(count, "settings.attack = \"numbers\"").run());
    let growth = (many.last - few.last) - (many_ended.last - few_ended.last);
    trial.at_most("growth by 750 more cancels, MiB", growth, 5.0);
}

fn sleepers(count: usize) -> Bench {
    checks(count, "timeout = \"1s\"\nsettings.attack = \"sleep\"")
}

fn checks(count: usize, rest: &str) -> Bench {
    Bench::new().built("hostile", "test/hostile.wasm", "").parallel(250).checks(count, "hostile", rest)
}
