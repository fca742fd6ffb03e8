//! Rehearsals: a scenario as the world that a run meets, and what came of it.

pub(crate) mod before;
pub(crate) mod cast;
pub(crate) mod outcome;
mod provider;
pub(crate) mod world;
