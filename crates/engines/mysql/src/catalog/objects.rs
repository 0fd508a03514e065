//! Views, triggers, routines and events, with all that their text depends on.

use super::text::{unqualified_by, with_definer};
use super::{ObjectKind, StoredObject, order};
use crate::config::{Record, Session, identifier, is_own, literal};
use weir_model::error::{Error, Result};

/// How the server tells of one kind of object.
struct Listing {
    kind: ObjectKind,
    /// `name, definer, table` of each, for a schema.
    list: &'static str,
    /// Where SHOW CREATE has the statement, the mode, the two of the client, the schema's
    /// collation, the time zone.
    places: [Option<usize>; 6],
}

const ROUTINE: [Option<usize>; 6] = [Some(2), Some(1), Some(3), Some(4), Some(5), None];

/// In the order in which they can be made.
const LISTINGS: [Listing; 7] = [
    Listing {
        kind: ObjectKind::Package,
        list: "SELECT ROUTINE_NAME, DEFINER, NULL FROM information_schema.ROUTINES \
               WHERE ROUTINE_TYPE = 'PACKAGE' AND ROUTINE_SCHEMA = {schema} ORDER BY ROUTINE_NAME",
        places: ROUTINE,
    },
    Listing {
        kind: ObjectKind::PackageBody,
        list: "SELECT ROUTINE_NAME, DEFINER, NULL FROM information_schema.ROUTINES \
               WHERE ROUTINE_TYPE = 'PACKAGE BODY' AND ROUTINE_SCHEMA = {schema} ORDER BY ROUTINE_NAME",
        places: ROUTINE,
    },
    Listing {
        kind: ObjectKind::Function,
        list: "SELECT ROUTINE_NAME, DEFINER, NULL FROM information_schema.ROUTINES \
               WHERE ROUTINE_TYPE = 'FUNCTION' AND ROUTINE_SCHEMA = {schema} ORDER BY ROUTINE_NAME",
        places: ROUTINE,
    },
    Listing {
        kind: ObjectKind::Procedure,
        list: "SELECT ROUTINE_NAME, DEFINER, NULL FROM information_schema.ROUTINES \
               WHERE ROUTINE_TYPE = 'PROCEDURE' AND ROUTINE_SCHEMA = {schema} ORDER BY ROUTINE_NAME",
        places: ROUTINE,
    },
    Listing {
        kind: ObjectKind::View,
        list: "SELECT TABLE_NAME, DEFINER, NULL FROM information_schema.VIEWS \
               WHERE TABLE_SCHEMA = {schema} ORDER BY TABLE_NAME",
        places: [Some(1), None, Some(2), Some(3), None, None],
    },
    Listing {
        kind: ObjectKind::Trigger,
        list: "SELECT TRIGGER_NAME, DEFINER, EVENT_OBJECT_TABLE FROM information_schema.TRIGGERS \
               WHERE TRIGGER_SCHEMA = {schema} \
               AND (@@lower_case_table_names > 0 OR BINARY TRIGGER_SCHEMA = BINARY {schema}) \
               ORDER BY EVENT_OBJECT_TABLE, EVENT_MANIPULATION, ACTION_TIMING, ACTION_ORDER",
        places: ROUTINE,
    },
    Listing {
        kind: ObjectKind::Event,
        list: "SELECT EVENT_NAME, DEFINER, NULL FROM information_schema.EVENTS \
               WHERE EVENT_SCHEMA = {schema} \
               AND (@@lower_case_table_names > 0 OR BINARY EVENT_SCHEMA = BINARY {schema}) ORDER BY EVENT_NAME",
        places: [Some(3), Some(1), Some(4), Some(5), Some(6), Some(2)],
    },
];

