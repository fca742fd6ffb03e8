//! Rules tried on numbers from a file: what is written, what it is judged by, and what is answered.
//!
//! A file holds cases; each has a rule and the numbers that it is tried on. Nothing here judges by itself: the judges are
//! the core's, the same that a window is judged by. Reading is strict: what means nothing is refused with its place, so
//! that no case passes for a reason that its author did not mean.

pub(crate) mod tree;
pub(crate) mod reader;
pub(crate) mod series;
pub(crate) mod case;
pub(crate) mod answer;
pub(crate) mod schema;
mod threshold;
mod differs;
mod sequential;
mod trend;
mod kayenta;
mod assess;
