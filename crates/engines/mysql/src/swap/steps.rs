//! What is still to be done once the tables have changed places. It is written into the mark that
//! goes live with them, so that whoever comes next can do it, and each step may be done twice.

use super::foreign_keys;
use super::objects::{OWN_SETTINGS, creation, removal};
use crate::catalog::{ObjectKind, Schema, StoredObject, read};
use crate::config::{
    Address, MARK, SHADOW, Server, Session, identifier, is_own, literal, own_name, qualified,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use weir_model::error::Result;

/// One thing to do in the live schema.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub(crate) enum Step {
    /// The schema gives other defaults to what names none.
    Defaults {
        /// Its character set.
        character_set: String,
        /// Its collation.
        collation: String,
    },
    /// A trigger goes that travelled along with its table.
    DropTrigger {
        /// Its name.
        name: String,
        /// The table's name now.
        table: String,
    },
    /// An object goes.
    DropObject {
        /// What it is.
        kind: ObjectKind,
        /// Its name.
        name: String,
    },
    /// An object is made, in place of one of the same name.
    Make {
        /// The object.
        object: StoredObject,
    },
    /// Columns take their values from sequences of the live schema. They change together: the
    /// server opens no table of which one still names a sequence that is elsewhere by now.
    ColumnDefaults {
        /// The table.
        table: String,
        /// Each column, and what it takes.
        values: Vec<(String, String)>,
    },
    /// Foreign keys of a table get other names: theirs are one for the whole schema.
    ForeignKeys {
        /// The table.
        table: String,
        /// From which name to which.
        names: Vec<(String, String)>,
    },
    /// The emptied schema, in which the copy was built, goes.
    DropShadow,
    /// Tables and sequences of Weir's own go.
    DropTables {
        /// Their names.
        names: Vec<String>,
    },
}

/// Where steps are done.
pub(crate) struct Place<'a> {
    /// The live schema.
    pub(crate) schema: &'a str,
    /// The server.
    pub(crate) server: &'a Server,
}

impl Step {
    /// Whether the live copy is not what it should be before this is done.
    pub(crate) fn is_urgent(&self) -> bool {
        matches!(
            self,
            Self::DropObject { .. } | Self::Make { .. } | Self::ColumnDefaults { .. }
        )
    }

    /// The tables that it drops.
    pub(crate) fn tables(&self) -> &[String] {
        match self {
            Self::DropTables { names } => names,
            _ => &[],
        }
    }

    /// Whether it is about a trigger.
    pub(super) fn is_of_trigger(&self) -> bool {
        match self {
            Self::DropTrigger { .. } => true,
            Self::Make { object } => object.kind == ObjectKind::Trigger,
            _ => false,
        }
    }

    /// The statements of the step where nothing has to be looked up; the session's default schema is
    /// the live one.
    pub(crate) fn statements(&self, place: &Place<'_>) -> Option<Vec<String>> {
        let schema = place.schema;
        Some(match self {
            Self::Defaults {
                character_set,
                collation,
            } => vec![format!(
                "ALTER DATABASE {} CHARACTER SET {} COLLATE {}",
                identifier(schema),
                identifier(character_set),
                identifier(collation)
            )],
            Self::DropTrigger { name, .. } => removal(schema, ObjectKind::Trigger, name),
            Self::DropObject { kind, name } => removal(schema, *kind, name),
            Self::Make { object } => creation(object, place.server),
            Self::ColumnDefaults { table, values } => vec![set_defaults(schema, table, values)],
            Self::ForeignKeys { .. } | Self::DropShadow | Self::DropTables { .. } => return None,
        })
    }

    /// Does the step, unless it is done: `found` is what the live schema holds.
    async fn run(&self, session: &mut Session, address: &Address, found: &Schema) -> Result<()> {
        let schema = &address.database;
        match self {
            Self::DropTrigger { name, table } if !lies_on(session, schema, name, table).await? => {
                return Ok(());
            }
            Self::Make { object } if found.objects.contains(object) => return Ok(()),
            Self::Make { object } if object.kind == ObjectKind::Trigger => {
                // One of the same name that somebody made meanwhile.
                for drop in removal(schema, object.kind, &object.name) {
                    session.run(self.doing(), &drop).await?;
                }
            }
            Self::Defaults { character_set, .. } if *character_set == found.character_set => {
                // Setting what is set takes a lock all the same.
                if matches!(self, Self::Defaults { collation, .. } if *collation == found.collation)
                {
                    return Ok(());
                }
            }
            Self::ForeignKeys { table, names } => {
                return foreign_keys::rename(session, schema, table, names).await;
            }
            Self::DropShadow => {
                return drop_schema(session, &own_name(SHADOW, schema)).await;
            }
            Self::DropTables { names } => return drop_tables(session, schema, names).await,
            _ => {}
        }
        let server = session.server.clone();
        let place = Place {
            schema,
            server: &server,
        };
        for statement in self.statements(&place).unwrap_or_default() {
            session.run(self.doing(), &statement).await?;
        }
        Ok(())
    }

