//! Secrets as they are typed.

use holdpoint_core::name::EndpointName;

use crate::form::Text;
use crate::raw::section;
use crate::word::{HeaderWord, Program, UsedAs};

section! {
    /// A secret: where its value is read when a run starts, and how it gets to the one endpoint that it is for. No plugin
    /// ever holds it.
    "secret" Secret {
        /// The environment variable that holds the value.
        optional variable: Text,
        /// The file that holds the value, relative to the plan. Others than its owner and group may not read it; line
        /// ends at its end are left out.
        optional file: Text,
        /// A program and its arguments, whose standard output is the value; line ends at its end are left out. It is
        /// started without a shell, in the plan's folder, when a run starts.
        optional command: Program,
        /// The endpoint whose requests get it.
        required endpoint: EndpointName,
        /// The header that carries it. Plugins can't write it themselves then.
        optional header: HeaderWord,
        /// The header's text, with {} in the place of the value. Default: "{}".
        optional text: Text,
        /// The parameter of the query that carries it. Plugins can't write it themselves then.
        optional query: Text,
        /// What carries it instead of a header or a parameter: "placeholder" fills {{secret:NAME}} in the body and the
        /// query of requests; "client-certificate" shows it in TLS handshakes, a certificate chain and its key in PEM.
        optional used_as: UsedAs,
    }
}
