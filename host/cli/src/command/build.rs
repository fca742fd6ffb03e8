//! `holdpoint build`: from a plugin project to the component that a plan names.

use std::fmt::Write as _;

use holdpoint_author::{BuildError, Built, Project, Toolbox, build};
use serde_json::{Value, json};

use crate::arguments::{Build, Format};
use crate::command::inspect;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::intent::chain;
use crate::output;
use crate::setting;

/// Builds the project and tells what came of it.
pub(crate) fn build(asked: &Build) -> Result<Exit, Failure> {
    let toolbox = setting::toolbox(asked.tools.as_deref())?;
    let project = project(&asked.folder)?;
    if asked.install {
        install(&project, &toolbox)?;
    }
    let built = build::build(&project, &toolbox).map_err(|error| refused(&error))?;
    match asked.format {
        Format::Text => output::print(&text(&built, &project)),
        Format::Json => output::line(&format!("{:#}", as_json(&built, &project))),
    }
    Ok(Exit::Done)
}

/// Reads a project; each problem is a line.
pub(crate) fn project(folder: &std::path::Path) -> Result<Project, Failure> {
    Project::read(folder).map_err(|problems| {
        for problem in &problems.0 {
            output::note(&problem.to_string());
        }
        let count = problems.0.len();
        let problems = if count == 1 { "a problem".to_owned() } else { format!("{count} problems") };
        Failure::usage(format!("{} is not a plugin project that can be built: {problems}", folder.display()))
    })
}

fn install(project: &Project, toolbox: &Toolbox) -> Result<(), Failure> {
    let (language, beside) = (project.language(), toolbox.beside(project.folder()));
    if language.tools(&beside).is_ok() {
        return Ok(());
    }
    output::note(&format!("getting the tools for {language} into {}", beside.shelf(language).display()));
    language.install(&beside).map_err(|error| {
        if let Some(said) = error.said() {
            output::note(said.trim_end());
        }
        let failure = Failure::usage(format!("could not get the tools for {language}: {}", chain(&error)));
        match error.command() {
            Some(command) => failure.hint(format!("get it with: {command}")),
            None => failure,
        }
    })
}

/// Tells why there is no component; what the compiler said stands above as it said it.
pub(crate) fn refused(error: &BuildError) -> Failure {
    if let Some(said) = error.said() {
        output::note(said.trim_end());
    }
    match error {
        BuildError::Missing { missing, .. } => {
            Failure::usage(chain(error)).hint(format!("get it with: {}", missing.command))
        }
        BuildError::Compile(_) | BuildError::Unfit(_) => Failure::usage(chain(error)),
        BuildError::File { .. } => Failure::internal(chain(error)),
    }
}

fn text(built: &Built, project: &Project) -> String {
    let (bundle, manifest) = (&built.bundle, project.manifest());
    let mut out = String::new();
    // Writing to a text can't fail.
    let kind = inspect::kind(manifest.kind());
    let _ = writeln!(out, "{} {} ({kind}, {})", manifest.name(), manifest.version(), project.language());
    let _ = writeln!(out, "{}{}\n", built.path.display(), if built.unchanged { " (unchanged)" } else { "" });
    let _ = writeln!(out, "digest   {}", bundle.digest);
    let _ = writeln!(out, "size     {} bytes", bundle.bytes.len());
    let _ = writeln!(out, "\nimports");
    for import in &bundle.shape.imports {
        let _ = writeln!(out, "  {import}");
    }
    out
}

fn as_json(built: &Built, project: &Project) -> Value {
    let (bundle, manifest) = (&built.bundle, project.manifest());
    let imports: Vec<String> = bundle.shape.imports.iter().map(ToString::to_string).collect();
    json!({
        "format": 1,
        "name": manifest.name(),
        "version": manifest.version(),
        "kind": inspect::kind(manifest.kind()),
        "language": project.language().word(),
        "path": built.path,
        "unchanged": built.unchanged,
        "digest": bundle.digest,
        "size": bundle.bytes.len(),
        "imports": imports,
    })
}
