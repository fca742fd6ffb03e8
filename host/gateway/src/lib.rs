//! The one gateway for every byte that leaves.