impl ObjectKind {
    /// As statements call it.
    pub(crate) fn keyword(self) -> &'static str {
        match self {
            Self::Function => "FUNCTION",
            Self::Procedure => "PROCEDURE",
            Self::Package => "PACKAGE",
            Self::PackageBody => "PACKAGE BODY",
            Self::View => "VIEW",
            Self::Trigger => "TRIGGER",
            Self::Event => "EVENT",
        }
    }

    /// As the catalog and messages call it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Procedure => "procedure",
            Self::Package => "package",
            Self::PackageBody => "package-body",
            Self::View => "view",
            Self::Trigger => "trigger",
            Self::Event => "event",
        }
    }
}

/// Reads the objects of a schema, which is the session's own.
pub(super) async fn read(session: &mut Session, schema: &str) -> Result<Vec<StoredObject>> {
    let mut objects = Vec::new();
    for listing in &LISTINGS {
        let sql = listing.list.replace("{schema}", &literal(schema));
        let doing = format!("list each {} of", listing.kind.word());
        let mut found = Vec::new();
        for row in session.rows(&doing, &sql).await? {
            let name = row.text(0)?;
            let table = row.optional(2)?;
            // Triggers of a replaced copy lie on its tables.
            if is_own(&name) || table.as_deref().is_some_and(is_own) {
                continue;
            }
            let definer = account(&row.text(1)?);
            let object = read_one(session, schema, listing, &name).await?;
            found.push(StoredObject {
                table,
                // The server quotes a definer as the mode of the object's text has it.
                create: with_definer(&object.create, Some(&definer)),
                definer,
                ..object
            });
        }
        if listing.kind == ObjectKind::View {
            found = order::by_mention(found);
        }
        objects.extend(found);
    }
    Ok(objects)
}

async fn read_one(
    session: &mut Session,
    schema: &str,
    listing: &Listing,
    name: &str,
) -> Result<StoredObject> {
    let kind = listing.kind;
    let doing = format!("read {} {name} of", kind.word());
    let sql = format!("SHOW CREATE {} {}", kind.keyword(), identifier(name));
    let row = session.row(&doing, &sql).await?;
    let row = row.ok_or_else(|| hidden(session, kind, name))?;
    let at = |place: usize| listing.places.get(place).copied().flatten();
    let text =
        |place: usize| -> Result<String> { at(place).map_or(Ok(String::new()), |at| row.text(at)) };
    // Who may not read a body gets NULL for it: never take that for an empty one.
    let create = statement(&row, at(0)).ok_or_else(|| hidden(session, kind, name))?;
    Ok(StoredObject {
        kind,
        name: name.to_owned(),
        table: None,
        create: unqualified_by(&text(1)?, &create, schema),
        definer: String::new(),
        sql_mode: text(1)?,
        character_set_client: text(2)?,
        collation_connection: text(3)?,
        database_collation: text(4)?,
        time_zone: text(5)?,
    })
}

fn statement(row: &Record, place: Option<usize>) -> Option<String> {
    let bytes = row.bytes(place?)?;
    // What somebody wrote without a character set is printed as it is, and may be no text.
    String::from_utf8(bytes.to_vec())
        .ok()
        .filter(|text| !text.is_empty())
}

/// `app@%` as statements name it.
fn account(definer: &str) -> String {
    match definer.rsplit_once('@') {
        Some((role, "")) => identifier(role),
        Some((user, host)) => format!("{}@{}", identifier(user), identifier(host)),
        // A role has no host.
        None => identifier(definer),
    }
}

fn hidden(session: &Session, kind: ObjectKind, name: &str) -> Error {
    let doing = format!("read {} {name} of {}", kind.word(), session.subject.place);
    Error::new(
        session.subject.kind,
        doing,
        "this user may not see what it does, or it is no text",
    )
    .hint(
        "`weir doctor` prints the grants that are missing; what was made under `SET NAMES binary` has to be \
         made anew",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_quoted_whatever_is_in_them() {
        assert_eq!(account("app@%"), "`app`@`%`");
        assert_eq!(account("a@b@localhost"), "`a@b`@`localhost`");
        assert_eq!(account("role"), "`role`");
        assert_eq!(account("role@"), "`role`");
    }
}
