//! Reading the part that says what is in the others.

use crate::catalog::Schema;
use crate::dump::{CONTENTS, columns_of_placeholder};
use std::collections::{BTreeMap, BTreeSet};
use weir_engine::PartSource;
use weir_model::error::{Error, Kind, Result};

/// The most bytes of it that are taken: some hundred thousand objects.
const MOST: usize = 512 << 20;

/// The most bytes that what stands in for a view takes: a view has some thousand columns at most.
const MOST_OF_A_VIEW: usize = 1 << 20;

/// What a backup holds.
pub(crate) struct Backup {
    pub(crate) schema: Schema,
    /// The columns of its views.
    pub(crate) view_columns: BTreeMap<String, Vec<String>>,
}

/// Reads what the backup holds.
pub(crate) async fn read(parts: &dyn PartSource) -> Result<Backup> {
    let backup = parts.manifest().backup.as_str();
    if parts.manifest().part(CONTENTS).is_none() {
        return Err(wrong(
            backup,
            &format!("its manifest lists no part {CONTENTS}"),
        ));
    }
    let mut reader = parts.open(CONTENTS).await?;
    let mut bytes = Vec::new();
    while let Some(content) = reader.next().await? {
        bytes.extend_from_slice(&content);
        if bytes.len() > MOST {
            return Err(wrong(backup, &format!("its part {CONTENTS} is too large")));
        }
    }
    let schema: Schema = serde_json::from_slice(&bytes)
        .map_err(|_| wrong(backup, &format!("its part {CONTENTS} is not understood")))?;
    for table in &schema.tables {
        for part in &table.parts {
            if parts.manifest().part(part).is_none() {
                let cause = format!("table {} is in a part that is not listed", table.name);
                return Err(wrong(backup, &cause));
            }
        }
    }
    let view_columns = read_others(parts, &schema).await?;
    Ok(Backup {
        schema,
        view_columns,
    })
}

/// Reads to their end the parts that only stock tools restore from, which proves them: a backup of
/// which one is damaged is not whole. Gives the columns of views, which stand there alone.
async fn read_others(
    parts: &dyn PartSource,
    schema: &Schema,
) -> Result<BTreeMap<String, Vec<String>>> {
    let of_tables = schema.tables.iter().flat_map(|table| &table.parts);
    let of_tables: BTreeSet<&str> = of_tables.map(String::as_str).collect();
    let names = parts.manifest().parts.iter().map(|part| part.name.as_str());
    let mut view_columns = BTreeMap::new();
    for name in names.filter(|name| *name != CONTENTS && !of_tables.contains(name)) {
        let mut reader = parts.open(name).await?;
        let mut text = Vec::new();
        while let Some(content) = reader.next().await? {
            if text.len() < MOST_OF_A_VIEW {
                text.extend_from_slice(&content);
            }
        }
        view_columns.extend(columns_of_placeholder(&text));
    }
    Ok(view_columns)
}

fn wrong(backup: &str, cause: &str) -> Error {
    Error::new(Kind::Corrupt, format!("read the backup {backup}"), cause)
        .hint("choose a backup of a MySQL or MariaDB database")
}
