//! The sequential judges, the dependence they pay for, and trends: held against noise, laws and published numbers.

mod noise;
mod stream;
mod promise;
mod figures;
mod laws;
mod reference;
