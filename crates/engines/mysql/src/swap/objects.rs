//! Views, triggers, routines and events, made and dropped in the live schema.

use crate::catalog::{ObjectKind, StoredObject};
use crate::config::{Server, identifier, literal, qualified};

/// The mode of sessions of ours.
const OWN_MODE: &str = "NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES";
/// What a session is set to again once objects were made with the settings of their own.
pub(crate) const OWN_SETTINGS: [&str; 2] = [
    "SET NAMES utf8mb4",
    "SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', time_zone = '+00:00'",
];

/// The statements that make an object in the session's default schema, in place of one of the same
/// name. Afterwards the session has the object's settings.
pub(crate) fn creation(object: &StoredObject, server: &Server) -> Vec<String> {
    let replaces = object.kind == ObjectKind::View
        || server.is_mariadb() && object.kind != ObjectKind::Trigger;
    let plain = object.create.strip_prefix("CREATE ");
    let plain = plain.filter(|rest| replaces && !rest.starts_with("OR REPLACE "));
    let create = match plain {
        Some(rest) => format!("CREATE OR REPLACE {rest}"),
        None => object.create.clone(),
    };
    let mut statements = Vec::new();
    // A trigger's name was freed before, and dropping what is not there takes time too.
    if !replaces && object.kind != ObjectKind::Trigger {
        let (keyword, name) = (object.kind.keyword(), identifier(&object.name));
        statements.push(format!("DROP {keyword} IF EXISTS {name}"));
    }
    if reads_otherwise(object) && server.is_mariadb() {
        // The text is handed over as what it is before the client is said to speak otherwise.
        statements.push(format!("SET @weir_statement = {}", literal(&create)));
        statements.push(settings(object, &object.character_set_client));
        statements.push("EXECUTE IMMEDIATE @weir_statement".to_owned());
        return statements;
    }
    let client = match reads_otherwise(object) {
        true => "utf8mb4",
        false => &object.character_set_client,
    };
    statements.extend([settings(object, client), create]);
    statements
}

/// Whether a server that takes the text, which is UTF-8, for the object's character set would make
/// something else of it.
fn reads_otherwise(object: &StoredObject) -> bool {
    !object.character_set_client.starts_with("utf8") && !object.create.is_ascii()
}

/// The statements that drop an object.
pub(crate) fn removal(schema: &str, kind: ObjectKind, name: &str) -> Vec<String> {
    let drop = format!(
        "DROP {} IF EXISTS {}",
        kind.keyword(),
        qualified(schema, name)
    );
    match kind {
        // Other modes do not know the word.
        ObjectKind::Package | ObjectKind::PackageBody => {
            let mode = "SET SESSION sql_mode = 'ORACLE'".to_owned();
            let back = OWN_SETTINGS.map(str::to_owned);
            [mode, drop].into_iter().chain(back).collect()
        }
        _ => vec![drop],
    }
}

/// Sets the session to what the text of an object is to be understood by.
fn settings(object: &StoredObject, client: &str) -> String {
    let or = |value: &str, other: &str| match value {
        "" => literal(other),
        value => literal(value),
    };
    // A view is printed the same whatever the mode was that it was made in.
    let mode = match object.kind {
        ObjectKind::View => OWN_MODE,
        _ => object.sql_mode.as_str(),
    };
    format!(
        "SET SESSION sql_mode = {}, character_set_client = {}, collation_connection = {}, time_zone = {}",
        literal(mode),
        or(client, "utf8mb4"),
        or(&object.collation_connection, "utf8mb4_general_ci"),
        or(&object.time_zone, "+00:00"),
    )
}

/// The same event, set to run: a copy being built has none that does.
pub(crate) fn enabled(event: &StoredObject) -> StoredObject {
    StoredObject {
        create: event
            .create
            .replacen("PRESERVE DISABLE ", "PRESERVE ENABLE ", 1)
            .replacen("PRESERVE DISABLE\n", "PRESERVE ENABLE\n", 1),
        ..event.clone()
    }
}

/// Whether an event is set to run.
pub(crate) fn is_enabled(event: &StoredObject) -> bool {
    let status = event.create.split_once("PRESERVE ").map(|(_, rest)| rest);
    status.is_some_and(|rest| rest.starts_with("ENABLE"))
}
