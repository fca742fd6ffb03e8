//! Lists what the crate carries: the interface, the SDKs, and the lock file that Rust projects begin with.
//!
//! Writes `carried.rs`, a table of paths in the repository and their bytes. What tools leave behind in those folders is
//! left out; a folder that is not there has no files.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// What is carried, from the repository's top.
const CARRIED: [&str; 8] = [
    "wit/holdpoint",
    "sdk/rust",
    "sdk/js",
    "sdk/python",
    "sdk/go",
    "sdk/c",
    "plugins/Cargo.toml",
    "plugins/Cargo.lock",
];

/// What tools leave behind.
const LEFT_BEHIND: [&str; 8] =
    ["target", "build", "node_modules", "__pycache__", ".venv", ".holdpoint", ".DS_Store", ".pytest_cache"];

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let mut files = Vec::new();
    for carried in CARRIED {
        gather(&root.join(carried), &mut files)?;
    }
    files.sort();
    let mut table = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(&root).unwrap_or(file).to_string_lossy().replace('\\', "/");
        // Writing to a text can't fail.
        let _ = writeln!(table, "    ({name:?}, include_bytes!({:?})),", file.to_string_lossy());
    }
    table.push_str("]\n");
    let output = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    fs::write(output.join("carried.rs"), table)?;
    for watched in ["build.rs", "../../wit", "../../sdk", "../../plugins/Cargo.toml", "../../plugins/Cargo.lock"] {
        cargo_line(watched);
    }
    Ok(())
}

fn cargo_line(watched: &str) {
    println!("cargo::rerun-if-changed={watched}");
}

fn gather(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let left_behind = path.file_name().is_some_and(|name| LEFT_BEHIND.iter().any(|left| name == *left));
    if left_behind || path.is_symlink() || !path.exists() {
        return Ok(());
    }
    if path.is_file() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        gather(&entry?.path(), files)?;
    }
    Ok(())
}
