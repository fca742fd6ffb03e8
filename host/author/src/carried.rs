//! What the program carries: the plugin interface, the SDKs and their templates, so that a project needs no registry
//! for them.

mod standalone;

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::language::Language;
use crate::project::Project;

/// Every carried file: its path in the repository, and its bytes. In the order of paths.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/carried.rs"));

/// Returns the carried files below a folder of the repository, each with its path from there.
pub fn below(folder: &str) -> impl Iterator<Item = (&'static str, &'static [u8])> {
    FILES.iter().filter_map(move |(path, bytes)| {
        let rest = path.strip_prefix(folder)?.strip_prefix('/')?;
        Some((rest, *bytes))
    })
}

/// Returns one carried file.
#[must_use]
pub fn file(path: &str) -> Option<&'static [u8]> {
    FILES.iter().find(|(carried, _)| *carried == path).map(|(_, bytes)| *bytes)
}

/// Sees to it that a project has the interface and the SDK of its language as this program carries them, below
/// `.holdpoint`. Files that are right are not touched, so that nothing is compiled anew without need.
///
/// A Rust project whose `Cargo.toml` does not speak of `.holdpoint` has the SDK from elsewhere, and gets none.
///
/// # Errors
/// When a file can't be read, written or removed.
pub fn refresh(project: &Project) -> io::Result<()> {
    if project.language() == Language::Rust {
        let package = fs::read_to_string(project.folder().join("Cargo.toml"))?;
        if !package.contains(".holdpoint") {
            return Ok(());
        }
    }
    write(&project.wit(), below("wit/holdpoint").map(|(path, bytes)| (path, Cow::Borrowed(bytes))))?;
    write(&project.sdk(), sdk(project.language()))
}

/// Returns the lock file that a new Rust project begins with: the versions that the SDK itself is tested with.
pub(crate) fn rust_lock() -> Vec<u8> {
    standalone::lock(file("plugins/Cargo.lock").unwrap_or_default())
}

/// What an SDK's folder holds for its own sake.
const NOT_FOR_PROJECTS: [&str; 3] = ["template/", "test/", "tests/"];

/// Returns the files of a language's SDK as a project gets them, templates and its own tests left out.
fn sdk(language: Language) -> impl Iterator<Item = (&'static str, Cow<'static, [u8]>)> {
    let files = below("sdk").filter_map(move |(path, bytes)| {
        let rest = path.strip_prefix(language.folder())?.strip_prefix('/')?;
        Some((rest, bytes))
    });
    files.filter(|(path, _)| !NOT_FOR_PROJECTS.iter().any(|own| path.starts_with(own))).map(move |(path, bytes)| {
        let rewritten = language == Language::Rust && path == "Cargo.toml";
        (path, if rewritten { Cow::Owned(standalone::manifest(bytes)) } else { Cow::Borrowed(bytes) })
    })
}

/// Makes a folder hold these files. What lay there before and is not among them goes, what tools made of it apart.
fn write(folder: &Path, files: impl Iterator<Item = (&'static str, Cow<'static, [u8]>)>) -> io::Result<()> {
    let mut wanted = Vec::new();
    for (path, bytes) in files {
        let file = folder.join(path);
        if fs::read(&file).ok().as_deref() != Some(&*bytes) {
            fs::create_dir_all(file.parent().unwrap_or(folder))?;
            fs::write(&file, &bytes)?;
        }
        wanted.push(file);
    }
    for stale in written(folder)?.into_iter().filter(|file| !wanted.contains(file)) {
        fs::remove_file(stale)?;
    }
    Ok(())
}

/// The files below a folder, without those in folders that tools make.
fn written(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let made = ["node_modules", "__pycache__", "target", "build"].iter().any(|name| entry.file_name() == *name);
            match entry.file_type()? {
                kind if kind.is_dir() && !made => folders.push(entry.path()),
                kind if kind.is_file() => files.push(entry.path()),
                _ => {}
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interface_and_the_sdk_are_carried_and_what_tools_leave_behind_is_not() {
        assert!(file("wit/holdpoint/check.wit").is_some());
        assert!(file("sdk/rust/src/lib.rs").is_some());
        assert!(FILES.iter().all(|(path, _)| !path.contains("/target/") && !path.contains("node_modules")));
    }

    #[test]
    fn a_stale_file_goes_and_a_right_one_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let files = || [("a/one", Cow::Borrowed(&b"1"[..]))].into_iter();
        write(folder.path(), files()).unwrap();
        let before = fs::metadata(folder.path().join("a/one")).unwrap().modified().unwrap();
        fs::write(folder.path().join("a/old"), "x").unwrap();

        write(folder.path(), files()).unwrap();

        assert!(!folder.path().join("a/old").exists());
        assert_eq!(fs::metadata(folder.path().join("a/one")).unwrap().modified().unwrap(), before);
    }
}
