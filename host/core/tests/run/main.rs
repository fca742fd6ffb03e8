//! Runs, from their first event to their end: each decision rule as readable cases, and the laws over all of them.

#![expect(clippy::wildcard_enum_match_arm, reason = "a case picks the commands that it looks at")]

mod scene;
mod watching;

mod gates;
mod retries;
mod people;
mod rollback;
mod stages;
mod order;
mod left_behind;
mod windows;
mod assessed;
mod shares;
mod past;
mod causes;
mod many;
mod evidence;
mod wrong_reasons;
mod vigil;
