//! The example target: a small shop in two versions behind a blue/green switch.
#![forbid(unsafe_code)]
