//! P9, its other half: a server that never says so much as that it is there.

use super::sending_anywhere;
use crate::inside::{HOLE, alone};
use crate::trial::{Row, Trial};

pub(crate) const ROW: Row = Row { id: "P9c", attack: "connections into a void", run: |trial| alone(trial, "P9c", run) };

/// How long a connection may take, in milliseconds.
const CONNECT: f64 = 5_000.0;

fn run(trial: &mut Trial) {
    let ran = sending_anywhere(&vec![HOLE.to_string(); 4]).run();
    let ends = ran.ends("sender");
    trial.expect(ends.len() == 4, || format!("{} checks ended", ends.len()));
    let mut longest: f64 = 0.0;
    for ended in &ends {
        let wall = ended.wall_ms();
        // Ended by the limit and by nothing else: neither answered nor refused, and not before it.
        let late = ended.summary.starts_with("went wrong:") && (CONNECT - 100.0..9_000.0).contains(&wall);
        trial.expect(late, || format!("{} {} after {wall} ms", ended.word, ended.summary));
        longest = longest.max(wall);
    }
    trial.at_most("longest, ms after the limit", longest - CONNECT, 500.0);
}
