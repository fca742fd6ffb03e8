//! The shelf: where the evidence of calls and the bodies that it names are kept.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use holdpoint_core::id::Digest;
use holdpoint_journal::{Blobs, SMALL};

/// Where evidence goes. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) enum Shelf {
    /// Safe on disk: large pieces in files of their own at once, small ones with the entry that names them.
    Kept(Blobs, Counter),
    /// In memory.
    Played(Arc<Mutex<BTreeMap<Digest, Bytes>>>),
}

/// Where small pieces lie until they are written down with the next entries, which are those that name them or earlier
/// ones.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counter(Arc<Mutex<Vec<(Digest, Bytes)>>>);

impl Counter {
    /// Takes everything that lies there.
    pub(crate) fn clear(&self) -> Vec<(Digest, Bytes)> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn lay(&self, pieces: Vec<(Digest, Bytes)>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(pieces);
    }
}

impl Shelf {
    /// Keeps the evidence of a call and the bodies that it names.
    pub(crate) async fn keep(self, evidence: Vec<u8>, bodies: Vec<(Digest, Bytes)>) -> Result<(), String> {
        match self {
            Self::Kept(blobs, counter) => {
                let evidence = (Digest::of(&evidence), Bytes::from(evidence));
                let pieces = bodies.into_iter().chain([evidence]);
                let (small, large): (Vec<_>, Vec<_>) = pieces.partition(|(_, piece)| piece.len() <= SMALL);
                on_disk(blobs, large).await?;
                counter.lay(small);
                Ok(())
            }
            Self::Played(all) => {
                let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
                all.extend(bodies);
                all.insert(Digest::of(&evidence), Bytes::from(evidence));
                Ok(())
            }
        }
    }
}

async fn on_disk(blobs: Blobs, pieces: Vec<(Digest, Bytes)>) -> Result<(), String> {
    if pieces.is_empty() {
        return Ok(());
    }
    let kept = tokio::task::spawn_blocking(move || {
        let mut kept = pieces.iter().map(|(_, piece)| blobs.put(piece).map(|_| ()));
        kept.try_for_each(|kept| kept).map_err(|error| format!("evidence could not be kept: {error}"))
    });
    kept.await.unwrap_or_else(|crash| Err(format!("evidence could not be kept: {crash}")))
}
