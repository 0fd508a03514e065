use super::{Entry, definition};
use crate::config::Database;
use weir_model::catalog::Object;
use weir_model::error::Result;

/// Settings that belong to the data and travel with it.
const SETTINGS: [&str; 3] = ["user_version", "application_id", "encoding"];

/// Everything that is not a table.
pub(super) fn read(database: &Database, entries: &[Entry]) -> Result<Vec<Object>> {
    let mut objects: Vec<Object> = entries.iter().filter_map(object).collect();
    for name in SETTINGS {
        let sql = format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}");
        let value: String = database.value("read the settings of", &sql)?;
        objects.push(Object {
            kind: "setting".to_owned(),
            name: name.to_owned(),
            definition: definition(&value),
            carrier: false,
        });
    }
    Ok(objects)
}

fn object(entry: &Entry) -> Option<Object> {
    let is_statistics = entry.is_internal() && entry.name.starts_with("sqlite_stat");
    let (kind, carrier) = match entry.kind.as_str() {
        "table" if is_statistics => ("statistics", true),
        "index" => ("index", false),
        // Their bodies are free text, in which values may stand.
        "view" => ("view", true),
        "trigger" => ("trigger", true),
        _ => return None,
    };
    Some(Object {
        kind: kind.to_owned(),
        name: entry.name.clone(),
        definition: definition(&entry.sql),
        carrier,
    })
}
