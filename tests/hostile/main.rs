//! Hostile plugins and hostile networks, against the shipped program with its defaults: each row of the threat table is
//! a scenario that says what was tried, what held, and the row's figure.
//!
//! `cargo test -p holdpoint-tests --test hostile [ROW…]` runs these rows only. Rows run one after the
//! other, since their figures are times and memory. A missed figure is tried again, and is not counted while other
//! programs keep the machine busy; what must hold is never excused.

#![expect(clippy::print_stdout, reason = "the rows' lines are what this is for")]

mod bench;
mod network;
mod chance;
mod inside;
mod load;
mod plugin;
mod trial;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use load::Load;
use trial::{Row, Trial};

/// How often a row is tried that only misses a figure. What must hold, must hold at once.
const TRIES: usize = 4;

fn main() -> ExitCode {
    let asked: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |row: &&Row| asked.is_empty() || asked.iter().any(|id| row.id == id);
    let rows: Vec<Row> = plugin::rows().into_iter().chain(network::rows()).collect();
    let (mut passed, mut failed) = (0, 0);
    for row in rows.iter().filter(wanted) {
        let mut trial = tried(row);
        for _ in 1..TRIES {
            if !trial.only_missed_figures() {
                break;
            }
            println!("{}\n     again, in case the machine was busy", trial.line(row));
            trial = tried(row);
        }
        println!("{}", inside::tell(&trial).unwrap_or_else(|| trial.line(row)));
        if trial.held_all() { passed += 1 } else { failed += 1 }
    }
    println!("hostile: {passed} passed, {failed} failed");
    if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn tried(row: &Row) -> Trial {
    let mut trial = Trial::default();
    let before = Load::now();
    if catch_unwind(AssertUnwindSafe(|| (row.run)(&mut trial))).is_err() {
        trial.broke("the scenario itself came to a stop, see above");
    }
    if let (Some(before), Some(after)) = (before, Load::now()) {
        trial.beside(after.others_since(before));
    }
    trial
}
