//! Users of the publishing platform, its subscribers and what they subscribe to.

use super::random::Random;
use super::words::{FAMILY, GIVEN, ORGANISATIONS, TEXT};
use rusqlite::{Result, Transaction, params};

/// How many users write.
pub(super) const USERS: i64 = 1_500;
const LISTS: i64 = 120;
const SUBSCRIBERS: i64 = 9_000;
const AUDIT_ENTRIES: i64 = 12_000;

/// Fills `users`.
pub(super) fn users(transaction: &Transaction<'_>, random: &mut Random) -> Result<()> {
    let mut insert = transaction.prepare(
        "INSERT INTO users (id, email, name, organisation, role, biography, password_digest,
             last_seen_at, disabled) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for id in 1..=USERS {
        let name = full_name(random);
        let biography = random.chance(40).then(|| sentence(random, 14));
        let last_seen = random.chance(80).then(|| random.moment());
        insert.execute(params![
            id,
            writer_address(id),
            name,
            random.pick(&ORGANISATIONS),
            random.pick(&["writer", "writer", "writer", "editor", "administrator"]),
            biography,
            random.bytes(32),
            last_seen,
            random.chance(5),
        ])?;
    }
    Ok(())
}

/// Fills `subscriber_lists`, `subscribers` and `subscriptions`.
pub(super) fn subscribers(transaction: &Transaction<'_>, random: &mut Random) -> Result<()> {
    let mut list = transaction.prepare("INSERT INTO subscriber_lists VALUES (?1, ?2, ?3)")?;
    for id in 1..=LISTS {
        list.execute(params![id, format!("list-{id}"), sentence(random, 4)])?;
    }
    let mut subscriber = transaction.prepare("INSERT INTO subscribers VALUES (?1, ?2, ?3, ?4)")?;
    let mut subscription = transaction.prepare(
        "INSERT OR IGNORE INTO subscriptions (subscriber_id, subscriber_list_id, frequency, score,
             ended_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for id in 1..=SUBSCRIBERS {
        // Who unsubscribed for good keeps a row without an address.
        let address = (!random.chance(6)).then(|| address(random, id));
        let name = random.chance(70).then(|| full_name(random));
        subscriber.execute(params![id, address, name, random.moment()])?;
        for _ in 0..=random.below(3) {
            subscription.execute(params![
                id,
                1 + random.below(LISTS),
                random.pick(&["immediately", "daily", "weekly"]),
                random.below(1_000_000) as f64 / 7.0,
                random.chance(15).then(|| random.moment()),
            ])?;
        }
    }
    Ok(())
}

/// Fills `audit_log`.
pub(super) fn audit_log(transaction: &Transaction<'_>, random: &mut Random) -> Result<()> {
    let mut insert = transaction.prepare(
        "INSERT INTO audit_log (at, user_id, action, remote_ip, details)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for _ in 0..AUDIT_ENTRIES {
        let user = random.chance(90).then(|| 1 + random.below(USERS));
        let ip = random
            .chance(95)
            .then(|| format!("192.0.2.{}", random.below(256)));
        let details = random.chance(60).then(|| sentence(random, 8));
        let action = random.pick(&["signed-in", "edition-saved", "edition-published", "export"]);
        insert.execute(params![random.moment(), user, action, ip, details])?;
    }
    Ok(())
}

/// Words with a full stop.
pub(super) fn sentence(random: &mut Random, words: i64) -> String {
    let words: Vec<&str> = (0..words.max(1)).map(|_| random.pick(&TEXT)).collect();
    format!("{}.", words.join(" "))
}

fn full_name(random: &mut Random) -> String {
    format!("{} {}", random.pick(&GIVEN), random.pick(&FAMILY))
}

fn writer_address(id: i64) -> String {
    format!("writer.{id}@rivers.gov.example")
}

/// One in twenty of the first subscribers is a writer too, with the same address in both tables.
fn address(random: &mut Random, id: i64) -> String {
    if id <= USERS && id % 20 == 0 {
        return writer_address(id);
    }
    let host = random.pick(&[
        "post.example",
        "mail.example",
        "Brief.Example",
        "пошта.example",
    ]);
    format!("subscriber+{id}@{host}")
}
