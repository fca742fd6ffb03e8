//! Assessments: a metric is measured so often, each measurement is a success, a failure or neither, and limits say what
//! they come to. A rule family for who comes from Argo Rollouts: its words, its defaults, its outcomes.
//!
//! [`Terms`](terms::Terms) are what an author writes, an [`Assessment`](assessment::Assessment) is what has been
//! checked, and [`Assessed`](progress::Assessed) goes from its start to its end as measurements arrive; several of them
//! together are [`Assessments`](several::Assessments). The same measurements have the same outcome as there, but for these differences, each on purpose:
//!
//! 1. **Stopped is not successful.** An assessment that is stopped before any success or failure was measured ends as
//!    inconclusive; there it is successful.
//! 2. **All inconclusive is not successful.** Measurements that were inconclusive throughout, each within its limit,
//!    end as inconclusive; there they are successful.
//! 3. **Conditions are required.** Terms without any are refused; there every number is then a success.
//! 4. **What is not a number is a class of its own**, an error, as missing data is. There, NaN compares as false: a
//!    failure, a success or inconclusive, by which conditions are given.
//! 5. **What is infinite is no number either**, and an error. There it is compared.
//! 6. **One order of severity**, within a metric and over several: failed, then error, then inconclusive. There, when
//!    one metric breaks several limits, error goes before inconclusive before failed.
//! 7. **Retries after errors** have a back-off and a budget, where they are set; there it is every 10 seconds, always.
//! 8. **Failures may be forgotten** after a failure window, where it is set; there each counts for ever.
//! 9. **Terms are refused** that could not be kept: a negative count, numbers beyond 32 bits, an interval or a pause of
//!    no length, a range without numbers.
//! 10. **Nothing measured is thrown away.** Measurements are the caller's to keep, all of them; there it is the last 10.
//! 11. **Dry runs delay nothing.** Several metrics have their outcome once those that count have ended; there, one that
//!     is a dry run without an end keeps it open.
//! 12. **What is under way is waited for**, when one metric ended badly and the others are stopped, unless it failed,
//!     which nothing outweighs. There, it is cut off.

pub mod condition;
pub mod terms;
pub mod flaw;
pub mod assessment;
pub mod reading;
pub mod counts;
pub mod standing;
mod weigh;
mod words;
pub mod progress;
pub mod overall;
pub mod several;

pub use weigh::Course;
