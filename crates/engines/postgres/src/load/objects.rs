//! Making what an entry defines, and giving it to its owner.

use super::plan::Plan;
use crate::config::{Session, identifier};
use crate::dump::archive::Entry;
use weir_model::error::{Error, Kind, Result};

/// Makes one object.
pub(super) async fn make(session: &Session, plan: &Plan, entry: &Entry) -> Result<()> {
    let Some(definition) = entry.definition.as_ref().filter(|text| !text.is_empty()) else {
        return Ok(());
    };
    let Some(definition) = definition.as_str() else {
        return Err(not_text(entry));
    };
    match define(session, plan, entry, definition).await {
        Ok(()) => give(session, plan, entry).await,
        Err(error) if is_harmless(entry, &error) => {
            session
                .context
                .note(format!("{} was left out: {}", named(entry), error.cause()));
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// Runs a statement that makes an object, or a step of it.
pub(super) async fn define(
    session: &Session,
    plan: &Plan,
    entry: &Entry,
    statement: &str,
) -> Result<()> {
    let mut sql = String::new();
    for (setting, value) in settings(entry, plan) {
        sql.push_str(&format!("SET {setting} = {value};\n"));
    }
    sql.push_str(statement);
    session
        .run(&format!("make {} in", named(entry)), &sql)
        .await
}

/// Gives an object to its owner, where somebody else than whoever made it is to have it.
async fn give(session: &Session, plan: &Plan, entry: &Entry) -> Result<()> {
    let Some(owner) = entry.owner.as_ref().and_then(|owner| owner.as_str()) else {
        return Ok(());
    };
    let owner = match plan.owners.get(owner) {
        Some(instead) => instead.as_deref(),
        None => Some(owner),
    };
    let Some(statement) = owner.and_then(|owner| entry.owner_statement(owner)) else {
        return Ok(());
    };
    session
        .run(&format!("give {} its owner in", named(entry)), &statement)
        .await
}

/// Where and how a table is kept: by its own word, or as the database does it.
fn settings(entry: &Entry, plan: &Plan) -> Vec<(&'static str, String)> {
    let mut settings = Vec::new();
    let text = |text: &Option<crate::dump::archive::Text>| {
        text.as_ref()
            .map(ToString::to_string)
            .filter(|text| !text.is_empty())
    };
    if let Some(tablespace) = text(&entry.tablespace) {
        let there = plan.tablespaces.contains(&tablespace);
        let value = if there {
            identifier(&tablespace)
        } else {
            "''".to_owned()
        };
        settings.push(("default_tablespace", value));
    } else if entry.tablespace.is_some() {
        settings.push(("default_tablespace", "''".to_owned()));
    }
    if let Some(method) = text(&entry.table_access_method) {
        settings.push(("default_table_access_method", identifier(&method)));
    }
    settings
}

/// Failures that leave nothing out that an application could miss, each with why.
fn is_harmless(entry: &Entry, error: &Error) -> bool {
    let tagged = |prefix: &[u8]| {
        let tag = entry.tag.as_ref();
        tag.is_some_and(|tag| tag.as_bytes().starts_with(prefix))
    };
    // Extensions that come with the server belong to whoever installed it; their comment is theirs.
    entry.is("COMMENT") && tagged(b"EXTENSION ") && error.cause().contains("must be owner of")
}

/// An entry as it is called in messages.
pub(super) fn named(entry: &Entry) -> String {
    let tag = entry
        .tag
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    format!("{} {tag}", entry.description)
}

fn not_text(entry: &Entry) -> Error {
    Error::new(
        Kind::Unsupported,
        format!("make {}", named(entry)),
        "its definition is not in UTF-8",
    )
    .hint("dump with pg_dump --encoding=UTF8")
}
