//! Loading: from a bundle's bytes to code that is linked and waits for calls.

use std::sync::Arc;

use holdpoint_core::id::Digest;
use holdpoint_core::manifest::PluginKind;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

use crate::bindings::check::CheckPre;
use crate::bindings::rollback::RollbackPre;
use crate::cache::Cache;
use crate::precompiled::Proven;
use crate::state::State;
use crate::trap::in_words;

/// A bundle to load: its bytes, which somebody has looked at, and what they are.
#[derive(Debug, Clone, Copy)]
pub struct Raw<'b> {
    /// The component.
    pub bytes: &'b [u8],
    /// Its digest.
    pub digest: Digest,
    /// Its kind.
    pub kind: PluginKind,
}

/// A plugin that is compiled and linked. Cheap to clone.
#[derive(Clone)]
pub struct Loaded {
    digest: Digest,
    pub(crate) pre: Arc<Pre>,
}

/// A linked plugin of either kind.
pub(crate) enum Pre {
    Check(CheckPre<State>),
    Rollback(RollbackPre<State>),
}

impl Loaded {
    /// The digest of the bundle it was made of.
    pub fn digest(&self) -> Digest {
        self.digest
    }
}

impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loaded").field("digest", &self.digest).finish_non_exhaustive()
    }
}

/// Why a bundle could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// It does not compile.
    #[error("the plugin can't be compiled: {0}")]
    Compile(String),
    /// It imports something that the host does not offer, or not in this form.
    #[error("the plugin does not fit this host: {0}")]
    Link(String),
}

/// Loads bundles side by side.
pub(crate) fn load(
    engine: &Engine,
    linker: &Linker<State>,
    cache: Option<&Cache>,
    bundles: &[Raw<'_>],
) -> Vec<Result<Loaded, LoadError>> {
    bundles.par_iter().map(|raw| one(engine, linker, cache, raw)).collect()
}

fn one(engine: &Engine, linker: &Linker<State>, cache: Option<&Cache>, raw: &Raw<'_>) -> Result<Loaded, LoadError> {
    let component = component(engine, cache, raw)?;
    let link = |error: wasmtime::Error| LoadError::Link(in_words(&error));
    let pre = linker.instantiate_pre(&component).map_err(link)?;
    let pre = match raw.kind {
        PluginKind::Check => Pre::Check(CheckPre::new(pre).map_err(link)?),
        PluginKind::Rollback => Pre::Rollback(RollbackPre::new(pre).map_err(link)?),
    };
    Ok(Loaded { digest: raw.digest, pre: Arc::new(pre) })
}

/// The component: as it was compiled before, where that can be proven, else compiled now.
fn component(engine: &Engine, cache: Option<&Cache>, raw: &Raw<'_>) -> Result<Component, LoadError> {
    if let Some(cache) = cache
        && let Some(code) = cache.find(raw.digest)
    {
        match code.load(engine) {
            Ok(component) => return Ok(component),
            Err(error) => {
                tracing::warn!(error = in_words(&error), "a compiled plugin can't be used, compiling it again");
            }
        }
    }
    let compile = |error: wasmtime::Error| LoadError::Compile(in_words(&error));
    let code = Proven::compiled_here(engine.precompile_component(raw.bytes).map_err(compile)?);
    if let Some(cache) = cache {
        cache.keep(raw.digest, &code);
    }
    code.load(engine).map_err(compile)
}
