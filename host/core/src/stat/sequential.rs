//! Sequential judges: comparisons that may be looked at after every sample and still hold their promised error rate.
//!
//! A test that is made for one look raises a false alarm sooner or later when it is looked at again and again
//! (Armitage and others, "Repeated significance tests on accumulating data", JRSS A 132, 1969). These judges
//! keep an *e-value* instead: what a fair bet against "no difference" would have made of a stake of one. While nothing
//! has changed it reaches 1 / α at any time, ever, with a probability of at most α (Ville 1939; Ramdas, Grünwald, Vovk
//! and Shafer, "Game-theoretic statistics and safe anytime-valid inference", Statistical Science 38, 2023). So a window
//! may be watched for as long as one likes and stopped whenever the answer is clear.
//!
//! [`Mean`](mean::Mean) and [`MeanPair`](mean_pair::MeanPair) compare measured values with a constant, a baseline or a
//! cohort at the same moment; [`Share`](share::Share), [`ShareAfter`](share_after::ShareAfter) and
//! [`SharePair`](share_pair::SharePair) compare events in requests. All of them estimate how far the points depend on
//! each other and pay for it.

pub mod design;
pub mod judgement;
pub mod tally;
mod memory;
pub(super) mod normal_mixture;
mod ratio_mixture;
mod beta;
mod two_shares;
pub mod mean;
pub mod mean_pair;
pub mod share;
pub mod share_after;
pub mod share_pair;
