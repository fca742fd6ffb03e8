//! What every plugin's tests need beside the fake host: that what is shipped is what the code says.

use std::path::Path;
use std::{env, fs};

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

/// Asserts that the schema in a file, beside the plugin's `Cargo.toml`, is the one of its settings type.
///
/// With `HOLDPOINT_BLESS=1` in the environment the file is written instead.
///
/// # Panics
/// When they differ, or the file can't be read or written.
#[track_caller]
pub fn assert_schema<S: JsonSchema>(file: impl AsRef<Path>) {
    let path = env::var("CARGO_MANIFEST_DIR").map_or_else(|_| file.as_ref().into(), |dir| Path::new(&dir).join(&file));
    if env::var_os("HOLDPOINT_BLESS").is_some_and(|bless| bless == "1") {
        let written = fs::write(&path, schema_of::<S>());
        return written.unwrap_or_else(|error| panic!("could not write {}: {error}", path.display()));
    }
    assert!(
        is_schema_of::<S>(&fs::read_to_string(&path).unwrap_or_default()),
        "{} is not the schema of the settings type; write it anew with HOLDPOINT_BLESS=1 and look at the difference",
        path.display()
    );
}

fn is_schema_of<S: JsonSchema>(committed: &str) -> bool {
    committed == schema_of::<S>()
}

fn schema_of<S: JsonSchema>() -> String {
    let schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<S>();
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(JsonSchema)]
    #[schemars(rename = "Settings")]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Before {
        url: String,
    }

    #[derive(JsonSchema)]
    #[schemars(rename = "Settings")]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct After {
        /// Where to.
        url: String,
    }

    #[test]
    fn a_schema_that_lags_behind_by_a_sentence_is_noticed() {
        let committed = schema_of::<Before>();

        assert!(is_schema_of::<Before>(&committed));
        assert!(!is_schema_of::<After>(&committed));
    }

    #[test]
    fn a_schema_that_is_missing_is_noticed() {
        assert!(!is_schema_of::<Before>(""));
    }
}
