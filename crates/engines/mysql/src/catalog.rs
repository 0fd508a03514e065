//! What a schema holds: tables, sequences, views, triggers, routines and events, each as the
//! server writes it down. It is stored with a backup, and is what a restore makes again.

pub(crate) mod comments;
pub(crate) mod definition;
mod limits;
mod model;
mod objects;
mod order;
mod sequences;
mod tables;
pub(crate) mod text;

pub(crate) use limits::refuse_unmovable;
pub(crate) use model::{OfSchema, definition_digest};
pub(crate) use order::by_mention;
pub(crate) use tables::is_transactional;
pub(crate) use text::unqualified;

use crate::config::{Address, Session, literal};
use crate::diagnose::refuse_partial;
use serde::{Deserialize, Serialize};
use weir_engine::Context;
use weir_model::catalog::Catalog;
use weir_model::error::{Error, Kind, Result};

/// Reads the catalog of a live database.
pub(crate) async fn live(address: &Address, context: &Context) -> Result<Catalog> {
    let mut session = Session::open(address, Kind::Source, context).await?;
    refuse_partial(&mut session, address).await?;
    let schema = read(&mut session, &address.database).await?;
    Catalog::of(&schema)
}

/// Reads everything in a schema that is not Weir's own. The session's default schema is that one
/// afterwards.
pub(crate) async fn read(session: &mut Session, schema: &str) -> Result<Schema> {
    let (character_set, collation) = defaults(session, schema).await?;
    session.use_schema(schema).await?;
    let tables = tables::read(session, schema).await?;
    let sequences = sequences::read(session, schema).await?;
    let objects = objects::read(session, schema).await?;
    Ok(Schema {
        name: schema.to_owned(),
        character_set,
        collation,
        tables,
        sequences,
        objects,
    })
}

/// The character set and collation that a schema gives to what names none.
async fn defaults(session: &mut Session, schema: &str) -> Result<(String, String)> {
    let doing = "look for the schema of";
    let sql = format!(
        "SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME \
         FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {}",
        literal(schema)
    );
    match session.row(doing, &sql).await? {
        Some(row) => Ok((row.text(0)?, row.text(1)?)),
        None => {
            let cause = format!("there is no database {schema:?}, or this user may not see it");
            let doing = format!("{doing} {}", session.subject.place);
            Err(Error::new(session.subject.kind, doing, cause)
                .hint("check the database in `url` of the app; `weir doctor` prints the grants"))
        }
    }
}

/// A schema, as the server writes it down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Schema {
    /// Its name, where it was read.
    pub(crate) name: String,
    /// The character set that tables and routines take that name none.
    pub(crate) character_set: String,
    /// The collation of that kind.
    pub(crate) collation: String,
    /// The tables with rows, by name.
    pub(crate) tables: Vec<StoredTable>,
    /// The sequences, by name.
    #[serde(default)]
    pub(crate) sequences: Vec<Sequence>,
    /// Everything else, in an order in which it can be made.
    #[serde(default)]
    pub(crate) objects: Vec<StoredObject>,
}

/// A table with rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoredTable {
    /// Its name.
    pub(crate) name: String,
    /// The statement that makes it, which names its schema nowhere.
    pub(crate) create: String,
    /// About how many bytes its rows take.
    #[serde(default)]
    pub(crate) bytes: u64,
    /// About how many rows it has.
    #[serde(default)]
    pub(crate) rows: u64,
    /// Whether its rows are read within a transaction's snapshot.
    pub(crate) transactional: bool,
    /// The parts with its rows, in their order; filled in by a dump.
    #[serde(default)]
    pub(crate) parts: Vec<String>,
}

/// A sequence (MariaDB).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sequence {
    /// Its name.
    pub(crate) name: String,
    /// The statement that makes it, which names its schema nowhere.
    pub(crate) create: String,
    /// The first value that it has not given out.
    pub(crate) next: String,
}

/// What kind of thing an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ObjectKind {
    /// A stored function.
    Function,
    /// A stored procedure.
    Procedure,
    /// The head of a package (MariaDB).
    Package,
    /// The body of a package (MariaDB).
    PackageBody,
    /// A view.
    View,
    /// A trigger.
    Trigger,
    /// An event.
    Event,
}

/// Something that is neither a table nor a sequence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoredObject {
    /// What it is.
    pub(crate) kind: ObjectKind,
    /// Its name.
    pub(crate) name: String,
    /// The table of a trigger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) table: Option<String>,
    /// The statement that makes it, which names its schema nowhere.
    pub(crate) create: String,
    /// Who it runs as, e.g. `` `app`@`%` ``.
    pub(crate) definer: String,
    /// How its text is to be understood; views have none.
    pub(crate) sql_mode: String,
    /// The character set of the client that made it.
    pub(crate) character_set_client: String,
    /// The collation of the connection that made it.
    pub(crate) collation_connection: String,
    /// The collation of the schema at that time; views have none.
    #[serde(default)]
    pub(crate) database_collation: String,
    /// The time zone that an event's times are told in.
    #[serde(default)]
    pub(crate) time_zone: String,
}
