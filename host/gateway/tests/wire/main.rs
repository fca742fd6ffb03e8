//! The gateway against real sockets on loopback: what goes over the wire, what comes back, what never leaves.

mod house;
mod net;
mod request;
