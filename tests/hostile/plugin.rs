//! Plugin against host.

mod endless;
mod memory;
mod stack;

use crate::trial::Row;

/// All rows of this half.
pub(crate) fn rows() -> Vec<Row> {
    vec![endless::ROW, memory::BOMBS, memory::TABLES, stack::ROW]
}
