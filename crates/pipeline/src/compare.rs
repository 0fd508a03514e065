//! Compare: two databases, live or backed up: schema, rows, digests, owner and grants.

use crate::backups;
use crate::weir::Weir;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use weir_config::Job;
use weir_engine::{Contents, Context};
use weir_model::catalog::Catalog;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::TableDigest;

/// Two databases, and where they differ.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// The first one, as it was named.
    pub left: String,
    /// The second one.
    pub right: String,
    /// Whether nothing differs.
    pub equal: bool,
    /// Objects of the schema that differ, by kind and name.
    pub schema: Vec<SchemaDifference>,
    /// Every table of either side, by name.
    pub tables: Vec<TableComparison>,
    /// What differs in owner and grants; `None` when a side is a backup, which has neither.
    pub ownership: Option<Vec<OwnershipDifference>>,
}

/// An object that is not the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SchemaDifference {
    /// `table`, `index`, `view`…
    pub kind: String,
    /// Its name.
    pub name: String,
    /// How it differs.
    pub change: Change,
}

/// How an object of the left side differs on the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Only the right side has it.
    Added,
    /// Only the left side has it.
    Removed,
    /// Its definitions differ.
    Changed,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableComparison {
    /// Its name.
    pub table: String,
    /// Rows on the left side; `None` when it has no such table.
    pub left_rows: Option<u64>,
    /// Rows on the right side.
    pub right_rows: Option<u64>,
    /// Whether both sides have the same rows with the same contents.
    pub equal: bool,
}

/// An owner or a grant that is not the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnershipDifference {
    /// What it is, e.g. `owner`.
    pub name: String,
    /// On the left side; `None` when it is not there.
    pub left: Option<String>,
    /// On the right side.
    pub right: Option<String>,
}

/// Compares two databases, each `ENVIRONMENT/APP[:DATABASE]` for a live one or
/// `ENVIRONMENT:INSTANCE/FOLDER` for a backup, or as `weir backups list --copies` names a copy.
///
/// # Errors
/// `usage` for a name that is none, or databases of two kinds; `source`, `no-backup`, `store`.
pub async fn compare(
    weir: &Weir,
    left: &str,
    right: &str,
    context: &Context,
) -> Result<Comparison> {
    let (one, other) = tokio::try_join!(side(weir, left, context), side(weir, right, context))?;
    if one.engine != other.engine {
        return Err(Error::new(
            Kind::Usage,
            format!("compare {left} with {right}"),
            format!("one is {}, the other {}", one.engine, other.engine),
        )
        .hint("name two databases of one kind"));
    }
    let schema = schema(&one.catalog, &other.catalog);
    let tables = tables(&one.tables, &other.tables);
    let ownership = one.ownership.zip(other.ownership);
    let ownership = ownership.map(|(one, other)| owners(one, other));
    let same_owners = ownership.as_ref().is_none_or(Vec::is_empty);
    Ok(Comparison {
        left: left.to_owned(),
        right: right.to_owned(),
        equal: schema.is_empty() && same_owners && tables.iter().all(|table| table.equal),
        schema,
        tables,
        ownership,
    })
}

/// One side, whatever it is.
struct Side {
    engine: String,
    catalog: Catalog,
    tables: Vec<TableDigest>,
    ownership: Option<Vec<(String, String)>>,
}

async fn side(weir: &Weir, name: &str, context: &Context) -> Result<Side> {
    if backups::is_backup(name) {
        let manifest = backups::show(weir, name, context).await?.manifest;
        return Ok(Side {
            engine: manifest.engine,
            catalog: manifest.catalog,
            tables: manifest.tables,
            ownership: None,
        });
    }
    live(weir, name, context).await
}

async fn live(weir: &Weir, name: &str, context: &Context) -> Result<Side> {
    let (address, database) = match name.split_once(':') {
        Some((address, database)) => (address, Some(database)),
        None => (name, None),
    };
    let job = job(weir, address)?;
    if let (None, 2..) = (database, job.databases.len()) {
        let known = job.databases.iter().map(|known| known.name.as_str());
        return Err(Error::new(
            Kind::Usage,
            format!("find the database {name}"),
            "the app has several",
        )
        .hint(format!(
            "name one of them, as {address}:DATABASE: {}",
            known.collect::<Vec<_>>().join(", ")
        )));
    }
    let sites = weir.sites_to_look_at(job, database, context).await?;
    let site = sites.into_iter().next().ok_or_else(|| {
        Error::new(
            Kind::Usage,
            format!("find the database {name}"),
            "the job has none",
        )
        .hint("give the app a `database`")
    })?;
    let contents = site.engine.contents(&site.endpoint, context).await?;
    let Contents {
        catalog,
        tables,
        ownership,
    } = contents;
    Ok(Side {
        engine: site.engine.name().to_owned(),
        catalog,
        tables,
        ownership: Some(ownership),
    })
}

/// Any job of an app knows where its databases are.
fn job<'a>(weir: &'a Weir, address: &'a str) -> Result<&'a Job> {
    let of_app = address
        .split_once('/')
        .and_then(|(environment, app)| weir.fleet().jobs_of(environment, app).next());
    of_app.map_or_else(|| weir.fleet().job(address), Ok)
}

fn schema(left: &Catalog, right: &Catalog) -> Vec<SchemaDifference> {
    let (left, right) = (left.definitions(), right.definitions());
    let names: BTreeSet<_> = left.keys().chain(right.keys()).copied().collect();
    let change = |key| match (left.get(&key), right.get(&key)) {
        (None, _) => Some(Change::Added),
        (_, None) => Some(Change::Removed),
        (Some(one), Some(other)) => (one != other).then_some(Change::Changed),
    };
    let differences = names.into_iter().filter_map(|(kind, name)| {
        Some(SchemaDifference {
            kind: kind.to_owned(),
            name: name.to_owned(),
            change: change((kind, name))?,
        })
    });
    differences.collect()
}

/// The tables of both sides, by name.
pub(crate) fn tables(left: &[TableDigest], right: &[TableDigest]) -> Vec<TableComparison> {
    let (left, right) = (by_name(left), by_name(right));
    let names: BTreeSet<&str> = left.keys().chain(right.keys()).copied().collect();
    let compared = names.into_iter().map(|name| {
        let (one, other) = (left.get(name), right.get(name));
        TableComparison {
            table: name.to_owned(),
            left_rows: one.map(|table| table.rows),
            right_rows: other.map(|table| table.rows),
            equal: one == other,
        }
    });
    compared.collect()
}

fn by_name(tables: &[TableDigest]) -> BTreeMap<&str, &TableDigest> {
    tables
        .iter()
        .map(|table| (table.table.as_str(), table))
        .collect()
}

fn owners(left: Vec<(String, String)>, right: Vec<(String, String)>) -> Vec<OwnershipDifference> {
    let left: BTreeMap<String, String> = left.into_iter().collect();
    let right: BTreeMap<String, String> = right.into_iter().collect();
    let names: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    let differences = names.into_iter().map(|name| OwnershipDifference {
        name: name.clone(),
        left: left.get(name).cloned(),
        right: right.get(name).cloned(),
    });
    differences
        .filter(|found| found.left != found.right)
        .collect()
}
