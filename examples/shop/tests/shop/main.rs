//! The shop over real HTTP: buying, faults, switching, shares, metrics, and the program itself.

mod browser;
mod buying;
mod faults;
mod measuring;
mod passing_on;
mod program;
mod sharing;
mod switching;
