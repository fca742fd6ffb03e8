//! Plugin against host.

mod artifact;
mod compile;
mod crash;
mod crowd;
mod damaged;
mod draft;
mod endless;
mod flood;
mod grants;
mod liar;
mod memory;
mod parked;
mod stack;
mod secret;
mod slow;
mod state;
mod system;
mod verdict;
mod world;

use crate::trial::Row;

/// All rows of this half.
pub(crate) fn rows() -> Vec<Row> {
    vec![
        endless::ROW,
        memory::BOMBS,
        memory::TABLES,
        stack::ROW,
        verdict::HUGE,
        flood::LOG,
        flood::CALLS,
        parked::ROW,
        slow::ROW,
        crowd::ROW,
        secret::ROW,
        liar::ROW,
        verdict::ODD,
        state::ROW,
        draft::ROW,
        damaged::ROW,
        grants::ROW,
        compile::ROW,
        system::ROW,
        world::ROW,
        crash::ROW,
        artifact::ROW,
    ]
}
