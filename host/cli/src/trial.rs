//! Plugins as their authors try them: fixtures, the world that they play, and what came of a call beside what should have.
//!
//! A fixture is read whole or not at all (`fixture`, `exchange`, `expected`). Its world (`staged`) stands in the place of
//! everything outside, behind the same gate as in life; what came of a call is put into the words of fixtures
//! (`observed`) and held against what was expected (`difference`).

pub(crate) mod account;
pub(crate) mod difference;
pub(crate) mod exchange;
pub(crate) mod expected;
pub(crate) mod fixture;
pub(crate) mod figures;
pub(crate) mod lines;
pub(crate) mod observed;
pub(crate) mod place;
pub(crate) mod player;
pub(crate) mod repeat;
pub(crate) mod sources;
mod staged;
pub(crate) mod subject;
pub(crate) mod told;
pub(crate) mod written;
