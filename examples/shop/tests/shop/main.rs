//! The shop over real HTTP: buying, faults, switching, metrics, and the program itself.

mod browser;
mod buying;
mod faults;
mod measuring;
mod passing_on;
mod program;
mod switching;
