//! Canary stages end to end: the built program shifts the traffic of a real shop share by share, and takes it back.

mod crowd;
mod stages;
