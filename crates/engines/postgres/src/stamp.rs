//! What Weir writes about a database, beside what people wrote: a line of the comment on the
//! database. A comment goes with its database through a rename, is in no dump of its contents,
//! and is read and written within the transaction that renames.

use crate::config::{Address, Session, identifier, literal};
use serde::{Deserialize, Serialize};
use weir_engine::Context;
use weir_model::error::{Kind, Result};
use weir_model::stamp::{Stamp, Token};

/// What Weir's line begins with.
const LINE: &str = "weir:1:";

/// What Weir knows of a database.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// The database it was written for: a comment copied to another one says nothing there.
    pub(crate) database_oid: u32,
    /// No run with a lower token, nor with this one, may write the target any more.
    pub(crate) fence: Token,
    /// Who put the copy there; `None` when it was not Weir.
    #[serde(default)]
    pub(crate) stamp: Option<Stamp>,
    /// When the copy was replaced, in seconds since 1970 by the server's clock.
    #[serde(default)]
    pub(crate) replaced_at: Option<i64>,
    /// Whether the copy is to be dropped: it was not to be kept.
    #[serde(default)]
    pub(crate) discard: bool,
}

/// A database of the server, as the shared catalog knows it.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    /// Its number.
    pub(crate) oid: u32,
    /// Its owner.
    pub(crate) owner: String,
    /// What people wrote about it.
    text: String,
    /// What Weir wrote about it.
    pub(crate) mark: Option<Mark>,
}

impl Known {
    /// The token below which nobody may write; 0 when nobody ever did.
    pub(crate) fn fence(&self) -> Token {
        self.mark
            .as_ref()
            .map(|mark| mark.fence)
            .unwrap_or_default()
    }

    /// The stamp of the copy.
    pub(crate) fn stamp(&self) -> Option<&Stamp> {
        self.mark.as_ref()?.stamp.as_ref()
    }

    /// What people wrote about it.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// The stamp of the live copy.
pub(crate) async fn live(address: &Address, context: &Context) -> Result<Option<Stamp>> {
    let session = Session::maintenance(address, Kind::Source, context).await?;
    let live = look_up(&session, &address.database).await?;
    Ok(live.and_then(|live| live.stamp().cloned()))
}

/// Looks a database up by its exact name.
pub(crate) async fn look_up(session: &Session, database: &str) -> Result<Option<Known>> {
    let doing = "look for a database from";
    let sql = "SELECT d.oid, pg_catalog.pg_get_userbyid(d.datdba)::text, \
               pg_catalog.shobj_description(d.oid, 'pg_database') \
               FROM pg_catalog.pg_database d WHERE d.datname::text = $1";
    let Some(row) = session.row(doing, sql, &[&database]).await? else {
        return Ok(None);
    };
    let oid: u32 = session.get(doing, &row, 0)?;
    let comment: Option<String> = session.get(doing, &row, 2)?;
    let (text, mark) = split(&comment.unwrap_or_default());
    Ok(Some(Known {
        oid,
        owner: session.get(doing, &row, 1)?,
        text,
        mark: mark.filter(|mark| mark.database_oid == oid),
    }))
}

/// The statement that writes a mark, keeping what people wrote.
pub(crate) fn statement(database: &str, oid: u32, text: &str, mark: &Mark) -> String {
    let mark = Mark {
        database_oid: oid,
        ..mark.clone()
    };
    // A mark holds names, times and numbers, all of which JSON can say.
    let line = serde_json::to_string(&mark).unwrap_or_default();
    let break_ = if text.is_empty() { "" } else { "\n" };
    format!(
        "COMMENT ON DATABASE {} IS {}",
        identifier(database),
        literal(&format!("{text}{break_}{LINE}{line}"))
    )
}

/// What people wrote, and what Weir wrote.
fn split(comment: &str) -> (String, Option<Mark>) {
    let (text, line) = match comment.rsplit_once('\n') {
        Some((text, line)) if line.starts_with(LINE) => (text, line),
        None if comment.starts_with(LINE) => ("", comment),
        _ => return (comment.to_owned(), None),
    };
    let mark = line.strip_prefix(LINE).unwrap_or_default();
    (text.to_owned(), serde_json::from_str(mark).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_stays() {
        let mark = Mark {
            fence: Token(7),
            ..Mark::default()
        };
        for text in ["", "the shop\nask the data team"] {
            let statement = statement("app", 16_384, text, &mark);
            let quoted = statement
                .strip_prefix("COMMENT ON DATABASE \"app\" IS '")
                .unwrap();
            let comment = quoted.strip_suffix('\'').unwrap();
            let (kept, found) = split(comment);
            assert_eq!(kept, text);
            assert_eq!(found.map(|mark| mark.fence), Some(Token(7)));
        }
        assert_eq!(split("weir is fine"), ("weir is fine".to_owned(), None));
    }
}
