//! Preview: a few rows of each table before and after the rules of an environment.
//!
//! The rows come from the live database that the backups are taken from: no engine reads single
//! rows out of a backup. They are held in memory alone, and no error says anything of them.

mod shape;

use crate::sanitise::rules::{Does, Rows, TableRules, table_rules};
use crate::sanitise::{self, source};
use crate::secrets;
use crate::site::Site;
use crate::weir::Weir;
use serde::Serialize;
use shape::Sight;
use std::path::Path;
use weir_config::yaml::nearest;
use weir_engine::{Context, Fate, Field, Masker as _, Replacement, RowMask, TablePlan};
use weir_mask::{BoundRules, Key};
use weir_model::catalog::{Catalog, TableKind};
use weir_model::error::{Error, Kind, Result};

/// Which rows are wanted, and how they are shown.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Only this table.
    pub table: Option<String>,
    /// Rows of each table at most.
    pub rows: u64,
    /// Whether values are shown as the source has them; their shapes if not.
    pub originals: bool,
}

/// Rows of one database before and after.
#[derive(Debug, Serialize)]
pub struct Preview {
    /// The environment that applies the rules.
    pub environment: String,
    /// The app.
    pub app: String,
    /// The database.
    pub database: String,
    /// The live database that the rows come from, in words.
    pub from: String,
    /// Whether values before are shown as they are; their shapes if not.
    pub originals: bool,
    /// The tables, in the order of the schema.
    pub tables: Vec<TablePreview>,
}

/// Rows of one table.
#[derive(Debug, Serialize)]
pub struct TablePreview {
    /// What the rules say.
    #[serde(flatten)]
    pub rules: TableRules,
    /// The rows.
    pub sample: Vec<RowPreview>,
}

/// One row.
#[derive(Debug, Serialize)]
pub struct RowPreview {
    /// Whether the rules leave it out.
    pub left_out: bool,
    /// Its columns, in their order.
    pub cells: Vec<CellPreview>,
}

/// One value.
#[derive(Debug, Serialize)]
pub struct CellPreview {
    /// Before: as it is, or its shape; `None` for NULL.
    pub before: Option<String>,
    /// After. Of a column that is kept it is shown as `before` is; `None` for NULL and where the
    /// row does not arrive.
    pub after: Option<String>,
    /// Whether it was written anew and is another value now.
    pub changed: bool,
}

/// Shows rows of the databases of the job at `address` that have rules, before and after.
///
/// # Errors
/// `usage` where there are no rules, `sanitise` when they do not fit the live schema, `source` and
/// `secret` when the live database cannot be read from here.
pub async fn preview(
    weir: &Weir,
    address: &str,
    database: Option<&str>,
    wish: &Wish,
    context: &Context,
) -> Result<Vec<Preview>> {
    let sites = weir.sites_to_read(address, database, context).await?;
    let mut previews = Vec::new();
    for site in &sites {
        let Some(path) = &site.ruleset else {
            continue;
        };
        let preview = of_site(weir, site, path, wish, context).await;
        previews.push(preview.map_err(not_from_backups)?);
    }
    if previews.is_empty() {
        let doing = format!("preview {address}");
        let cause = "it has no ruleset: its rows arrive as they are";
        return Err(Error::new(Kind::Usage, doing, cause)
            .hint("name the environment that sanitises, or give the app `sanitise: rules.yaml`"));
    }
    Ok(previews)
}

fn not_from_backups(error: Error) -> Error {
    if !matches!(error.kind(), Kind::Source | Kind::Secret) {
        return error;
    }
    let hint = error
        .hint_text()
        .map_or_else(String::new, |hint| format!("{hint}; "));
    error.hint(format!(
        "{hint}rows are read from the live database and not from backups: run this where it can be \
         reached, with its password. `weir sanitise check` needs only a backup"
    ))
}

async fn of_site(
    weir: &Weir,
    site: &Site,
    path: &Path,
    wish: &Wish,
    context: &Context,
) -> Result<Preview> {
    let live = source::live_site(weir, site, context).await?;
    let catalog = live.engine.catalog(&live.endpoint, context).await?;
    let key = key(weir, site, context).await?;
    let ruleset = sanitise::read(path)?;
    let bound = sanitise::bound(
        &ruleset,
        path,
        &catalog,
        (&key, weir.now(), sanitise::types(live.engine.as_ref())),
    )?;
    let mut rules = table_rules(&ruleset, &catalog, bound.steps());
    let sampler = Sampler {
        live: &live,
        bound: &bound,
        wish,
        context,
    };
    let mut tables = Vec::new();
    let wanted = wanted(&catalog, wish)?;
    rules.retain(|rules| wanted.contains(&rules.table.as_str()));
    for rules in rules {
        tables.push(sampler.table(rules).await?);
    }
    Ok(Preview {
        environment: site.environment.clone(),
        app: site.app.clone(),
        database: site.endpoint.database.clone(),
        from: live.describe(),
        originals: wish.originals,
        tables,
    })
}