    fn doing(&self) -> &'static str {
        match self {
            Self::Make { .. } => "make an object of the new copy in",
            Self::ColumnDefaults { .. } => "set defaults of the new copy in",
            Self::Defaults { .. } => "set the collation of",
            _ => "drop an object of the replaced copy from",
        }
    }
}

/// Does the steps that are not done yet, and says what is left of them when one fails.
pub(crate) async fn run(session: &mut Session, address: &Address, steps: &[Step]) -> Result<()> {
    if steps.is_empty() {
        return Ok(());
    }
    let found = read(session, &address.database).await?;
    for step in steps {
        let done = step.run(session, address, &found).await;
        if matches!(step, Step::Make { .. }) {
            for statement in OWN_SETTINGS {
                session.run("prepare a session of", statement).await?;
            }
        }
        done?;
    }
    Ok(())
}

/// The statement that sets defaults of columns.
pub(super) fn set_defaults(schema: &str, table: &str, values: &[(String, String)]) -> String {
    let clauses: Vec<String> = values
        .iter()
        .map(|(column, value)| format!("ALTER COLUMN {} SET DEFAULT ({value})", identifier(column)))
        .collect();
    format!(
        "ALTER TABLE {} {}",
        qualified(schema, table),
        clauses.join(", ")
    )
}

/// Whether a trigger lies on that table, and not on another one that took its name.
async fn lies_on(session: &mut Session, schema: &str, name: &str, table: &str) -> Result<bool> {
    let sql = format!(
        "SELECT EVENT_OBJECT_TABLE FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = {} \
         AND TRIGGER_NAME = {}",
        literal(schema),
        literal(name)
    );
    let row = session.row("look for triggers of", &sql).await?;
    row.map_or(Ok(false), |row| Ok(row.text(0)? == table))
}

/// How long a server may take to end the connections that work in a schema.
const ENDING: Duration = Duration::from_secs(20);
/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// Drops a schema of Weir's own. Whoever of a run that is over still works there is ended first: a
/// statement goes on when its client is gone, and would hold the schema, or write into the next one
/// of that name.
pub(crate) async fn drop_schema(session: &mut Session, schema: &str) -> Result<()> {
    let doing = "drop a schema of Weir's own beside";
    end_work_in(session, schema).await?;
    // Once its mark is gone nothing can be taken for a copy that was about to go live.
    for (name, _) in own_tables(session, schema).await? {
        if name.starts_with(MARK) {
            let sql = format!("DROP TABLE IF EXISTS {}", qualified(schema, &name));
            session.run(doing, &sql).await?;
        }
    }
    let sql = format!("DROP DATABASE IF EXISTS {}", identifier(schema));
    session.run(doing, &sql).await
}

async fn end_work_in(session: &mut Session, schema: &str) -> Result<()> {
    let doing = "end what still works in a schema beside";
    let sql = format!(
        "SELECT ID FROM information_schema.PROCESSLIST WHERE DB = {} AND ID <> CONNECTION_ID()",
        literal(schema)
    );
    let started = tokio::time::Instant::now();
    loop {
        let rows = session.rows(doing, &sql).await?;
        if rows.is_empty() || started.elapsed() > ENDING {
            return Ok(());
        }
        for row in rows {
            // One that has ended meanwhile is what is wanted.
            let _ = session
                .run(doing, &format!("KILL {}", row.number(0)?))
                .await;
        }
        session.context.check(doing)?;
        tokio::time::sleep(PAUSE).await;
    }
}

/// Drops tables, sequences and views of Weir's own, of those that are there.
pub(crate) async fn drop_tables(
    session: &mut Session,
    schema: &str,
    names: &[String],
) -> Result<()> {
    let doing = "drop a table of Weir's own from";
    for (name, kind) in own_tables(session, schema).await? {
        if !names.contains(&name) {
            continue;
        }
        let keyword = match kind.as_str() {
            "VIEW" => "VIEW",
            "SEQUENCE" => "SEQUENCE",
            _ => "TABLE",
        };
        let sql = format!("DROP {keyword} IF EXISTS {}", qualified(schema, &name));
        session.run(doing, &sql).await?;
    }
    Ok(())
}

/// Tables, sequences and views of Weir's own in a schema, each with what it is.
pub(crate) async fn own_tables(
    session: &mut Session,
    schema: &str,
) -> Result<Vec<(String, String)>> {
    let sql = format!(
        "SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} \
         AND TABLE_NAME LIKE {} ORDER BY TABLE_NAME",
        literal(schema),
        crate::config::pattern(crate::config::OWN)
    );
    let rows = session.rows("look for what is Weir's own in", &sql).await?;
    let names: Vec<(String, String)> = rows
        .iter()
        .map(|row| Ok((row.text(0)?, row.text(1)?)))
        .collect::<Result<_>>()?;
    // The server finds names of other letters alike, which are somebody's.
    Ok(names.into_iter().filter(|(name, _)| is_own(name)).collect())
}
