//! The sandbox: one engine, one linker, one gateway for the whole process.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use holdpoint_gateway::Gateway;
use tokio::sync::Semaphore;
use wasmtime::Engine;

use crate::cache::Cache;
use crate::compile::Compiler;
use crate::engine::{self, EngineError};
use crate::load::{LoadError, Loaded, Loader, Raw};
use crate::pace;
use crate::trap::in_words;

/// What a sandbox is started with.
pub struct Settings {
    /// Where compiled plugins are kept; absent: they are compiled anew each time.
    pub cache: Option<PathBuf>,
    /// Where plugins are compiled that the cache does not have.
    pub compiler: Compiler,
    /// The way out for every plugin.
    pub gateway: Gateway,
}

/// Why a sandbox could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The host's own interfaces can't be offered.
    #[error("could not offer the host's interfaces: {0}")]
    Linker(String),
}

/// Runs plugins. Cheap to clone; one for the process.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

struct Inner {
    loader: Loader,
    gateway: Gateway,
    /// Places in the pool. A call waits for one before its clock starts.
    places: Semaphore,
    /// Places for guests that burn CPU time.
    burners: Semaphore,
}

impl Sandbox {
    /// Starts a sandbox. Must be called within the runtime that it is used in.
    ///
    /// A compile cache that can't be used is told as a warning: plugins are then compiled each time.
    ///
    /// # Errors
    /// When the engine can't be started on this machine.
    pub fn new(settings: Settings) -> Result<Self, StartError> {
        let engine = engine::start()?;
        let linker = crate::import::linker(&engine).map_err(|error| StartError::Linker(in_words(&error)))?;
        let cache = settings.cache.and_then(|folder| {
            let opened = Cache::open(&folder, &engine);
            opened
                .inspect_err(|error: &io::Error| {
                    tracing::warn!(folder = %folder.display(), %error, "compiled plugins can't be kept");
                })
                .ok()
        });
        let places = Semaphore::new(engine::PLACES as usize);
        let loader = Loader::new(engine, linker, cache, settings.compiler);
        Ok(Self { inner: Arc::new(Inner { loader, gateway: settings.gateway, places, burners: pace::burners() }) })
    }

    /// Loads bundles, several at a time and each one once. The results stand in the order of the bundles. Compiling
    /// keeps the thread busy: about a tenth of a second a megabyte, where the cache has nothing.
    pub fn load(&self, bundles: &[Raw<'_>]) -> Vec<Result<Loaded, LoadError>> {
        self.inner.loader.load(bundles)
    }

    pub(crate) fn engine(&self) -> &Engine {
        self.inner.loader.engine()
    }

    pub(crate) fn gateway(&self) -> &Gateway {
        &self.inner.gateway
    }

    pub(crate) fn burners(&self) -> &Semaphore {
        &self.inner.burners
    }

    pub(crate) fn places(&self) -> &Semaphore {
        &self.inner.places
    }
}
