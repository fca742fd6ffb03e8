//! The build: from a project to `build/NAME.wasm`, or to a reason and nothing else.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use holdpoint_bundle::{Bundle, BundleError};
use holdpoint_core::plan::limit::Bytes;

use crate::carried;
use crate::component;
use crate::language::{Bench, CompileError, Language, Missing};
use crate::project::Project;
use crate::toolbox::Toolbox;

/// The largest component that is made: what the host loads at most.
const LARGEST: Bytes = Bytes::mib(64);

/// What came of a build.
#[derive(Debug)]
pub struct Built {
    /// The component's file.
    pub path: PathBuf,
    /// The component, looked at as the host would.
    pub bundle: Bundle,
    /// Whether the file had the same bytes already.
    pub unchanged: bool,
}

/// Why there is no component.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The tools of the language are not all there.
    #[error("could not build {language}: {missing}")]
    Missing {
        /// The language.
        language: Language,
        /// What is missing, and the command that gets it.
        missing: Missing,
    },
    /// It does not compile.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// What came out is not what a host would load.
    #[error("what was built is no plugin that a host would load")]
    Unfit(#[source] BundleError),
    /// A file of the project can't be used.
    #[error("could not {verb} {}", path.display())]
    File {
        /// What was tried.
        verb: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl BuildError {
    /// What the compiler said, to be shown as it is, if it was not passed on already.
    #[must_use]
    pub fn said(&self) -> Option<&str> {
        match self {
            Self::Compile(CompileError::Tool(error)) => error.said(),
            Self::Compile(CompileError::Encode(_) | CompileError::Project(_))
            | Self::Missing { .. }
            | Self::Unfit(_)
            | Self::File { .. } => None,
        }
    }
}

/// Builds a project with the tools of a toolbox. One build of a project at a time; another waits.
///
/// # Errors
/// When the tools are missing, the project does not compile, or what came out does not fit. The file of an earlier build
/// is left as it was.
pub fn build(project: &Project, toolbox: &Toolbox) -> Result<Built, BuildError> {
    let language = project.language();
    let missing = |missing| BuildError::Missing { language, missing };
    let tools = language.tools(&toolbox.beside(project.folder())).map_err(missing)?;
    let own = project.folder().join(".holdpoint");
    let kept = own.join("build");
    fs::create_dir_all(&kept).map_err(failed("make", &kept))?;
    let lock = own.join(".lock");
    File::create(&lock).and_then(|file| file.lock().map(|()| file)).map_err(failed("lock", &lock)).and_then(|_held| {
        carried::refresh(project).map_err(failed("write", &own))?;
        let scratch = tempfile::tempdir_in(&own).map_err(failed("write to", &own))?;
        let bench = Bench { scratch: scratch.path().to_owned(), kept };
        let component = tools.compile(project, &bench)?;
        deliver(finish(component, project)?, &project.component())
    })
}

/// Gives a component its project's manifest, and looks at the whole as the host would.
///
/// # Errors
/// When it is not what a host would load.
pub fn finish(component: Vec<u8>, project: &Project) -> Result<Bundle, BuildError> {
    let plugin = component::with_manifest(component, project.manifest());
    Bundle::from_bytes(plugin, LARGEST).map_err(BuildError::Unfit)
}

/// Writes a component to its file, whole or not at all.
///
/// # Errors
/// When it can't be written.
pub fn deliver(bundle: Bundle, path: &Path) -> Result<Built, BuildError> {
    let unchanged = fs::read(path).is_ok_and(|old| old == bundle.bytes);
    if !unchanged {
        let folder = path.parent().unwrap_or(path);
        fs::create_dir_all(folder).map_err(failed("make", folder))?;
        let unfinished = path.with_extension("wasm.unfinished");
        fs::write(&unfinished, &bundle.bytes).map_err(failed("write", &unfinished))?;
        fs::rename(&unfinished, path).map_err(failed("write", path))?;
    }
    Ok(Built { path: path.to_owned(), bundle, unchanged })
}

fn failed(verb: &'static str, path: &Path) -> impl FnOnce(io::Error) -> BuildError {
    let path = path.to_owned();
    move |source| BuildError::File { verb, path, source }
}
