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
    let schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<S>();
    let mut derived = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    derived.push('\n');
    let path = env::var("CARGO_MANIFEST_DIR").map_or_else(|_| file.as_ref().into(), |dir| Path::new(&dir).join(&file));
    if env::var_os("HOLDPOINT_BLESS").is_some_and(|bless| bless == "1") {
        fs::write(&path, derived).unwrap_or_else(|error| panic!("could not write {}: {error}", path.display()));
        return;
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == derived,
        "{} is not the schema of the settings type; write it anew with HOLDPOINT_BLESS=1 and look at the difference",
        path.display()
    );
}
