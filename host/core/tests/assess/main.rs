//! Assessments: each outcome as a case derived by hand, the declared differences, and the rules stated a second time.

mod table;
mod refused;
mod due;
mod words;
mod restated;
mod laws;
mod several;
