//! Reads a plan: text in, plan and problems out.
