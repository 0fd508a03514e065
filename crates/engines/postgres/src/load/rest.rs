//! What comes behind rows and indexes: foreign keys, triggers and the like, comments, grants,
//! materialised views, event triggers.

use super::foreign_keys::{self, Keys};
use super::grants;
use super::objects::make;
use super::order::is_early;
use super::plan::Plan;
use crate::catalog::is_of_database;
use crate::config::{Address, Session};
use crate::dump::archive::{Entry, Section};
use std::sync::Arc;
use weir_engine::Context;
use weir_model::error::Result;

/// The passes behind the first one, as `pg_restore` has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    ForeignKeys,
    Main,
    Grants,
    /// What would run, or hold back, statements of the passes before.
    Last,
}

fn pass(entry: &Entry) -> Option<Pass> {
    if is_of_database(entry) || entry.section == Section::PreData || is_early(entry) {
        return None;
    }
    Some(match entry.description.as_str().unwrap_or_default() {
        "FK CONSTRAINT" => Pass::ForeignKeys,
        "ACL" | "DEFAULT ACL" => Pass::Grants,
        "EVENT TRIGGER" => Pass::Last,
        // What is said about one comes behind it.
        _ if is_about_event_trigger(entry) => Pass::Last,
        _ => Pass::Main,
    })
}

fn is_about_event_trigger(entry: &Entry) -> bool {
    let tag = entry.tag.as_ref().map(|tag| tag.as_bytes());
    entry.section == Section::None && tag.is_some_and(|tag| tag.starts_with(b"EVENT TRIGGER "))
}

/// Makes all of it.
pub(super) async fn make_rest(
    leader: &Session,
    address: &Address,
    plan: &Arc<Plan>,
    context: &Context,
) -> Result<()> {
    let of = |wanted: Pass| {
        let entries = plan.archive.entries.iter();
        entries.filter(move |entry| pass(entry) == Some(wanted))
    };
    let all = Keys::of(plan);
    let late = of(Pass::ForeignKeys).filter(|entry| !all.is_early(entry));
    let keys: Vec<Entry> = late.cloned().collect();
    foreign_keys::make_all(keys, address, plan, context).await?;
    for entry in of(Pass::Main) {
        make(leader, plan, entry).await?;
    }
    for entry in of(Pass::Grants) {
        grants::grant(leader, plan, entry).await?;
    }
    refresh(leader, plan).await?;
    for entry in of(Pass::Last) {
        make(leader, plan, entry).await?;
    }
    Ok(())
}

/// Fills materialised views from the tables, in the order in which they need each other.
pub(crate) async fn refresh(session: &Session, plan: &Plan) -> Result<()> {
    for entry in &plan.refreshes {
        make(session, plan, entry).await?;
    }
    Ok(())
}