/// The environment's masking key: what is shown is what a restore would write.
async fn key(weir: &Weir, site: &Site, context: &Context) -> Result<Key> {
    let environment = weir.environment(&site.environment)?;
    let Some(reference) = &environment.masking_key else {
        return Err(sanitise::without_key(&site.describe()));
    };
    let needed_by = format!("masking in {}", environment.name);
    let base = &weir.fleet().base;
    let secret = secrets::read(&reference.value, base, &needed_by, context).await?;
    Key::parse(secret.reveal().as_bytes())
}

/// The names of the tables to be shown.
fn wanted<'a>(catalog: &'a Catalog, wish: &Wish) -> Result<Vec<&'a str>> {
    let tables = catalog.tables.iter();
    let ruled = tables.filter(|table| table.kind != TableKind::Backing);
    let names: Vec<&str> = ruled.map(|table| table.name.as_str()).collect();
    let Some(wanted) = &wish.table else {
        return Ok(names);
    };
    if let Some(found) = names.iter().find(|name| *name == wanted) {
        return Ok(vec![*found]);
    }
    let hint = match nearest(wanted, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`? names are compared exactly"),
        None => format!("there are: {}", names.join(", ")),
    };
    let doing = format!("find the table {wanted}");
    let cause = "the database has none of this name";
    Err(Error::new(Kind::Usage, doing, cause).hint(hint))
}

/// What takes rows and puts them through the rules.
struct Sampler<'a> {
    live: &'a Site,
    bound: &'a BoundRules,
    wish: &'a Wish,
    context: &'a Context,
}

impl Sampler<'_> {
    async fn table(&self, rules: TableRules) -> Result<TablePreview> {
        let mut sample = Vec::new();
        let plan = self.bound.table(&rules.table);
        if let (Rows::Arrive, Some(mask)) = (rules.rows, plan.and_then(TablePlan::row_mask)) {
            let (engine, endpoint) = (&self.live.engine, &self.live.endpoint);
            let rows = engine
                .sample(endpoint, &rules.table, self.wish.rows, self.context)
                .await?;
            for row in &rows {
                sample.push(self.row(&rules, row, mask.as_ref())?);
            }
        }
        Ok(TablePreview { rules, sample })
    }

    fn row(
        &self,
        rules: &TableRules,
        row: &[Replacement],
        mask: &dyn RowMask,
    ) -> Result<RowPreview> {
        let fields: Vec<Field<'_>> = row.iter().map(Replacement::as_field).collect();
        let mut masked = vec![Replacement::Null; fields.len()];
        let left_out = mask.mask(&fields, &mut masked)? == Fate::Dropped;
        let sight = Sight {
            originals: self.wish.originals,
        };
        let columns = rules.columns.iter().zip(fields.iter().zip(&masked));
        let cells = columns.map(|(column, (before, after))| {
            let shown = sight.before(*before);
            let changed = !left_out
                && match column.does {
                    Does::Masked => after.as_field() != *before,
                    Does::Shuffled => true,
                    _ => false,
                };
            let after = match column.does {
                _ if left_out => None,
                Does::Masked if self.wish.originals || is_all_new(&column.rule, changed) => {
                    shape::text(after.as_field())
                }
                // Part of the value may still stand there.
                Does::Masked => sight.before(after.as_field()),
                Does::Kept => shown.clone(),
                // Whose value it will be, and what is computed from it, is not known before.
                _ => None,
            };
            CellPreview {
                before: shown,
                after,
                changed,
            }
        });
        Ok(RowPreview {
            left_out,
            cells: cells.collect(),
        })
    }
}

/// Whether nothing of a value is left in what a rule has made of it, as far as the rule tells.
fn is_all_new(rule: &str, changed: bool) -> bool {
    const IN_PART: [&str; 8] = [
        "keep",
        "when",
        "json",
        "each",
        "scrub",
        "template",
        "program",
        "coordinates",
    ];
    changed && !IN_PART.iter().any(|word| rule.contains(word))
}
