//! Secrets as they are typed.

use holdpoint_core::name::EndpointName;

use crate::form::Text;
use crate::raw::section;
use crate::word::HeaderWord;

section! {
    /// A secret: where its value is read when a run starts, and the one header of the one endpoint that it goes into. No
    /// plugin ever holds it.
    "secret" Secret {
        /// The environment variable that holds the value.
        optional variable: Text,
        /// The file that holds the value, relative to the plan. Others than its owner and group may not read it; line
        /// ends at its end are left out.
        optional file: Text,
        /// The endpoint whose requests get it.
        required endpoint: EndpointName,
        /// The header that carries it. Plugins can't write it themselves then.
        required header: HeaderWord,
        /// The header's text, with {} in the place of the value.
        optional text: Text = "{}",
    }
}
