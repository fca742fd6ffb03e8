//! Carries a run out: write, think, write, do.
