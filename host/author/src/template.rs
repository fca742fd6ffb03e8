//! New projects: a language's template, its holes filled.
//!
//! A template is a folder of real files. `{{name}}`, `{{name_snake}}` and `{{NameCamel}}` in them and in their paths
//! stand for the plugin's name; any other braces are left as they are.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use holdpoint_core::manifest::PluginKind;
use holdpoint_core::name::{NotAName, PluginName};

use crate::carried;
use crate::language::{Language, rust};
use crate::problem::Problems;
use crate::project::Project;
use crate::suggest::either;

/// The kinds of plugins, as they are written.
pub const KINDS: [(&str, PluginKind); 3] =
    [("check", PluginKind::Check), ("rollback", PluginKind::Rollback), ("rollout", PluginKind::Rollout)];

/// What is to be begun.
#[derive(Debug, Clone)]
pub struct Wish {
    kind: PluginKind,
    language: Language,
    name: PluginName,
}

/// Why there is no new project.
#[derive(Debug, thiserror::Error)]
pub enum NewError {
    /// The name is none.
    #[error("{name:?} can't be a plugin's name")]
    Name {
        /// What was given.
        name: String,
        /// Why.
        #[source]
        source: NotAName,
    },
    /// The name can't be used in a language.
    #[error("{name:?} can't be the name of a plugin in {language}: {why}")]
    Taken {
        /// What was given.
        name: String,
        /// The language.
        language: Language,
        /// Why.
        why: &'static str,
    },
    /// There is no such template.
    #[error("there is no template of a {kind} in {language}; there are {there_are}")]
    NoTemplate {
        /// The kind.
        kind: &'static str,
        /// The language.
        language: Language,
        /// The languages that have one of this kind.
        there_are: String,
    },
    /// There is something already.
    #[error("{} is there already, and nothing is written over", path.display())]
    Exists {
        /// Where.
        path: PathBuf,
    },
    /// A file can't be written.
    #[error("could not write {}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The template is broken: an error of this program.
    #[error("the template is broken")]
    Template(#[source] Problems),
}

impl Wish {
    /// Takes a name for a plugin of a kind in a language.
    ///
    /// # Errors
    /// When the name can't be one, or there is no template.
    pub fn parse(kind: PluginKind, language: Language, name: &str) -> Result<Self, NewError> {
        let taken = |why| NewError::Taken { name: name.to_owned(), language, why };
        let parsed = PluginName::parse(name).map_err(|source| NewError::Name { name: name.to_owned(), source })?;
        if !name.starts_with(|first: char| first.is_ascii_lowercase()) {
            return Err(taken("it begins with a digit"));
        }
        if language == Language::Rust && rust::package::TAKEN.contains(&name) {
            return Err(taken("the word has a meaning there; a longer name says more, too"));
        }
        let wish = Self { kind, language, name: parsed };
        if wish.files().next().is_none() {
            let others = Language::ALL.into_iter().filter(|language| template(kind, *language).next().is_some());
            let there_are = either(others.map(Language::word));
            return Err(NewError::NoTemplate { kind: word(kind), language, there_are });
        }
        Ok(wish)
    }

    /// Writes the project to a folder that is not there yet, or is empty: whole or not at all.
    ///
    /// # Errors
    /// When something is there, or can't be written.
    pub fn write(&self, folder: &Path) -> Result<Project, NewError> {
        let free = fs::read_dir(folder).map_or_else(|_| !folder.exists(), |mut entries| entries.next().is_none());
        if !free {
            return Err(NewError::Exists { path: folder.to_owned() });
        }
        let mut unfinished = folder.as_os_str().to_owned();
        unfinished.push(".unfinished");
        let unfinished = PathBuf::from(unfinished);
        let failed = |source| NewError::Write { path: unfinished.clone(), source };
        fs::create_dir_all(unfinished.parent().unwrap_or(folder)).map_err(failed)?;
        fs::create_dir(&unfinished).map_err(failed)?;
        let written = self.fill(&unfinished).and_then(|()| fs::rename(&unfinished, folder).map_err(failed));
        if written.is_err() {
            // What was begun is of no use to anyone; that it can't be removed is the lesser news.
            let _ = fs::remove_dir_all(&unfinished);
        }
        written?;
        let project = Project::read(folder).map_err(NewError::Template)?;
        carried::refresh(&project).map_err(|source| NewError::Write { path: project.sdk(), source })?;
        Ok(project)
    }

