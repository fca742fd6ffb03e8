//! The sources of a project, watched: whether anything that it is built from has changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Folders that are made, never written by an author.
const MADE: [&str; 6] = ["build", "target", "node_modules", "__pycache__", ".holdpoint", ".venv"];

/// What lies in some places: each file with its size and the time at which it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sources(BTreeMap<PathBuf, (u64, Option<SystemTime>)>);

impl Sources {
    /// Looks at files, and at all that lies in folders. What can't be read is as good as not there.
    pub(crate) fn of(places: &[PathBuf]) -> Self {
        let mut sources = Self::default();
        for place in places {
            sources.add(place);
        }
        sources
    }

    /// The same without what lies in these places.
    pub(crate) fn without(mut self, places: &[PathBuf]) -> Self {
        self.0.retain(|path, _| !places.iter().any(|place| path.starts_with(place)));
        self
    }

    fn add(&mut self, place: &Path) {
        let Ok(seen) = fs::metadata(place) else { return };
        if seen.is_file() {
            self.0.insert(place.to_path_buf(), (seen.len(), seen.modified().ok()));
            return;
        }
        for entry in fs::read_dir(place).into_iter().flatten().flatten() {
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            let made = MADE.iter().any(|made| entry.file_name() == *made);
            // A link may lead round in circles.
            let linked = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            if !hidden && !made && !linked {
                self.add(&entry.path());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_is_no_source_and_what_is_written_is() {
        let folder = std::env::temp_dir().join(format!("holdpoint-sources-{}", std::process::id()));
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::create_dir_all(folder.join("build")).unwrap();
        let look = || Sources::of(std::slice::from_ref(&folder));
        let before = look();

        fs::write(folder.join("build/a.wasm"), "x").unwrap();
        let built = look();
        fs::write(folder.join("src/lib.rs"), "x").unwrap();
        let written = look();

        let fixtures = [folder.join("fixtures")];
        fs::create_dir_all(&fixtures[0]).unwrap();
        fs::write(fixtures[0].join("a.json"), "{}").unwrap();
        let with_fixtures = look();

        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(before, built);
        assert_ne!(built, written);
        assert_ne!(with_fixtures, written);
        assert_eq!(with_fixtures.without(&fixtures), written);
    }
}
