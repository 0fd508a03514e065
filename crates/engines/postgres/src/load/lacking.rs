//! Extensions and tablespaces that the backup names: looked at before anything is made.

use super::plan::Plan;
use crate::config::{Address, Session};
use std::collections::BTreeSet;
use weir_engine::{Context, MissingExtensions, MissingTablespaces};
use weir_model::error::{Error, Kind, Result};

/// Fails for extensions that the server lacks, or leaves them out, as the policy says.
pub(super) async fn extensions(
    session: &Session,
    address: &Address,
    plan: &mut Plan,
    context: &Context,
) -> Result<()> {
    let sql = "SELECT name::text FROM pg_catalog.pg_available_extensions";
    let available = names(session, sql).await?;
    let entries = plan.archive.entries.iter();
    let missing: BTreeSet<String> = entries
        .filter(|entry| entry.is("EXTENSION"))
        .filter_map(|entry| entry.tag.as_ref().map(ToString::to_string))
        .filter(|name| !available.contains(name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let named = listed(&missing);
    if address.policy.missing_extensions == MissingExtensions::Fail {
        return Err(refused(
            session,
            &format!("the server has no extension {named}"),
        )
        .hint(
            "install it on the server (a package named like postgresql-15-NAME, or postgresql-contrib); \
             where nothing needs it, `missing: {extensions: leave-out}` of the app goes on without",
        ));
    }
    context.warn(format!(
        "extensions of the backup are not on this server and are left out: {named}. What needs one fails \
         the restore, and a function that needs one fails when it is called. To have them: install them \
         on the server"
    ));
    plan.leave_out(|entry| {
        let tag = entry.tag.as_ref().map(ToString::to_string);
        entry.is("EXTENSION") && tag.is_some_and(|tag| missing.contains(&tag))
    });
    Ok(())
}

/// Tells the tablespaces that the server lacks, or fails for them, as the policy says.
pub(super) async fn tablespaces(
    session: &Session,
    address: &Address,
    plan: &mut Plan,
    context: &Context,
) -> Result<()> {
    let sql = "SELECT spcname::text FROM pg_catalog.pg_tablespace";
    plan.tablespaces = names(session, sql).await?;
    let entries = plan.archive.entries.iter();
    let missing: BTreeSet<String> = entries
        .filter_map(|entry| Some(entry.tablespace.as_ref()?.to_string()))
        .filter(|name| !name.is_empty() && !plan.tablespaces.contains(name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let named = listed(&missing);
    let statement = |name: &String| {
        let name = crate::config::identifier(name);
        format!("CREATE TABLESPACE {name} LOCATION '…';")
    };
    let statements: Vec<String> = missing.iter().map(statement).collect();
    let statements = statements.join(" ");
    if address.policy.missing_tablespaces == MissingTablespaces::Fail {
        let cause = format!("the server has no tablespace {named}");
        let hint = format!("{statements} or say `missing: {{tablespaces: default}}` in weir.yaml");
        return Err(refused(session, &cause).hint(hint));
    }
    context.warn(format!(
        "tablespaces of the backup are not on this server: {named}; what lies there goes into the \
         database's own. To keep them: {statements}"
    ));
    Ok(())
}

/// The error of a restore for which the server lacks something.
pub(super) fn refused(session: &Session, cause: &str) -> Error {
    let doing = format!("restore into {}", session.subject.place);
    Error::new(Kind::Target, doing, cause)
}

/// Names for people and statements, each in quotes.
pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    let quoted: Vec<String> = names
        .into_iter()
        .map(|name| crate::config::identifier(name))
        .collect();
    quoted.join(", ")
}

async fn names(session: &Session, sql: &str) -> Result<BTreeSet<String>> {
    let doing = "look at what there is on";
    let rows = session.rows(doing, sql, &[]).await?;
    rows.iter().map(|row| session.get(doing, row, 0)).collect()
}
