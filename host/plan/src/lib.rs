//! Reads a plan: text in, plan and problems out.
#![forbid(unsafe_code)]
