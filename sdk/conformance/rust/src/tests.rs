//! What only this plugin promises: its schema is the one of its settings.

use crate::settings::Settings;

#[test]
fn the_committed_schema_is_the_settings_own() {
    holdpoint_sdk::testing::assert_schema::<Settings>("settings.schema.json");
}
