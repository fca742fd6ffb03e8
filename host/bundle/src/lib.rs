//! Plugins as shipped: fetch, look inside, lock.
