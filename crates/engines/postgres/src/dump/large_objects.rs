//! Large objects: a part for each, and one that lists them.

use super::{stored_name, whole_part};
use crate::config::Session;
use bytes::Bytes;
use weir_engine::{Context, Field, PartSink, PartSpec, RowDigester};
use weir_model::error::Result;
use weir_model::manifest::{Codec, TableDigest};

/// The part that lists them, in archives up to version 1.15.
pub(crate) const LIST: &str = "blobs.toc";
/// The name under which they are digested: no table can have it.
pub(crate) const LARGE_OBJECTS: &str = "pg_catalog.pg_largeobject";
/// Bytes read at a time. Part of what is digested: a change of it is a change of the digests.
pub(crate) const PIECE: i32 = 256 << 10;

/// Writes all of them; `None` when there are none.
pub(super) async fn dump(
    session: &Session,
    sink: &dyn PartSink,
    context: &Context,
) -> Result<Option<TableDigest>> {
    let mut list = String::new();
    let mut digester = RowDigester::default();
    for oid in numbers(session).await? {
        context.check("read the large objects")?;
        let file = format!("blob_{oid}.dat");
        let spec = PartSpec {
            name: stored_name(&file),
            codec: Codec::Gzip,
            expected_bytes: 0,
        };
        let mut writer = sink.begin(spec).await?;
        let mut pieces = Pieces::of(session, oid);
        while let Some(piece) = pieces.next(&mut digester).await? {
            writer.write(piece).await?;
        }
        writer.finish().await?;
        list.push_str(&format!("{oid} {file}\n"));
    }
    if list.is_empty() {
        return Ok(None);
    }
    whole_part(sink, LIST, list.into_bytes()).await?;
    Ok(Some(digester.finish(LARGE_OBJECTS)))
}

/// The digest of all large objects of the session's database; `None` when there are none.
pub(crate) async fn digest(session: &Session) -> Result<Option<TableDigest>> {
    let mut digester = RowDigester::default();
    let numbers = numbers(session).await?;
    for oid in &numbers {
        let mut pieces = Pieces::of(session, *oid);
        while pieces.next(&mut digester).await?.is_some() {}
    }
    Ok((!numbers.is_empty()).then(|| digester.finish(LARGE_OBJECTS)))
}

/// The numbers of all of them.
pub(super) async fn numbers(session: &Session) -> Result<Vec<u32>> {
    let doing = "list the large objects of";
    let sql = "SELECT oid FROM pg_catalog.pg_largeobject_metadata ORDER BY oid";
    let rows = session.rows(doing, sql, &[]).await?;
    rows.iter().map(|row| session.get(doing, row, 0)).collect()
}

/// The bytes of one object, piece by piece; an empty one is one empty piece.
struct Pieces<'a> {
    session: &'a Session,
    oid: u32,
    number: i64,
    is_whole: bool,
}

impl<'a> Pieces<'a> {
    fn of(session: &'a Session, oid: u32) -> Self {
        Self {
            session,
            oid,
            number: 0,
            is_whole: false,
        }
    }

    /// The next piece, digested; `None` at the end.
    async fn next(&mut self, digester: &mut RowDigester) -> Result<Option<Bytes>> {
        if self.is_whole {
            return Ok(None);
        }
        let doing = "read the large objects of";
        let statement = "SELECT pg_catalog.lo_get($1, $2, $3)";
        let from = self.number * i64::from(PIECE);
        let row = self
            .session
            .row(doing, statement, &[&self.oid, &from, &PIECE])
            .await?;
        let piece: Vec<u8> = match &row {
            Some(row) => self.session.get(doing, row, 0)?,
            None => Vec::new(),
        };
        self.is_whole = piece.len() < usize::try_from(PIECE).unwrap_or(usize::MAX);
        digest_piece(digester, self.oid, self.number, &piece);
        self.number += 1;
        Ok(Some(Bytes::from(piece)))
    }
}

/// Adds a piece to a digest.
pub(crate) fn digest_piece(digester: &mut RowDigester, oid: u32, number: i64, piece: &[u8]) {
    digester.field(Field::Integer(i64::from(oid)));
    digester.field(Field::Integer(number));
    digester.field(Field::Blob(piece));
    digester.end_row();
}
