//! `holdpoint new`: a plugin project that builds and passes its tests as it stands.

use std::path::{Path, PathBuf};

use holdpoint_author::template::{NewError, Wish};
use holdpoint_core::manifest::PluginKind;

use crate::arguments::New;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::intent::chain;
use crate::output;

/// Writes the project and says what comes next.
pub(crate) fn new(asked: &New) -> Result<Exit, Failure> {
    let wish = Wish::parse(asked.kind, asked.language, &asked.name).map_err(|error| refused(&error))?;
    let folder = asked.folder.clone().unwrap_or_else(|| PathBuf::from(&asked.name));
    let project = wish.write(&folder).map_err(|error| refused(&error))?;
    output::line(&format!("{} is a plugin in {}", folder.display(), project.language()));
    // Fixtures are calls of checks; the others have their own tests alone.
    let test = match asked.kind {
        PluginKind::Check => " && holdpoint test",
        PluginKind::Rollback | PluginKind::Rollout => "",
    };
    output::line(&format!("next: cd {} && holdpoint build{test}", quoted(&folder)));
    Ok(Exit::Done)
}

/// A path as a shell reads it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = text.chars().all(|letter| letter.is_alphanumeric() || "-_./~+".contains(letter));
    if plain { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

fn refused(error: &NewError) -> Failure {
    match error {
        NewError::Exists { .. } => Failure::usage(chain(error)).hint("name another folder after the plugin's name"),
        NewError::Name { .. } | NewError::Taken { .. } | NewError::NoTemplate { .. } => Failure::usage(chain(error)),
        NewError::Write { .. } | NewError::Template(_) => Failure::internal(chain(error)),
    }
}
