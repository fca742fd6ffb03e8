//! The manifest: the custom section `holdpoint:manifest`, one JSON object.
//!
//! ```json
//! {"manifest": 1, "name": "http", "version": "0.1.0", "kind": "check", "summary": "…", "docs": "…",
//!  "requests": [{"import": "http", "methods": ["GET"], "why": "…"},
//!               {"import": "net", "operations": ["connect"], "why": "…"}],
//!  "limits": {"memory": 134217728}, "settings": {}, "license": "Apache-2.0"}
//! ```
//! `limits` and `license` may be left out. `settings` is a JSON Schema. Keys that format 1 does not know are refused:
//! a misspelt request would be no request.

use std::collections::BTreeSet;

use holdpoint_core::manifest::{Manifest, PluginKind, Request};
use holdpoint_core::name::{NotAName, PluginName};
use holdpoint_core::plan::grant::{Method, NetOperation};
use holdpoint_core::plan::limit::Bytes;
use semver::Version;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The name of the custom section.
pub const SECTION: &str = "holdpoint:manifest";

/// The version of the manifest's format that this host reads.
pub const FORMAT: u64 = 1;

/// Why a component has no usable manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// There is none.
    #[error(
        "the component has no manifest; append one as the custom section {SECTION:?}, \
         which the plugin's build tools do from plugin.toml"
    )]
    Missing,
    /// There are several.
    #[error("the component has {count} manifests; exactly one custom section {SECTION:?} is wanted")]
    Doubled {
        /// How many.
        count: usize,
    },
    /// It is not the JSON that it should be.
    #[error("the manifest can't be understood: {why}")]
    Malformed {
        /// Where and why, as the JSON reader says it.
        why: String,
    },
    /// Its format is another.
    #[error(
        "the manifest is of format {found}, this host reads format {FORMAT}; update the host or rebuild the plugin"
    )]
    UnknownFormat {
        /// The format.
        found: u64,
    },
    /// The plugin's name can't be used.
    #[error("the manifest's `name` can't be used")]
    Name(#[source] NotAName),
    /// A request asks for nothing.
    #[error("request {number} of the manifest asks for nothing: `{key}` is empty; name what is needed or drop it")]
    EmptyRequest {
        /// Which, from 1.
        number: usize,
        /// The empty list.
        key: &'static str,
    },
}

/// The manifest as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(rename = "manifest")]
    _format: u64,
    name: String,
    version: Version,
    kind: PluginKind,
    summary: String,
    docs: String,
    requests: Vec<WrittenRequest>,
    #[serde(default)]
    limits: WrittenLimits,
    settings: Map<String, Value>,
    #[serde(default, rename = "license")]
    _license: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "import", rename_all = "kebab-case", deny_unknown_fields)]
