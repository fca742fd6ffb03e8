//! Assessments as they are typed: the keys of a metric of an Argo `AnalysisTemplate`, but those that are the signal's.

use holdpoint_core::time::Span;

use crate::form::Table;
use crate::number::{Number, Whole};
use crate::raw::section;

section! {
    /// What is a success and what a failure, and how many of what are accepted. Needs one condition or both.
    "assess" Assess {
        /// When a number is a success. Without a failure condition every other number is a failure.
        optional success_condition: Table<Condition>,
        /// When a number is a failure, even where it is a success too. Without a success condition every other number is
        /// a success.
        optional failure_condition: Table<Condition>,
        /// After how many measurements it ends, errors not counted; 0: with the window.
        optional count: Whole = 0,
        /// How many failures are accepted; -1: any number.
        optional failure_limit: Whole = 0,
        /// Over which time failures count towards their limit. Default: the whole window.
        optional failure_window: Span,
        /// How many inconclusive measurements are accepted.
        optional inconclusive_limit: Whole = 0,
        /// How many errors in a row are accepted. A sample that is no number is an error.
        optional consecutive_error_limit: Whole = 4,
        /// How many successes in a row are enough; 0: however many, there must be all measurements.
        optional consecutive_success_limit: Whole = 0,
    }
}

section! {
    /// What a number is compared with. Exactly one of above, at-least, below, at-most, between and equals.
    "condition" Condition {
        /// Greater than this.
        optional above: Number,
        /// This or greater.
        optional at_least: Number,
        /// Less than this.
        optional below: Number,
        /// This or less.
        optional at_most: Number,
        /// From one number to another, both of which belong to it.
        optional between: Table<Range>,
        /// Exactly this.
        optional equals: Number,
    }
}

section! {
    /// From one number to another.
    "range" Range {
        /// The smallest.
        required low: Number,
        /// The greatest.
        required high: Number,
    }
}
