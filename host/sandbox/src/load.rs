//! Loading: from a bundle's bytes to code that is linked and waits for calls.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use holdpoint_core::id::Digest;
use holdpoint_core::manifest::PluginKind;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

use crate::bindings::check::CheckPre;
use crate::bindings::rollback::RollbackPre;
use crate::bindings::rollout::RolloutPre;
use crate::cache::Cache;
use crate::compile::{CompileError, Compiler};
use crate::state::State;
use crate::trap::in_words;

/// A bundle to load: its bytes, which somebody has looked at, and what they are.
#[derive(Debug, Clone, Copy)]
pub struct Raw<'b> {
    /// The component.
    pub bytes: &'b [u8],
    /// The digest of exactly these bytes: what is compiled is kept under it.
    pub digest: Digest,
    /// Its kind.
    pub kind: PluginKind,
}

/// A plugin that is compiled and linked. Cheap to clone.
#[derive(Clone)]
pub struct Loaded {
    digest: Digest,
    pub(crate) pre: Arc<Pre>,
    /// Whether its calls were seen to burn CPU time.
    pub(crate) burns: Arc<AtomicBool>,
}

/// A linked plugin of any kind.
pub(crate) enum Pre {
    Check(CheckPre<State>),
    Rollback(RollbackPre<State>),
    Rollout(RolloutPre<State>),
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
    #[error("the plugin can't be compiled")]
    Compile(#[from] CompileError),
    /// It imports something that the host does not offer, or not in this form.
    #[error("the plugin does not fit this host: {0}")]
    Link(String),
}

/// What makes bundles into code.
pub(crate) struct Loader {
    engine: Engine,
    linker: Linker<State>,
    cache: Option<Cache>,
    compiler: Compiler,
    /// What is loaded and still held by somebody, so that the same bundle is linked once.
    held: Mutex<BTreeMap<Key, Weak<Pre>>>,
}

type Key = (Digest, PluginKind);

impl Loader {
    pub(crate) fn new(engine: Engine, linker: Linker<State>, cache: Option<Cache>, compiler: Compiler) -> Self {
        Self { engine, linker, cache, compiler, held: Mutex::default() }
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Loads bundles side by side, each one once. The results stand in the order of the bundles.
    pub(crate) fn load(&self, bundles: &[Raw<'_>]) -> Vec<Result<Loaded, LoadError>> {
        let different: BTreeMap<Key, &Raw<'_>> = bundles.iter().map(|raw| (raw.key(), raw)).collect();
        let different: Vec<_> = different.into_iter().collect();
        let loaded: BTreeMap<Key, _> = different.par_iter().map(|(key, raw)| (*key, self.one(raw))).collect();
        let result = |raw: &Raw<'_>| loaded.get(&raw.key()).cloned();
        bundles.iter().filter_map(result).collect()
    }

    fn one(&self, raw: &Raw<'_>) -> Result<Loaded, LoadError> {
        let held = self.held().get(&raw.key()).and_then(Weak::upgrade);
        if let Some(pre) = held {
            return Ok(Loaded { digest: raw.digest, pre, burns: Arc::default() });
        }
        let pre = Arc::new(self.linked(raw)?);
        let mut held = self.held();
        held.retain(|_, pre| pre.strong_count() > 0);
        held.insert(raw.key(), Arc::downgrade(&pre));
        Ok(Loaded { digest: raw.digest, pre, burns: Arc::default() })
    }

    fn linked(&self, raw: &Raw<'_>) -> Result<Pre, LoadError> {
        let component = self.component(raw)?;
        let link = |error: wasmtime::Error| LoadError::Link(in_words(&error));
        let pre = self.linker.instantiate_pre(&component).map_err(link)?;
        match raw.kind {
            PluginKind::Check => CheckPre::new(pre).map(Pre::Check).map_err(link),
            PluginKind::Rollback => RollbackPre::new(pre).map(Pre::Rollback).map_err(link),
            PluginKind::Rollout => RolloutPre::new(pre).map(Pre::Rollout).map_err(link),
        }
    }

    /// The component: as it was compiled before, where that can be proven, else compiled now.
    fn component(&self, raw: &Raw<'_>) -> Result<Component, LoadError> {
        if let Some(code) = self.cache.as_ref().and_then(|cache| cache.find(raw.digest)) {
            match code.load(&self.engine) {
                Ok(component) => return Ok(component),
                Err(error) => {
                    tracing::warn!(error = in_words(&error), "a compiled plugin can't be used, compiling it again");
                }
            }
        }
        let code = self.compiler.compile(&self.engine, raw.bytes)?;
        let component = code.load(&self.engine).map_err(|error| CompileError::Refused(in_words(&error)))?;
        if let Some(cache) = &self.cache {
            cache.keep(raw.digest, &code);
        }
        Ok(component)
    }

    /// Whoever panicked while holding it left a whole map behind.
    fn held(&self) -> MutexGuard<'_, BTreeMap<Key, Weak<Pre>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Raw<'_> {
    fn key(&self) -> Key {
        (self.digest, self.kind)
    }
}
