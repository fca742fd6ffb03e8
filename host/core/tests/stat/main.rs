//! The judges held against published numbers, laws, and noise.

mod kayenta;
mod laws;
mod normal;
mod rank;
