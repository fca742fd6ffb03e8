//! Locks that a panic elsewhere doesn't close for good.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks, also after another holder panicked: each change made under our locks is complete by itself.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
