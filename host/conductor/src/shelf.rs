//! The shelf: where the evidence of calls and the bodies that it names are kept.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use holdpoint_core::id::Digest;
use holdpoint_journal::Blobs;

/// Where evidence goes. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) enum Shelf {
    /// Beside the journal, safe on disk.
    Kept(Blobs),
    /// In memory.
    Played(Arc<Mutex<BTreeMap<Digest, Bytes>>>),
}

impl Shelf {
    /// Keeps the evidence of a call and the bodies that it names.
    pub(crate) async fn keep(self, evidence: Vec<u8>, bodies: Vec<(Digest, Bytes)>) -> Result<(), String> {
        match self {
            Self::Kept(blobs) => on_disk(blobs, evidence, bodies).await,
            Self::Played(all) => {
                let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
                all.extend(bodies);
                all.insert(Digest::of(&evidence), Bytes::from(evidence));
                Ok(())
            }
        }
    }
}

async fn on_disk(blobs: Blobs, evidence: Vec<u8>, bodies: Vec<(Digest, Bytes)>) -> Result<(), String> {
    let kept = tokio::task::spawn_blocking(move || {
        for (_, body) in &bodies {
            blobs.put(body).map_err(|error| format!("a body could not be kept as evidence: {error}"))?;
        }
        blobs.put(&evidence).map(|_| ()).map_err(|error| format!("the evidence could not be kept: {error}"))
    });
    kept.await.unwrap_or_else(|crash| Err(format!("the evidence could not be kept: {crash}")))
}