enum WrittenRequest {
    Http { methods: BTreeSet<Method>, why: String },
    Net { operations: BTreeSet<NetOperation>, why: String },
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenLimits {
    memory: Option<u64>,
}

/// The one key that every format has.
#[derive(Deserialize)]
struct AnyFormat {
    manifest: u64,
}

/// Reads the one manifest among these sections.
pub(crate) fn read(sections: &[&[u8]]) -> Result<Manifest, ManifestError> {
    let text = match sections {
        [] => return Err(ManifestError::Missing),
        [text] => *text,
        several => return Err(ManifestError::Doubled { count: several.len() }),
    };
    let format: AnyFormat = serde_json::from_slice(text).map_err(|error| malformed(&error))?;
    if format.manifest != FORMAT {
        return Err(ManifestError::UnknownFormat { found: format.manifest });
    }
    let written: Written = serde_json::from_slice(text).map_err(|error| malformed(&error))?;
    PluginName::parse(&written.name).map_err(ManifestError::Name)?;
    let requests = written.requests.into_iter().zip(1..).map(|(request, number)| asked(request, number));
    Ok(Manifest {
        name: written.name,
        version: written.version,
        kind: written.kind,
        summary: written.summary,
        docs: written.docs,
        requests: requests.collect::<Result<_, _>>()?,
        memory: written.limits.memory.map(Bytes),
        settings: Value::Object(written.settings).to_string(),
    })
}

fn asked(request: WrittenRequest, number: usize) -> Result<Request, ManifestError> {
    match request {
        WrittenRequest::Http { methods, .. } if methods.is_empty() => {
            Err(ManifestError::EmptyRequest { number, key: "methods" })
        }
        WrittenRequest::Net { operations, .. } if operations.is_empty() => {
            Err(ManifestError::EmptyRequest { number, key: "operations" })
        }
        WrittenRequest::Http { methods, why } => Ok(Request::Http { methods, why }),
        WrittenRequest::Net { operations, why } => Ok(Request::Net { operations, why }),
    }
}

fn malformed(error: &serde_json::Error) -> ManifestError {
    ManifestError::Malformed { why: error.to_string().escape_debug().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r##"{"manifest": 1, "name": "web", "version": "1.2.3", "kind": "check", "summary": "Looks.",
        "docs": "# Web", "requests": [
            {"import": "http", "methods": ["GET", "POST"], "why": "to look"},
            {"import": "net", "operations": ["inspect-tls"], "why": "to see"}],
        "limits": {"memory": 1024}, "settings": {"type": "object"}, "license": "Apache-2.0"}"##;

    fn said(text: &str) -> Result<Manifest, String> {
        read(&[text.as_bytes()]).map_err(|error| error.to_string())
    }

    #[test]
    fn a_whole_manifest_is_read_as_it_was_written() {
        let manifest = said(WHOLE).unwrap();

        assert_eq!((manifest.name.as_str(), manifest.kind), ("web", PluginKind::Check));
        assert_eq!(manifest.version, Version::new(1, 2, 3));
        assert_eq!(manifest.memory, Some(Bytes(1024)));
        assert_eq!(manifest.settings, r#"{"type":"object"}"#);
        let get_and_post = ["GET", "POST"].into_iter().map(|m| Method::parse(m).unwrap()).collect();
        let tls = BTreeSet::from([NetOperation::InspectTls]);
        let wanted = [
            Request::Http { methods: get_and_post, why: "to look".to_owned() },
            Request::Net { operations: tls, why: "to see".to_owned() },
        ];
        assert_eq!(manifest.requests, wanted);
    }

    #[test]
    fn a_component_without_a_manifest_is_refused() {
        assert_eq!(read(&[]), Err(ManifestError::Missing));
    }

    #[test]
    fn two_manifests_are_refused_even_when_they_are_the_same() {
        assert_eq!(read(&[WHOLE.as_bytes(), WHOLE.as_bytes()]), Err(ManifestError::Doubled { count: 2 }));
    }

    #[test]
    fn a_misspelt_key_is_refused_by_its_name() {
        let error = said(&WHOLE.replace("\"limits\"", "\"limit\"")).unwrap_err();
        assert!(error.contains("unknown field `limit`"), "{error}");
    }

    #[test]
    fn a_misspelt_key_of_a_request_is_refused_by_its_name() {
        let error = said(&WHOLE.replace("\"operations\"", "\"ops\"")).unwrap_err();
        assert!(error.contains("unknown field `ops`"), "{error}");
    }

    #[test]
    fn a_later_format_is_told_from_a_damaged_manifest() {
        assert_eq!(read(&[br#"{"manifest": 2, "new": true}"#]), Err(ManifestError::UnknownFormat { found: 2 }));
    }

    #[test]
    fn a_manifest_that_is_not_json_is_refused_with_its_place() {
        let error = said("{\"manifest\": 1,").unwrap_err();
        assert!(error.contains("line 1"), "{error}");
    }

    #[test]
    fn a_method_that_no_grant_could_name_is_refused() {
        let error = said(&WHOLE.replace("\"GET\"", "\"get\"")).unwrap_err();
        assert!(error.contains("capital letters"), "{error}");
    }

    #[test]
    fn a_request_for_nothing_is_refused() {
        let error = read(&[WHOLE.replace("[\"inspect-tls\"]", "[]").as_bytes()]).unwrap_err();
        assert_eq!(error, ManifestError::EmptyRequest { number: 2, key: "operations" });
    }

    #[test]
    fn a_name_with_a_path_in_it_is_refused() {
        let error = read(&[WHOLE.replace("\"web\"", "\"../web\"").as_bytes()]).unwrap_err();
        assert!(matches!(error, ManifestError::Name(NotAName::NotKebab(_))), "{error}");
    }

    #[test]
    fn settings_that_are_not_a_schema_object_are_refused() {
        assert!(said(&WHOLE.replace(r#"{"type": "object"}"#, "true")).is_err());
    }
}
