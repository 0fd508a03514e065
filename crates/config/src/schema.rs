//! The JSON Schema of the language, for editors.

use schemars::schema_for;
use serde_json::Value;

use crate::raw::Config;

/// The JSON Schema of a configuration file, made from the types that read it.
#[must_use]
pub fn schema() -> Value {
    let mut schema = schema_for!(Config);
    schema.insert("title".to_owned(), "weir.yaml".into());
    // The types leave it open so that its absence is reported together with everything else.
    schema.insert("required".to_owned(), vec!["weir"].into());
    schema.to_value()
}
