//! What the columns of one table likely hold, by their names and by a few of their values.

use super::country;
use super::documents::{self, ScannedPath};
use crate::site::Site;
use serde::Serialize;
use weir_detect::{Judgement, Profile, Sensitive};
use weir_engine::{Context, Replacement};
use weir_model::catalog::{Column, Table, TableKind};
use weir_model::error::{Kind, Result};

/// One table.
#[derive(Debug, Serialize)]
pub struct ScannedTable {
    /// Its name.
    pub table: String,
    /// Rows that were looked at.
    pub rows: u64,
    /// Its columns, in their order.
    pub columns: Vec<ScannedColumn>,
}

/// One column.
#[derive(Debug, Serialize)]
pub struct ScannedColumn {
    /// Its name.
    pub column: String,
    /// Its type.
    #[serde(rename = "type")]
    pub data_type: String,
    /// Values that were looked at; NULL is none.
    pub values: u64,
    /// What it likely holds, the likeliest first.
    pub holds: Vec<Held>,
    /// Whether that is personal or secret.
    pub sensitive: bool,
    /// Of national identifiers, whose they are, where `national-id` makes such.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<&'static str>,
    /// Of JSON documents, what lies where in them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<ScannedPath>,
}

/// What a column may hold.
#[derive(Debug, Serialize)]
pub struct Held {
    /// Its kind, e.g. `email`.
    #[serde(serialize_with = "as_name")]
    pub what: Sensitive,
    /// How sure that is, from 0 to 1.
    pub certainty: f32,
    /// What speaks for it.
    pub why: Vec<String>,
}

// The shape that serde asks for.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn as_name<S: serde::Serializer>(what: &Sensitive, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(what.name())
}

impl From<Judgement> for Held {
    fn from(judgement: Judgement) -> Self {
        Self {
            what: judgement.what,
            certainty: judgement.certainty,
            why: judgement.why,
        }
    }
}

/// Looks at up to `limit` rows of a table. One whose rows cannot be read is judged by its names.
///
/// # Errors
/// `interrupted`, `deadline`.
pub(super) async fn look(
    site: &Site,
    table: &Table,
    limit: u64,
    context: &Context,
) -> Result<ScannedTable> {
    let rows = rows(site, table, limit, context).await?;
    let columns = table.columns.iter().enumerate();
    let columns = columns.map(|(place, column)| {
        let values = rows.iter().filter_map(|row| row.get(place));
        judge(&table.name, column, values)
    });
    Ok(ScannedTable {
        table: table.name.clone(),
        rows: u64::try_from(rows.len()).unwrap_or(u64::MAX),
        columns: columns.collect(),
    })
}

async fn rows(
    site: &Site,
    table: &Table,
    limit: u64,
    context: &Context,
) -> Result<Vec<Vec<Replacement>>> {
    if table.kind != TableKind::Ordinary || limit == 0 {
        return Ok(Vec::new());
    }
    let sampled = site
        .engine
        .sample(&site.endpoint, &table.name, limit, context)
        .await;
    match sampled {
        Err(error) if !matches!(error.kind(), Kind::Interrupted | Kind::Deadline) => {
            let name = &table.name;
            context.warn(format!("{name} is judged by its names alone: {error}"));
            Ok(Vec::new())
        }
        sampled => sampled,
    }
}

/// The bytes of a text, or bytes.
pub(super) fn bytes(value: &Replacement) -> Option<&[u8]> {
    match value {
        Replacement::Text(text) => Some(text.as_bytes()),
        Replacement::Blob(bytes) => Some(bytes),
        _ => None,
    }
}

fn judge<'a>(
    table: &str,
    column: &Column,
    values: impl Iterator<Item = &'a Replacement> + Clone,
) -> ScannedColumn {
    let mut profile = Profile::new(table, &column.name, &column.data_type);
    let mut seen = 0;
    for value in values.clone() {
        seen += u64::from(*value != Replacement::Null);
        match value {
            Replacement::Null => profile.add(None),
            Replacement::Integer(number) => profile.add(Some(number.to_string().as_bytes())),
            Replacement::Real(number) => profile.add(Some(number.to_string().as_bytes())),
            Replacement::Text(text) => profile.add(Some(text.as_bytes())),
            Replacement::Blob(bytes) => profile.add(Some(bytes)),
        }
    }
    let verdict = profile.verdict();
    let is_likely = |what| {
        let first = verdict.what.first();
        first.is_some_and(|judged: &Judgement| judged.what == what)
    };
    let country = match is_likely(Sensitive::NationalId) {
        true => country::of(values.clone().filter_map(bytes)),
        false => None,
    };
    let paths = match is_likely(Sensitive::Document) {
        true => documents::paths(table, values),
        false => Vec::new(),
    };
    ScannedColumn {
        country,
        paths,
        column: column.name.clone(),
        data_type: column.data_type.clone(),
        values: seen,
        holds: verdict.what.into_iter().map(Held::from).collect(),
        sensitive: verdict.sensitive,
    }
}
