//! The release's facts as they are typed, in the plan's `[release]` or in a release file.

use holdpoint_core::release::{ChangeKind, Strategy};

use crate::form::{Text, Texts};
use crate::raw::section;

section! {
    /// What was deployed.
    "release" Release {
        /// The service that was deployed.
        optional service: Text,
        /// The environment that it was deployed to. Binds the endpoints.
        optional environment: Text,
        /// The version that was deployed.
        optional version: Text,
        /// The version that ran before.
        optional previous_version: Text,
        /// The artifact as a package URL with a digest.
        optional artifact: Text,
        /// The source revision.
        optional revision: Text,
        /// What kind of change it is. Decides how long it is watched.
        optional change: ChangeKind = ChangeKind::Feature,
        /// How it was rolled out.
        optional strategy: Strategy = Strategy::Rolling,
        /// Other facts, as texts.
        optional labels: Texts,
    }
}
