//! Plugins as shipped: fetch, look inside, lock.
#![forbid(unsafe_code)]
