//! A RENAME that was broken off. A server reverts one that fails, and finishes or reverts one that it
//! died in; but MariaDB leaves one half-done whose connection is killed meanwhile.

use super::Kept;
use super::steps::{self, Step};
use crate::catalog::StoredObject;
use crate::config::{Address, Session, code, literal, numbers, qualified};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use weir_model::error::{Error, Result};

/// What a RENAME does, so that half of it can be undone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Undo {
    /// What steps aside in the live schema.
    pub(crate) replaced: Vec<Kept>,
    /// The schema that the new copy comes from.
    pub(crate) schema: String,
    /// Its tables: the name of each there, and once live. The last one is its mark.
    pub(crate) put_live: Vec<(String, String)>,
    /// Triggers of the replaced tables.
    pub(crate) triggers: Vec<StoredObject>,
}

impl Undo {
    /// From which name to which, as statements name them, in this order.
    pub(super) fn renames(&self, live: &str) -> Vec<(String, String)> {
        let replaced = self.replaced.iter();
        let aside =
            replaced.map(|kept| (qualified(live, &kept.name), qualified(live, &kept.kept_as)));
        let new = self.put_live.iter();
        let new = new.map(|(from, name)| (qualified(&self.schema, from), qualified(live, name)));
        aside.chain(new).collect()
    }

    /// The one statement of a swap.
    pub(super) fn rename_statement(&self, live: &str) -> String {
        statement(&self.renames(live))
    }

    /// Whether it left anything that is not as it was.
    pub(crate) async fn is_needed(&self, session: &mut Session, live: &str) -> Result<bool> {
        if !self.back(session, live).await?.is_empty() {
            return Ok(true);
        }
        let tables = names(session, live).await?;
        let sql = format!(
            "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = {}",
            literal(live)
        );
        let rows = session.rows("list the triggers of", &sql).await?;
        let there: Vec<String> = rows.iter().map(|row| row.text(0)).collect::<Result<_>>()?;
        let mut triggers = self
            .triggers
            .iter()
            .filter(|trigger| lies_in(trigger, &tables));
        Ok(triggers.any(|trigger| !there.contains(&trigger.name)))
    }

    /// Puts everything back where it was.
    pub(crate) async fn run(&self, session: &mut Session, address: &Address) -> Result<()> {
        let back = self.back(session, &address.database).await?;
        if !back.is_empty() {
            let sql = statement(&back);
            session.run("undo half a RENAME on", &sql).await?;
        }
        let tables = names(session, &address.database).await?;
        let triggers = self
            .triggers
            .iter()
            .filter(|trigger| lies_in(trigger, &tables));
        let triggers = triggers.cloned().map(|object| Step::Make { object });
        let triggers: Vec<Step> = triggers.collect();
        let made = steps::run(session, address, &triggers).await;
        made.map_err(|error| match code(&error) {
            Some(numbers::DAMAGED_TRIGGERS) => damaged(&error),
            _ => error,
        })
    }

    /// The renames that put back what was moved.
    async fn back(&self, session: &mut Session, live: &str) -> Result<Vec<(String, String)>> {
        let here = names(session, live).await?;
        let there = match self.schema == live {
            true => here.clone(),
            false => names(session, &self.schema).await?,
        };
        let (mut back, mut freed) = (Vec::new(), BTreeSet::new());
        for (from, name) in &self.put_live {
            let has_place = match self.replaced.iter().find(|kept| kept.name == *name) {
                Some(kept) => here.contains(&kept.kept_as),
                None => true,
            };
            if has_place && here.contains(name) && !there.contains(from) {
                back.push((qualified(live, name), qualified(&self.schema, from)));
                freed.insert(name);
            }
        }
        for Kept { name, kept_as } in &self.replaced {
            if here.contains(kept_as) && (!here.contains(name) || freed.contains(name)) {
                back.push((qualified(live, kept_as), qualified(live, name)));
            }
        }
        Ok(back)
    }
}

/// Whether the table of a trigger is there: its owner may have dropped both since.
fn lies_in(trigger: &StoredObject, tables: &BTreeSet<String>) -> bool {
    let table = trigger.table.as_ref();
    table.is_some_and(|table| tables.contains(table))
}

/// MariaDB may empty the file of a table's triggers when a RENAME is killed. The table is whole, and is
/// reached again once the file is gone.
fn damaged(error: &Error) -> Error {
    let cause = "the server damaged the file of a table's triggers when a connection was killed";
    Error::new(error.kind(), error.doing(), cause).hint(
        "on the server, remove the table's .TRG file from the database's folder, then FLUSH TABLES and run \
         again: the triggers are made again",
    )
}

fn statement(renames: &[(String, String)]) -> String {
    let renames: Vec<String> = renames
        .iter()
        .map(|(from, to)| format!("{from} TO {to}"))
        .collect();
    format!("RENAME TABLE {}", renames.join(", "))
}

/// Tables, sequences and views of a schema, Weir's own included.
async fn names(session: &mut Session, schema: &str) -> Result<BTreeSet<String>> {
    let sql = format!(
        "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = {}",
        literal(schema)
    );
    let rows = session.rows("list the tables of", &sql).await?;
    rows.iter().map(|row| row.text(0)).collect()
}
