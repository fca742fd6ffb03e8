//! What is tried: a project, or a component, and its fixtures.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use holdpoint_author::Project;
use holdpoint_bundle::Bundle;
use holdpoint_plan::Problem;

use super::fixture::{self, Fixture};
use super::told::span;
use crate::command::build::refused;
use crate::failure::Failure;
use crate::intent::{LARGEST_BUNDLE, chain};
use crate::{output, setting};

/// The largest fixture, in bytes.
const LARGEST: u64 = 64 << 20;

/// A plugin that is to be tried.
#[derive(Debug)]
pub(crate) enum Subject {
    /// A project, which is built.
    Project(Box<Project>),
    /// A component, as it is.
    Component(PathBuf),
}

impl Subject {
    /// What lies at a path: a project's folder, or a component.
    pub(crate) fn at(path: &Path) -> Result<Self, Failure> {
        if !path.is_dir() {
            return Ok(Self::Component(path.to_path_buf()));
        }
        let project = Project::read(path).map_err(|problems| {
            let what = format!("{} is no plugin project", path.display());
            Failure::usage(format!("{what}:\n{problems}"))
                .hint("name a folder with a plugin.toml, or a component (.wasm)")
        })?;
        Ok(Self::Project(Box::new(project)))
    }

    /// The component's file.
    pub(crate) fn component(&self) -> PathBuf {
        match self {
            Self::Project(project) => project.component(),
            Self::Component(path) => path.clone(),
        }
    }

    /// What it is made of: the project's folder, or the component itself.
    pub(crate) fn folder(&self) -> PathBuf {
        match self {
            Self::Project(project) => project.folder().to_path_buf(),
            Self::Component(path) => path.clone(),
        }
    }

    /// The folder that its fixtures lie in where none is named.
    pub(crate) fn fixtures(&self) -> PathBuf {
        match self {
            Self::Project(project) => project.folder().join("fixtures"),
            Self::Component(path) => path.with_file_name("fixtures"),
        }
    }

    /// Opens the component. A project is built first, with the tools of this folder.
    pub(crate) fn open(&self, tools: Option<&Path>) -> Result<Bundle, Failure> {
        match self {
            Self::Project(project) => build(project, tools),
            Self::Component(path) => Bundle::open(path, LARGEST_BUNDLE).map_err(|error| Failure::usage(chain(&error))),
        }
    }
}

fn build(project: &Project, tools: Option<&Path>) -> Result<Bundle, Failure> {
    let began = Instant::now();
    let toolbox = setting::toolbox(tools)?;
    let built = holdpoint_author::build::build(project, &toolbox).map_err(|error| refused(&error))?;
    if !built.unchanged {
        output::note(&format!("built {} in {}", built.path.display(), span(began.elapsed())));
    }
    Ok(built.bundle)
}

/// The files of fixtures: those that are named, and every `.json` of folders that are, by name.
pub(crate) fn files(named: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in named {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let unread = |error: io::Error| Failure::usage(format!("could not read {}", path.display())).because(error);
        let mut within = Vec::new();
        for entry in fs::read_dir(path).map_err(unread)? {
            within.push(entry.map_err(unread)?.path());
        }
        within.retain(|file| file.extension().is_some_and(|ending| ending == "json"));
        within.sort();
        files.extend(within);
    }
    Ok(files)
}

/// Reads fixtures. What is wrong with any of them is told, all of it; then there are none.
pub(crate) fn read(files: &[PathBuf]) -> Result<Option<Vec<Fixture>>, Failure> {
    let mut fixtures = Vec::new();
    let mut wrong = 0;
    for file in files {
        match fixture::read(file, text(file)?) {
            Ok(fixture) => fixtures.push(fixture),
            Err(problems) => {
                wrong += problems.len();
                tell(file, &problems);
            }
        }
    }
    if wrong > 0 {
        let mistakes = if wrong == 1 { "mistake" } else { "mistakes" };
        let sum = format!("{wrong} {mistakes} in fixtures, so nothing was played");
        output::note(&output::paint(output::Ink::Red, &sum, &io::stderr()));
        return Ok(None);
    }
    Ok(Some(fixtures))
}

fn text(file: &Path) -> Result<String, Failure> {
    let unread =
        |error: io::Error| Failure::usage(format!("could not read the fixture {}", file.display())).because(error);
    let size = fs::metadata(file).map_err(unread)?.len();
    if size > LARGEST {
        return Err(Failure::usage(format!("the fixture {} has more than {LARGEST} bytes", file.display())));
    }
    fs::read_to_string(file).map_err(unread)
}

fn tell(file: &Path, problems: &[Problem]) {
    let file = file.display().to_string();
    for problem in problems {
        output::note(&problem.render(&file));
    }
}
