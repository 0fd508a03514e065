//! Grants: those to roles that are here.

use super::plan::Plan;
use crate::config::Session;
use crate::dump::archive::Entry;
use weir_model::error::Result;

/// Runs the statements of an entry, but for those that name a role that is not here, or that only
/// somebody else may give.
pub(super) async fn grant(session: &Session, plan: &Plan, entry: &Entry) -> Result<()> {
    let Some(text) = entry.definition.as_ref().and_then(|text| text.as_str()) else {
        return Ok(());
    };
    let mut left_out = false;
    for statement in statements(text) {
        if plan.is_stripped_grant(statement) {
            left_out = true;
            continue;
        }
        let what = format!("{} of", super::objects::named(entry));
        if let Err(error) = session.run(&what, statement).await {
            if !plan.is_stripped {
                return Err(error);
            }
            left_out = true;
        }
    }
    if left_out {
        // A statement left out may stand between two that change who runs them.
        session
            .run("end the grants of", "RESET SESSION AUTHORIZATION")
            .await?;
    }
    Ok(())
}

/// The statements of an entry: `pg_dump` ends each with its line.
pub(super) fn statements(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(";\n")
        .filter(|statement| !statement.trim().is_empty())
}
