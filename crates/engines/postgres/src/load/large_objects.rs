//! Large objects: made with the schema, filled here.

use super::contents::{whole, wrong};
use super::plan::Plan;
use crate::config::Session;
use crate::dump::{LARGE_OBJECTS, LIST, PIECE, digest_piece, stored_name};
use bytes::{Buf as _, Bytes, BytesMut};
use weir_engine::{PartSource, RowDigester};
use weir_model::error::Result;
use weir_model::manifest::TableDigest;

/// Fills all of them; the digest of what came, or `None` when there are none.
pub(super) async fn load(
    session: &Session,
    plan: &Plan,
    parts: &dyn PartSource,
) -> Result<Option<TableDigest>> {
    if !plan.has_large_objects {
        return Ok(None);
    }
    let list = whole(parts, LIST).await?;
    let mut digester = RowDigester::default();
    for (oid, file) in listed(&list, parts)? {
        fill(session, parts, oid, file, &mut digester).await?;
    }
    Ok(Some(digester.finish(LARGE_OBJECTS)))
}

/// The objects in a list, each with its file.
pub(crate) fn listed<'a>(list: &'a [u8], parts: &dyn PartSource) -> Result<Vec<(u32, &'a str)>> {
    let lines = std::str::from_utf8(list).ok().map(str::lines);
    let listed = lines.and_then(|lines| {
        let listed = lines.map(|line| {
            let (oid, file) = line.split_once(' ')?;
            Some((oid.parse().ok()?, file))
        });
        listed.collect()
    });
    listed.ok_or_else(|| {
        let backup = &parts.manifest().backup;
        wrong(backup, &format!("its part {LIST} is no list"))
    })
}

/// Fills one, piece by piece as they are digested.
async fn fill(
    session: &Session,
    parts: &dyn PartSource,
    oid: u32,
    file: &str,
    digester: &mut RowDigester,
) -> Result<()> {
    let piece_size = usize::try_from(PIECE).unwrap_or(usize::MAX);
    let mut reader = parts.open(&stored_name(file)).await?;
    let (mut pending, mut number) = (BytesMut::new(), 0_i64);
    let mut is_whole = false;
    while !is_whole {
        match reader.next().await? {
            Some(content) => pending.extend_from_slice(&content),
            None => is_whole = true,
        }
        while pending.len() >= piece_size || is_whole {
            let is_last = pending.len() < piece_size;
            let piece = pending.split_to(pending.len().min(piece_size)).freeze();
            digest_piece(digester, oid, number, &piece);
            put(session, oid, number, piece).await?;
            number += 1;
            if is_last {
                break;
            }
        }
    }
    Ok(())
}

async fn put(session: &Session, oid: u32, number: i64, piece: Bytes) -> Result<()> {
    if !piece.has_remaining() {
        return Ok(());
    }
    let from = number * i64::from(PIECE);
    let sql = "SELECT pg_catalog.lo_put($1, $2, $3)";
    session
        .rows("fill a large object of", sql, &[&oid, &from, &&piece[..]])
        .await
        .map(drop)
}
