//! Documents, their editions, and what hangs on them.

use super::people::{USERS, sentence};
use super::random::Random;
use super::words::{LOCALES, TITLES};
use rusqlite::{Result, Transaction, params};

const DOCUMENTS: i64 = 6_000;
const IMAGES: i64 = 400;

/// Fills `documents`, `editions`, `access_limits`, `links` and `images`.
pub(super) fn fill(transaction: &Transaction<'_>, random: &mut Random) -> Result<()> {
    let content_ids = documents(transaction, random)?;
    let editions = editions(transaction, random)?;
    links(transaction, random, &content_ids, editions)?;
    images(transaction, random, editions)
}

fn documents(transaction: &Transaction<'_>, random: &mut Random) -> Result<Vec<String>> {
    let mut insert = transaction.prepare("INSERT INTO documents VALUES (?1, ?2, ?3, ?4, ?4)")?;
    let mut content_ids = Vec::new();
    for id in 1..=DOCUMENTS {
        let content_id = random.uuid();
        insert.execute(params![
            id,
            content_id,
            random.pick(&LOCALES),
            random.moment()
        ])?;
        content_ids.push(content_id);
    }
    Ok(content_ids)
}

/// One to four editions a document: superseded ones, a published one, perhaps a draft.
fn editions(transaction: &Transaction<'_>, random: &mut Random) -> Result<i64> {
    let mut insert = transaction.prepare(
        "INSERT INTO editions (document_id, user_id, user_facing_version, state, title, base_path,
             body, payload_version, public_updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    let mut limit = transaction.prepare("INSERT INTO access_limits VALUES (?1, ?2, ?3)")?;
    let mut made = 0;
    for document in 1..=DOCUMENTS {
        let superseded = random.below(3);
        let draft = random.chance(25);
        let title = format!("{} {document}", random.pick(&TITLES));
        for version in 1..=superseded + 1 + i64::from(draft) {
            let state = state(version, superseded);
            let published_at = (state != "draft").then(|| random.moment());
            let words = 20 + random.below(60);
            insert.execute(params![
                document,
                1 + random.below(USERS),
                version,
                state,
                title,
                format!("/guidance/page-{document}"),
                sentence(random, words),
                made + 1,
                published_at,
            ])?;
            made += 1;
            if state == "draft" && random.chance(40) {
                let reason = sentence(random, 5);
                limit.execute(params![made, 1 + random.below(USERS), reason])?;
            }
        }
    }
    Ok(made)
}

fn state(version: i64, superseded: i64) -> &'static str {
    match version {
        older if older <= superseded => "superseded",
        current if current == superseded + 1 => "published",
        _ => "draft",
    }
}

fn links(
    transaction: &Transaction<'_>,
    random: &mut Random,
    content_ids: &[String],
    editions: i64,
) -> Result<()> {
    let targets: Vec<&str> = content_ids.iter().map(String::as_str).collect();
    let mut insert = transaction.prepare("INSERT INTO links VALUES (?1, ?2, ?3, ?4)")?;
    for edition in 1..=editions {
        for position in 0..random.below(3) {
            insert.execute(params![edition, position, "related", random.pick(&targets)])?;
        }
    }
    Ok(())
}

fn images(transaction: &Transaction<'_>, random: &mut Random, editions: i64) -> Result<()> {
    let mut insert = transaction.prepare("INSERT INTO images VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for id in 1..=IMAGES {
        let alt_text = random.chance(70).then(|| sentence(random, 6));
        // Some are empty, one in a hundred is large enough to need overflow pages by the dozen.
        let length = match random.below(100) {
            0 => 400_000,
            1..=3 => 0,
            _ => 1_000 + random.below(6_000),
        };
        let content = random.bytes(length);
        let edition = 1 + random.below(editions);
        insert.execute(params![
            id,
            edition,
            format!("image-{id}.png"),
            alt_text,
            content
        ])?;
    }
    Ok(())
}