    fn fill(&self, folder: &Path) -> Result<(), NewError> {
        for (path, bytes) in self.files() {
            let bytes = str::from_utf8(bytes).map_or_else(|_| bytes.to_owned(), |text| self.filled(text).into_bytes());
            write(&folder.join(self.filled(path)), &bytes)?;
        }
        if self.language == Language::Rust {
            write(&folder.join("Cargo.lock"), &carried::rust_lock())?;
        }
        Ok(())
    }

    fn files(&self) -> impl Iterator<Item = (&'static str, &'static [u8])> {
        template(self.kind, self.language)
    }

    fn filled(&self, text: &str) -> String {
        let name = self.name.as_str();
        let capital = |word: &str| {
            let (first, rest) = word.split_at(1);
            first.to_ascii_uppercase() + rest
        };
        let camel: String = name.split('-').map(capital).collect();
        text.replace("{{name}}", name)
            .replace("{{name_snake}}", &name.replace('-', "_"))
            .replace("{{NameCamel}}", &camel)
    }
}

/// The files of a template.
fn template(kind: PluginKind, language: Language) -> impl Iterator<Item = (&'static str, &'static [u8])> {
    carried::below(language.templates()).filter_map(move |(path, bytes)| {
        let path = path.strip_prefix(word(kind))?.strip_prefix('/')?;
        Some((path, bytes))
    })
}

fn word(kind: PluginKind) -> &'static str {
    match kind {
        PluginKind::Check => "check",
        PluginKind::Rollback => "rollback",
        PluginKind::Rollout => "rollout",
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), NewError> {
    let folder = path.parent().unwrap_or(path);
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(path, bytes));
    written.map_err(|source| NewError::Write { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(name: &str) -> Wish {
        Wish::parse(PluginKind::Check, Language::Rust, name).unwrap()
    }

    #[test]
    fn the_three_holes_are_filled_and_other_braces_are_left() {
        let text = "{{name}} {{name_snake}} {{NameCamel}} {{secret:name}} {{ name }}";
        assert_eq!(wish("order-flow").filled(text), "order-flow order_flow OrderFlow {{secret:name}} {{ name }}");
    }

    #[test]
    fn every_template_of_every_kind_makes_a_project_without_a_hole_left() {
        for language in Language::ALL {
            for (_, kind) in KINDS {
                let Ok(wish) = Wish::parse(kind, language, "order-flow") else { continue };
                let folder = tempfile::tempdir().unwrap();

                let project = wish.write(&folder.path().join("new")).unwrap();

                assert_eq!((project.language(), project.manifest().kind()), (language, kind));
                assert_eq!(project.manifest().name(), "order-flow");
                for (path, _) in wish.files() {
                    let text = fs::read_to_string(project.folder().join(wish.filled(path))).unwrap();
                    let hole = ["{{name", "{{Name"].into_iter().find(|hole| text.contains(hole));
                    assert_eq!(hole, None, "{path} in {language}");
                }
            }
        }
    }

    #[test]
    fn a_folder_with_something_in_it_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mine"), "mine").unwrap();

        let refused = wish("web").write(folder.path());

        assert!(matches!(refused, Err(NewError::Exists { .. })));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn names_that_can_not_be_are_refused_with_the_reason() {
        let refused = |name: &str| Wish::parse(PluginKind::Check, Language::Rust, name).map(drop).unwrap_err();
        assert!(matches!(refused("Order Flow"), NewError::Name { .. }));
        assert!(matches!(refused("3d"), NewError::Taken { .. }));
        assert!(matches!(refused("test"), NewError::Taken { .. }));
    }
}
