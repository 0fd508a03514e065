//! One backup.

mod by_hand;

use super::Inner;
use super::sanitising::gate;
use super::uses::{self, Use};
use crate::views::{Backup, BackupRow, BackupTable, Hop, Part};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::{Manifest, Proof};
use weir_model::sanitising::Mark;
use weir_model::stamp;
use weir_pipeline::backups::{self, BackupDetails};
use weir_pipeline::words;

pub(super) async fn read(
    source: &Inner,
    (place, instance, folder): (&str, &str, &str),
    context: &Context,
) -> Result<Backup> {
    let environment = place.split('/').next().unwrap_or_default();
    source.refuse_hidden(environment)?;
    let reference = format!("{place}:{instance}/{folder}");
    let found = backups::show(&source.weir, &reference, context).await?;
    let uses = uses::of(&source.picture().summaries);
    Ok(Backup {
        by_hand: by_hand::lines(source, place, &found.manifest),
        lineage: lineage(&found.manifest, &uses),
        ..shown(place, &found, &uses)?
    })
}

fn shown(place: &str, found: &BackupDetails, uses: &[Use]) -> Result<Backup> {
    let manifest = &found.manifest;
    // Records name a backup as it is called where it was made.
    let made = format!("{}:{}", manifest.environment, manifest.backup);
    let (instance, folder) = super::backups::place(&found.reference);
    let mut tables: Vec<BackupTable> = manifest
        .tables
        .iter()
        .map(|table| BackupTable {
            name: table.table.clone(),
            rows: table.rows,
        })
        .collect();
    tables.sort_by(|one, other| (other.rows, &one.name).cmp(&(one.rows, &other.name)));
    Ok(Backup {
        row: BackupRow {
            reference: found.reference.clone(),
            environment: place.to_owned(),
            app: manifest.app.clone(),
            database: manifest.database.clone(),
            instance,
            folder,
            created: manifest.created,
            data_as_of: manifest.data_as_of,
            bytes: manifest.stored_bytes(),
            rows: manifest.rows(),
            data: manifest.sanitising.state.to_string(),
            broken: found.problem.clone(),
        },
        engine: manifest.tools.engine.clone(),
        run: manifest.run.clone(),
        signature: found.signature.clone(),
        recipients: manifest
            .encryption
            .iter()
            .flat_map(|encryption| encryption.recipients.clone())
            .collect(),
        proof: proof(manifest),
        readable_by: Some(manifest.tools.readable_by.clone()),
        sanitising: sanitising(&manifest.sanitising),
        lineage: Vec::new(),
        used_by: uses::used_by(uses, &made),
        verification: uses::verification(uses, [&made, &found.reference]),
        by_hand: Vec::new(),
        parts: manifest.parts.iter().map(part).collect(),
        tables,
        manifest: serde_json::to_value(manifest).map_err(|error| {
            Error::from_source(Kind::Internal, "show a manifest", error)
                .hint("report this as a bug")
        })?,
    })
}

fn proof(manifest: &Manifest) -> String {
    let made = match manifest.proof {
        Proof::Dumped => "dumped by Weir",
        Proof::Adopted => "made by others, read to its end by Weir",
    };
    match &manifest.copied_from {
        Some(from) => format!(
            "{made}, then encrypted anew from {}:{}",
            from.environment, from.backup
        ),
        None => made.to_owned(),
    }
}

fn sanitising(mark: &Mark) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(rules) = &mark.ruleset {
        lines.push(format!("ruleset {}, {}", rules.name, rules.digest));
        lines.push(format!(
            "{} columns masked, {} kept on purpose",
            rules.masked, rules.kept
        ));
        lines.push(format!(
            "{} values written anew by scheme {} with the key {}",
            words::count(rules.values),
            rules.scheme,
            rules.key_id
        ));
        if rules.rows_left_out > 0 {
            let rows = words::count(rules.rows_left_out);
            lines.push(format!("{rows} rows left out"));
        }
        lines.push(match &rules.gate {
            Some(seen) => gate(seen),
            None => "no gate has looked at it".to_owned(),
        });
    }
    if let Some(voucher) = &mark.voucher {
        lines.push(format!(
            "accepted as it is by {} until {}: {}",
            voucher.by, voucher.until, voucher.why
        ));
    }
    lines
}

/// The way the data took, production first, with the runs that carried it on as far as records
/// tell them; nothing where the source carried no stamp.
fn lineage(manifest: &Manifest, uses: &[Use]) -> Vec<Hop> {
    let hops: &[stamp::Hop] = manifest.lineage.as_deref().unwrap_or_default();
    let next = hops.iter().skip(1).map(|hop| hop.environment.as_str());
    let next = next.chain([manifest.environment.as_str()]);
    hops.iter()
        .zip(next)
        .map(|(hop, next)| {
            let backup = format!("{}:{}", hop.environment, hop.backup);
            Hop {
                run: uses::carried(uses, &backup, next, manifest.created),
                place: hop.environment.clone(),
                backup: Some(backup),
            }
        })
        .collect()
}

fn part(part: &weir_model::manifest::Part) -> Part {
    Part {
        name: part.name.clone(),
        bytes: part.bytes,
        digest: part.stored.to_string(),
    }
}
