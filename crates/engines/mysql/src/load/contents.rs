//! Reading the part that says what is in the others.

use crate::catalog::Schema;
use crate::dump::CONTENTS;
use std::collections::BTreeSet;
use weir_engine::PartSource;
use weir_model::error::{Error, Kind, Result};

/// The most bytes of it that are taken: some hundred thousand objects.
const MOST: usize = 512 << 20;

/// Reads what the backup holds.
pub(super) async fn read(parts: &dyn PartSource) -> Result<Schema> {
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
    prove_others(parts, &schema).await?;
    Ok(schema)
}

/// Reads to their end the parts that only stock tools restore from, which proves them: a backup of
/// which one is damaged is not whole.
async fn prove_others(parts: &dyn PartSource, schema: &Schema) -> Result<()> {
    let of_tables = schema.tables.iter().flat_map(|table| &table.parts);
    let of_tables: BTreeSet<&str> = of_tables.map(String::as_str).collect();
    let names = parts.manifest().parts.iter().map(|part| part.name.as_str());
    for name in names.filter(|name| *name != CONTENTS && !of_tables.contains(name)) {
        let mut reader = parts.open(name).await?;
        while reader.next().await?.is_some() {}
    }
    Ok(())
}

fn wrong(backup: &str, cause: &str) -> Error {
    Error::new(Kind::Corrupt, format!("read the backup {backup}"), cause)
        .hint("choose a backup of a MySQL or MariaDB database")
}
