//! What Weir writes about a database: one document in a table of its own, whose name ends in the
//! token of the run that put the copy there. The table takes part in the one RENAME of a swap, so
//! that a copy and what is said of it go live together, and a newer run's makes an older one fail.

use crate::config::{Address, MARK, Session, literal, mark_name, pattern, qualified};
use crate::identity;
use crate::swap::{PreviousCopy, Step, Undo};
use serde::{Deserialize, Serialize};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::identity::Identity;
use weir_model::stamp::{Stamp, Token};

/// Characters of a document in one row: a statement with them fits into the smallest packet.
const PIECE: usize = 200_000;
/// How often a mark is looked for that is being replaced.
const LOOKS: u32 = 3;

/// What Weir knows of a database.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// The database it was written for: a copy of it elsewhere, which shares none of these facts,
    /// says nothing there.
    pub(crate) place: Identity,
    /// No run with a lower token, nor with this one, may write the target any more.
    pub(crate) fence: Token,
    /// Who put the copy there; `None` when it was not Weir.
    #[serde(default)]
    pub(crate) stamp: Option<Stamp>,
    /// What is still to be done since the tables changed places.
    #[serde(default)]
    pub(crate) pending: Vec<Step>,
    /// How the RENAME that makes the copy live is undone, until nothing is pending.
    #[serde(default)]
    pub(crate) undo: Option<Undo>,
    /// The copy that was replaced, where it is kept.
    #[serde(default)]
    pub(crate) previous: Option<PreviousCopy>,
}

/// The stamp of the live copy.
pub(crate) async fn live(address: &Address, context: &Context) -> Result<Option<Stamp>> {
    let mut session = Session::open(address, Kind::Source, context).await?;
    let stamp = live_in(&mut session, address).await?;
    session.close().await;
    Ok(stamp)
}

/// The same on a connection that is there, e.g. within its snapshot.
pub(crate) async fn live_in(session: &mut Session, address: &Address) -> Result<Option<Stamp>> {
    Ok(look_up(session, address).await?.and_then(|mark| mark.stamp))
}

/// What Weir knows of the live database: of several marks, the newest counts.
pub(crate) async fn look_up(session: &mut Session, address: &Address) -> Result<Option<Mark>> {
    for _ in 0..LOOKS {
        let Some(table) = newest(session, &address.database, MARK).await? else {
            return Ok(None);
        };
        // A swap may take the table away between the two questions.
        if let Some(document) = document(session, &address.database, &table).await? {
            let mark = read(session, &table, &document)?;
            let here = identity::of(session, address).await?;
            let is_here = !mark.place.shared_with(&here).is_empty();
            return Ok(Some(mark).filter(|_| is_here));
        }
    }
    Ok(None)
}

/// What a copy says that is not live: in the schema it is built in, or in a table of that kind.
pub(crate) async fn waiting(
    session: &mut Session,
    schema: &str,
    kind: &str,
) -> Result<Option<Mark>> {
    let Some(table) = newest(session, schema, kind).await? else {
        return Ok(None);
    };
    match document(session, schema, &table).await? {
        Some(document) => read(session, &table, &document).map(Some),
        None => Ok(None),
    }
}

/// The table of that kind with the mark of the highest token.
async fn newest(session: &mut Session, schema: &str, kind: &str) -> Result<Option<String>> {
    let sql = format!(
        "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} \
         AND TABLE_NAME LIKE {}",
        literal(schema),
        pattern(kind)
    );
    let rows = session.rows("look for a mark in", &sql).await?;
    let names: Vec<String> = rows.iter().map(|row| row.text(0)).collect::<Result<_>>()?;
    // The server finds names of other letters alike.
    let marks = names.into_iter().filter(|name| name.starts_with(kind));
    Ok(marks.max())
}

/// What a mark's table says; `None` when it is gone or says nothing.
async fn document(session: &mut Session, schema: &str, table: &str) -> Result<Option<String>> {
    let sql = format!(
        "SELECT document FROM {} ORDER BY piece",
        qualified(schema, table)
    );
    match session.rows("read the mark of", &sql).await {
        Ok(rows) => {
            let pieces: Vec<String> = rows.iter().map(|row| row.text(0)).collect::<Result<_>>()?;
            Ok(Some(pieces.concat()).filter(|text| !text.is_empty()))
        }
        Err(error)
            if crate::config::code(&error) == Some(crate::config::numbers::NO_SUCH_TABLE) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn read(session: &Session, table: &str, document: &str) -> Result<Mark> {
    serde_json::from_str(document).map_err(|_| {
        let doing = format!("read the mark of {}", session.subject.place);
        let cause = format!("table {table} holds no mark that this version of Weir understands");
        Error::new(session.subject.kind, doing, cause)
            .hint("use the newer version that wrote it; drop the table if none did")
    })
}

/// Makes the mark of a run in the schema that it fills.
pub(crate) async fn begin(session: &mut Session, shadow: &str, stamp: &Stamp) -> Result<()> {
    let mark = Mark {
        fence: stamp.token,
        ..Mark::default()
    };
    write(session, shadow, &mark_name(stamp.token), &mark).await
}

/// Writes a mark, in place of what the table said, if it is there.
pub(crate) async fn write(
    session: &mut Session,
    schema: &str,
    table: &str,
    mark: &Mark,
) -> Result<()> {
    let doing = "write the mark of";
    let table = qualified(schema, table);
    let create = format!(
        "CREATE TABLE IF NOT EXISTS {table} (piece INT UNSIGNED NOT NULL PRIMARY KEY, document \
         LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL) ENGINE=InnoDB"
    );
    session.run(doing, &create).await?;
    // A mark holds names, texts, times and numbers, all of which JSON can say.
    let document = serde_json::to_string(mark).unwrap_or_default();
    session.run(doing, "START TRANSACTION").await?;
    let written = replace(session, &table, &document).await;
    let end = if written.is_ok() {
        "COMMIT"
    } else {
        "ROLLBACK"
    };
    let ended = session.run(doing, end).await;
    written.and(ended)
}

async fn replace(session: &mut Session, table: &str, document: &str) -> Result<()> {
    let doing = "write the mark of";
    session.run(doing, &format!("DELETE FROM {table}")).await?;
    for (number, piece) in pieces(document).iter().enumerate() {
        let sql = format!("INSERT INTO {table} VALUES ({number}, {})", literal(piece));
        session.run(doing, &sql).await?;
    }
    Ok(())
}

fn pieces(document: &str) -> Vec<String> {
    let letters: Vec<char> = document.chars().collect();
    letters
        .chunks(PIECE)
        .map(|piece| piece.iter().collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_of_any_length_is_put_together_again() {
        let document = "é\"\\".repeat(PIECE);
        let pieces = pieces(&document);
        assert!(pieces.len() > 2);
        assert_eq!(pieces.concat(), document);
    }

    #[test]
    fn the_shortest_mark_is_a_place_and_a_fence() {
        let mark: Mark = serde_json::from_str(r#"{"place":{"server":"a/b"},"fence":7}"#).unwrap();
        assert_eq!(mark.fence, Token(7));
        assert_eq!((mark.stamp, mark.previous), (None, None));
    }
}
