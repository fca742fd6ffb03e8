//! One bundle: its bytes, and what they say of themselves.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use holdpoint_core::id::Digest;
use holdpoint_core::manifest::{Manifest, PluginKind};
use holdpoint_core::plan::limit::Bytes;

use crate::manifest::{ManifestError, read};
use crate::shape::{Shape, ShapeError};

/// A plugin as shipped, looked at and found fit to be loaded.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// The whole component.
    pub bytes: Vec<u8>,
    /// The digest of [`Bundle::bytes`]: the bundle's identity.
    pub digest: Digest,
    /// What it says of itself.
    pub manifest: Manifest,
    /// What it was built against.
    pub shape: Shape,
}

/// Why a file is not a bundle.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file could not be read.
    #[error("could not read the plugin {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file was read and is not what it should be.
    #[error("{} is not a plugin that can be used", path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: BundleError,
    },
}

/// Why some bytes are not a bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// They are not a component for one of our worlds.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The manifest is missing or wrong.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The manifest says one kind, the exports another.
    #[error(
        "the manifest says kind {said:?}, but the component exports the interface {exported}; \
         mend `kind` in the manifest or build for the other world"
    )]
    Disagree {
        /// What the manifest says.
        said: &'static str,
        /// What is exported.
        exported: &'static str,
    },
}

impl Bundle {
    /// Reads a file of at most `cap` as a bundle.
    ///
    /// # Errors
    /// When it can't be read, or is not a component for one of our worlds with a manifest that agrees.
    pub fn open(path: &Path, cap: Bytes) -> Result<Self, OpenError> {
        let bytes = read_capped(path, cap).map_err(|source| OpenError::Read { path: path.to_owned(), source })?;
        Self::from_bytes(bytes, cap).map_err(|source| OpenError::Unfit { path: path.to_owned(), source })
    }

    /// Takes at most `cap` bytes as a bundle.
    ///
    /// # Errors
    /// When they are not a component for one of our worlds with a manifest that agrees.
    pub fn from_bytes(bytes: Vec<u8>, cap: Bytes) -> Result<Self, BundleError> {
        let (shape, sections) = Shape::of(&bytes, cap)?;
        let manifest = read(&sections)?;
        if manifest.kind != shape.kind {
            let (said, exported) = (word(manifest.kind), shape.kind_interface());
            return Err(BundleError::Disagree { said, exported });
        }
        let digest = Digest::of(&bytes);
        Ok(Self { bytes, digest, manifest, shape })
    }
}

fn word(kind: PluginKind) -> &'static str {
    match kind {
        PluginKind::Check => "check",
        PluginKind::Rollback => "rollback",
        PluginKind::Rollout => "rollout",
    }
}

/// Reads one byte more than `cap` at most: enough to tell that a file is too large without holding it.
fn read_capped(path: &Path, cap: Bytes) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let expected = file.metadata()?.len().min(cap.0);
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0).saturating_add(1));
    file.take(cap.0.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}
