//! Statistics: what two runs of numbers say about each other, and how sure that is.
//!
//! Every method is from the literature and cites it. Nothing here draws a random number, reads a clock or panics: the
//! same numbers give the same judgement, on any machine. What isn't a finite number is refused when a
//! [`Sample`](sample::Sample) is made, so that nothing behind that door has to think of it.

pub mod sample;
pub mod normal;
pub mod rank;
pub mod mann_whitney;
pub mod shift;
pub mod effect;
pub mod outlier;
pub mod promise;
pub mod class;
pub mod dependence;
mod boundary;
pub mod differs;
pub mod sequential;
pub mod trend;
pub mod kayenta;
