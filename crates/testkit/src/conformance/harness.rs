//! What the suite must know about an engine to hold it to its contract.

use super::canaries::Planted;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use weir_engine::{Endpoint, Engine, Replacement};
use weir_model::stamp::Stamp;

/// What a database is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seed {
    /// A little of everything the engine can hold: every type, its extremes, odd names, keys,
    /// indexes, views, triggers…
    Everything,
    /// No table at all.
    Empty,
    /// The suite's own small schema, with a number that tells one copy from another:
    ///
    /// - `items(id, generation)`: 200 rows or more, each with the number;
    /// - `people(id, name, email)`: 50 rows, emails unique, `person-<id>@generation-<number>.example`;
    /// - `notes(id, person, text)`: 50 rows, `person` a foreign key to `people`, texts
    ///   `erase-me-<id>`;
    /// - `writes(id)`: no rows; `totals(id, writes)`: one row with 0.
    Generation(u32),
}

/// A change of schema, made behind the engine's back.
pub struct SchemaChange {
    /// What it is, in words.
    pub name: &'static str,
    /// Makes it, in a database with [`Seed::Generation`].
    pub apply: Box<dyn Fn(&Endpoint)>,
}

/// A database that cannot be entered.
pub struct Unusable {
    /// Why, in words.
    pub why: &'static str,
    /// Where.
    pub endpoint: Endpoint,
}

/// How the suite fills, reads and breaks databases of one engine, with none of its code.
///
/// Methods that fail panic, but for those whose failure is an answer.
pub trait Harness: Send + Sync + 'static {
    /// The engine.
    fn engine(&self) -> Arc<dyn Engine>;

    /// Where the database of that name would be, among others in `folder`. Makes nothing.
    fn endpoint(&self, folder: &Path, name: &str) -> Endpoint;

    /// Makes a database, or replaces the one that is there, as somebody without Weir would.
    fn seed(&self, endpoint: &Endpoint, seed: Seed);

    /// Adds tables `canaries(id, plain, document, list, prose, bytes)` and `copies(id, plain)` to a
    /// database with [`Seed::Generation`], with these rows; [`super::canary_sql`] says it in SQL.
    fn plant(&self, endpoint: &Endpoint, rows: &[Planted]);

    /// The whole logical content as text, but for Weir's own objects.
    fn fingerprint(&self, endpoint: &Endpoint) -> String;

    /// Reads the number of a [`Seed::Generation`] in one transaction, as a reader of the live
    /// copy would.
    ///
    /// # Errors
    /// When the database cannot be read, when `items` holds no or several numbers, or when
    /// `totals` does not equal the rows in `writes`.
    fn read_generation(&self, endpoint: &Endpoint) -> Result<u32, String>;

    /// Adds a row to `writes` and counts it in `totals`, in one transaction, as an application
    /// would.
    ///
    /// # Errors
    /// When the database is busy for longer than an application waits.
    fn write(&self, endpoint: &Endpoint) -> Result<(), String>;

    /// Changes of schema of every kind the engine knows.
    fn schema_changes(&self) -> Vec<SchemaChange>;

    /// Removes a row of `items` from the shadow of a restore that is under way.
    fn lose_a_row(&self, endpoint: &Endpoint);

    /// Makes a row of `notes` in the shadow point to a person who is not there.
    fn break_a_constraint(&self, endpoint: &Endpoint);

    /// Writes a stamp into the live copy, as a newer run would.
    fn write_stamp(&self, endpoint: &Endpoint, stamp: &Stamp);

    /// A script that removes every row of `notes`.
    fn deleting_script(&self) -> String;

    /// A script that gives every person the name `x`.
    fn renaming_script(&self) -> String;

    /// Scripts that change rows and then fail, or try to get out of their transaction. Where it
    /// can, one of them fails over a person's email.
    fn failing_scripts(&self) -> Vec<String>;

    /// Shadows and other unfinished things of Weir's that are there, found without the engine.
    fn remains(&self, endpoint: &Endpoint) -> Vec<String>;

    /// How long a rule may take: a minute, and more where every database is a server's to make.
    fn patience(&self) -> Duration {
        Duration::from_secs(60)
    }

    /// A whole number as the engine digests it.
    fn number(&self, number: i64) -> Replacement {
        Replacement::Integer(number)
    }

    /// The folders in which the bytes of a database lie, and those of Weir's own beside it, as they
    /// are now; `folder` is where the suite keeps its databases.
    fn storage(&self, _endpoint: &Endpoint, folder: &Path) -> Vec<PathBuf> {
        vec![folder.to_owned()]
    }

    /// A dump of a database, made in `folder` as somebody without Weir would; its files.
    fn foreign_dump(&self, endpoint: &Endpoint, folder: &Path) -> Vec<PathBuf>;

    /// Databases that cannot be entered: unreachable, wrong password, something else. Some of
    /// them may lie in `folder`.
    fn unusable(&self, folder: &Path) -> Vec<Unusable>;
}
