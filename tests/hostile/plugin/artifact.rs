//! P20: compiled code in the cache that somebody has touched.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use holdpoint_tests::wat::Core;
use holdpoint_tests::{holdpoint, said};
use tempfile::TempDir;

use crate::trial::{Row, Trial};

pub(crate) const ROW: Row = Row { id: "P20", attack: "edited compile cache", run };

/// At how many places of an entry a byte is changed, evenly spread. The cache's own test takes every place of one.
const PLACES: usize = 60;

fn run(trial: &mut Trial) {
    let folder = TempDir::new().expect("a folder");
    let good = prepared(folder.path());
    let whole = fs::read(&good).expect("an entry");
    let places = std::env::var("HOLDPOINT_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(PLACES);
    for place in 0..places.min(whole.len()) {
        let at = place * whole.len() / places.min(whole.len());
        let mut edited = whole.clone();
        edited[at] ^= 1 << (place % 8);
        recompiled(trial, folder.path(), &good, &edited, &format!("byte {at}"));
    }
    recompiled(trial, folder.path(), &good, &whole[..whole.len() - 1], "cut by one byte");
    recompiled(trial, folder.path(), &good, &[], "emptied");
    recompiled(trial, folder.path(), &good, &[whole.as_slice(), b"x"].concat(), "longer by one byte");
    let other = entries(folder.path()).into_iter().find(|path| *path != good).expect("the other entry");
    let other = fs::read(other).expect("an entry");
    recompiled(trial, folder.path(), &good, &other, "another plugin's entry, with its own good seal");
    trial.figure("every edit compiled again; an untouched entry is used");
}

/// A plan with two plugins whose code is in the cache; returns one of the entries.
fn prepared(folder: &Path) -> PathBuf {
    let mut plan = "holdpoint = \"0.1\"\nname = \"hostile\"\n[escalation]\ncommander = \"nobody\"\n".to_owned();
    for name in ["one", "two"] {
        fs::write(folder.join(format!("{name}.wasm")), Core::default().bundle(name)).expect("a bundle is written");
        let _ = writeln!(plan, "[plugin.{name}]\nbundle = \"{name}.wasm\"");
    }
    plan += "[[phase]]\nname = \"verify\"\n";
    for name in ["one", "two"] {
        let _ = writeln!(plan, "[[phase.check]]\nname = \"{name}\"\nplugin = \"{name}\"");
    }
    fs::write(folder.join("plan.toml"), plan).expect("a plan is written");
    let first = lint(folder);
    let entries = entries(folder);
    assert_eq!((first.status.code(), entries.len()), (Some(0), 2), "{}", said(&first));
    entries.into_iter().next().expect("an entry")
}

/// Puts these bytes where the entry is: the program must see it, compile again and put a good entry there.
fn recompiled(trial: &mut Trial, folder: &Path, entry: &Path, bytes: &[u8], what: &str) {
    fs::write(entry, bytes).expect("an entry can be written to");
    let output = lint(folder);
    let mended = fs::read(entry).expect("an entry");
    let held = output.status.code() == Some(0) && mended != bytes && untouched(folder, entry, &mended);
    trial.expect(held, || format!("{what}: {}", said(&output)));
}

/// Whether an entry is used as it stands: its file is the same after another run.
fn untouched(folder: &Path, entry: &Path, bytes: &[u8]) -> bool {
    let written = |path: &Path| fs::metadata(path).and_then(|found| found.modified()).ok();
    let before = written(entry);
    lint(folder).status.success() && written(entry) == before && fs::read(entry).is_ok_and(|now| now == bytes)
}

fn lint(folder: &Path) -> Output {
    let mut command = holdpoint(folder);
    command.arg("lint").arg(folder.join("plan.toml")).arg("--cache").arg(folder.join("cache"));
    command.output().expect("the program starts")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder.join("cache")).expect("a cache").flatten().map(|file| file.path());
    let mut entries: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "compiled")).collect();
    entries.sort();
    entries
}
