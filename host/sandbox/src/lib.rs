//! Runs plugins: the only crate that knows the component engine.
