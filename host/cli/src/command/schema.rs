//! `holdpoint schema`: the JSON Schema of what people write.

use crate::arguments::{Schema, Schemas};
use crate::exit::Exit;
use crate::judge;
use crate::output;

/// Prints the schema.
pub(crate) fn schema(asked: &Schema) -> Exit {
    let schema = match asked.of {
        Schemas::Plan => holdpoint_plan::schema::plan(),
        Schemas::Policy => holdpoint_plan::schema::policy(),
        Schemas::Release => holdpoint_plan::schema::release(),
        Schemas::Scenario => holdpoint_plan::schema::scenario(),
        Schemas::Judge => judge::schema::cases(),
    };
    output::line(&format!("{schema:#}"));
    Exit::Done
}
