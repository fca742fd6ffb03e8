//! Where things are on this machine: the store, the cache, the policy.

use std::env;
use std::path::{Path, PathBuf};

use holdpoint_author::Toolbox;

use crate::failure::Failure;

/// Refuses a variable that is set and names nothing: whoever set it meant something by it.
pub(crate) fn none_is_empty() -> Result<(), Failure> {
    let paths = ["HOLDPOINT_STORE", "HOLDPOINT_POLICY", "HOLDPOINT_PLUGINS", "HOLDPOINT_CACHE", "HOLDPOINT_TOOLS"];
    match paths.into_iter().find(|name| env::var_os(name).is_some_and(|value| value.is_empty())) {
        Some(name) => {
            Err(Failure::usage(format!("the variable {name} is set, and empty")).hint("give it a path, or unset it"))
        }
        None => Ok(()),
    }
}

/// Where runs and their evidence are kept: what was given, else the user's state folder.
pub(crate) fn store(given: Option<&Path>) -> Result<PathBuf, Failure> {
    folder(given, "XDG_STATE_HOME", ".local/state", "--store")
}

/// Where compiled plugins are kept: what was given, else the user's cache folder.
pub(crate) fn cache(given: Option<&Path>) -> Result<PathBuf, Failure> {
    folder(given, "XDG_CACHE_HOME", ".cache", "--cache")
}

/// Where the tools that compile plugins are looked for: the folder that was given, else `tools` in the user's cache folder,
/// and the `PATH`.
pub(crate) fn toolbox(given: Option<&Path>) -> Result<Toolbox, Failure> {
    let shelves = match given {
        Some(given) => given.to_path_buf(),
        None => folder(None, "XDG_CACHE_HOME", ".cache", "--tools")?.join("tools"),
    };
    // Tools are started in other folders.
    let shelves = std::path::absolute(&shelves).unwrap_or(shelves);
    Ok(Toolbox::new(shelves, env::var_os("PATH").unwrap_or_default()))
}

fn folder(given: Option<&Path>, variable: &str, below_home: &str, flag: &str) -> Result<PathBuf, Failure> {
    if let Some(given) = given {
        return Ok(given.to_path_buf());
    }
    let named = env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let below = || env::var_os("HOME").filter(|home| !home.is_empty()).map(|home| Path::new(&home).join(below_home));
    named.or_else(below).map(|base| base.join("holdpoint")).ok_or_else(|| {
        Failure::usage(format!("neither {variable} nor HOME is set, so there is no folder to keep things in"))
            .hint(format!("name one with {flag} DIR"))
    })
}
