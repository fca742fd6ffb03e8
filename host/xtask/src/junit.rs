//! The XML schema `junit-10` of Jenkins, which JUnit reports must satisfy. It is not ours to ship: pytest's source
//! package carries it, and pip brings that by name.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::step::{Places, say};

/// The package that carries the schema.
const PACKAGE: &str = "pytest==8.4.2";

/// Where it lies inside.
const MEMBER: &str = "pytest-8.4.2/testing/example_scripts/junit-10.xsd";

/// What it must be.
const SHA256: &str = "a1a816f58d1bf95ebabf371994df0b9246dee66ea9572fbec4f9296f1b2c0ff6";

/// Sees to it that `TARGET/tools/junit-10.xsd` is there.
///
/// # Errors
/// When it can't be had, or is another than the one that is known.
pub(crate) fn provide(places: &Places) -> Result<()> {
    let folder = places.target.join("tools");
    let path = folder.join("junit-10.xsd");
    if fs::read(&path).is_ok_and(|found| is_known(&found)) {
        return Ok(());
    }
    say(&format!("fetching the JUnit schema with pip, from the source of {PACKAGE}"));
    let fetched = folder.join("fetched");
    fs::create_dir_all(&fetched)?;
    download(&fetched)?;
    let schema = unpack(&fetched)?;
    ensure!(is_known(&schema), "the JUnit schema in {PACKAGE} is not the one that is known (sha256 {SHA256})");
    fs::write(&path, schema)?;
    fs::remove_dir_all(&fetched)?;
    Ok(())
}

fn is_known(bytes: &[u8]) -> bool {
    hex::encode(Sha256::digest(bytes)) == SHA256
}

fn download(folder: &Path) -> Result<()> {
    let pip = ["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", PACKAGE];
    let status = Command::new("python3").args(pip).current_dir(folder).stdin(Stdio::null()).status();
    let status = status.context("python3 is needed to fetch the JUnit schema: install python3 and python3-pip")?;
    ensure!(status.success(), "pip could not fetch {PACKAGE} ({status}); try: python3 {}", pip.join(" "));
    Ok(())
}

fn unpack(folder: &Path) -> Result<Vec<u8>> {
    let archive = fs::read_dir(folder)?.next().context("pip fetched nothing")??.path();
    let output = Command::new("tar").arg("-xzOf").arg(&archive).arg(MEMBER).output().context("tar is needed")?;
    ensure!(output.status.success(), "{}: {}", archive.display(), String::from_utf8_lossy(&output.stderr));
    Ok(output.stdout)
}
