//! Backups.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// The backups of an app, newest first.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BackupList {
    /// The backups.
    pub backups: Vec<BackupRow>,
    /// Environments whose stores cannot be read from here, and why.
    pub unreadable: Vec<super::Unreadable>,
}

/// A backup in a list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BackupRow {
    /// `environment:instance/folder`.
    pub reference: String,
    /// The environment.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The database.
    pub database: String,
    /// The instance, which is its folder in the store.
    pub instance: String,
    /// Its folder below the instance.
    pub folder: String,
    /// When it was made.
    pub created: Timestamp,
    /// When the data was true.
    pub data_as_of: Timestamp,
    /// Stored bytes.
    pub bytes: u64,
    /// Rows.
    pub rows: u64,
    /// How clean it is.
    pub data: String,
    /// Whether it is whole; else why not.
    pub broken: Option<String>,
}

/// One backup.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Backup {
    /// As it stands in lists.
    #[serde(flatten)]
    pub row: BackupRow,
    /// The engine and its version.
    pub engine: String,
    /// The run that made it.
    pub run: String,
    /// How the signature was judged, in words.
    pub signature: String,
    /// Whether and to whom it is encrypted.
    pub recipients: Vec<String>,
    /// How it was proven: dumped, adopted, rewritten.
    pub proof: String,
    /// The oldest client that reads it.
    pub readable_by: Option<String>,
    /// Sanitising in words: ruleset, digest, columns masked and kept, gate.
    pub sanitising: Vec<String>,
    /// Where the data came from, production first.
    pub lineage: Vec<Hop>,
    /// Who was restored from it, as far as records are readable: `environment/app` and the run.
    pub used_by: Vec<Hop>,
    /// What verified it.
    pub verification: Vec<Verification>,
    /// How to restore it without Weir: lines to paste.
    pub by_hand: Vec<String>,
    /// Its parts.
    pub parts: Vec<Part>,
    /// Its tables, largest first.
    pub tables: Vec<BackupTable>,
    /// The manifest as stored.
    pub manifest: serde_json::Value,
}

/// One step of the way data took.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Hop {
    /// The environment, or `environment/app`.
    pub place: String,
    /// The backup, as `environment:instance/folder`.
    pub backup: Option<String>,
    /// The run.
    pub run: Option<String>,
}

/// What has read a backup to its end.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Verification {
    /// When.
    pub at: Timestamp,
    /// What: a verify, a drill, a restore.
    pub by: String,
    /// The run.
    pub run: Option<String>,
    /// Whether it held.
    pub held: bool,
}

/// A stored part.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Stored bytes.
    pub bytes: u64,
    /// Digest of the stored bytes.
    pub digest: String,
}

/// A table of a backup.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BackupTable {
    /// Its name.
    pub name: String,
    /// Rows.
    pub rows: u64,
}
