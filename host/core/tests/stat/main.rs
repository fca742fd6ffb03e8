//! The judges held against published numbers, laws, and noise.

mod differs;
mod kayenta;
mod laws;
mod noise;
mod normal;
mod rank;
mod table;
mod watch;
