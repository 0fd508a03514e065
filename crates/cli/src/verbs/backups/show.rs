//! `weir backups show BACKUP`

use crate::output::{Cell, Table};
use crate::session::Session;
use crate::units;
use weir_model::error::Result;
use weir_model::manifest::{CopiedFrom, Manifest, Proof};
use weir_model::sanitising::Mark;
use weir_pipeline::backups::{self, BackupDetails};
use weir_pipeline::guard::in_words;
use weir_pipeline::sanitise::in_words as in_words_of_rules;

/// Prints what the backup is.
pub(super) async fn run(session: &Session, backup: &str) -> Result<u8> {
    let weir = session.weir()?;
    let details = backups::show(&weir, backup, &session.context()).await?;
    if session.output.is_json() {
        session.output.json(&details)?;
    } else {
        print(session, &details);
    }
    Ok(0)
}

fn print(session: &Session, details: &BackupDetails) {
    let manifest = &details.manifest;
    let output = &session.output;
    for (name, value) in facts(details) {
        output.line(format!("{name:<14}{value}"));
    }
    output.heading("parts");
    let mut table = Table::new(["part", "stored", "content", "digest"]);
    for part in &manifest.parts {
        table.row(vec![
            part.name.clone().into(),
            Cell::number(units::bytes(part.bytes)),
            Cell::number(units::bytes(part.content_bytes)),
            part.stored.to_string().into(),
        ]);
    }
    output.table(&table);
    output.heading("tables");
    let mut table = Table::new(["table", "rows", "digest"]);
    for rows in &manifest.tables {
        table.row(vec![
            rows.table.clone().into(),
            Cell::number(units::count(rows.rows)),
            rows.digest.to_string().into(),
        ]);
    }
    output.table(&table);
}

fn facts(details: &BackupDetails) -> Vec<(&'static str, String)> {
    let manifest = &details.manifest;
    let mut facts = vec![
        ("backup", details.reference.clone()),
        (
            "app",
            format!(
                "{}/{} ({})",
                manifest.environment, manifest.app, manifest.engine
            ),
        ),
        ("database", manifest.database.clone()),
        ("taken", units::time(manifest.created)),
        ("data as of", units::time(manifest.data_as_of)),
        ("came", lineage(manifest)),
    ];
    facts.extend(cleanliness(&manifest.sanitising));
    facts.extend([
        ("rows", units::count(manifest.rows())),
        ("signature", details.signature.clone()),
        ("encrypted to", recipients(manifest)),
        ("snapshot", manifest.snapshot.mode.clone()),
        ("proof", proof(manifest)),
        (
            "made by",
            format!("weir {}, {}", manifest.tools.weir, manifest.tools.engine),
        ),
        ("readable by", manifest.tools.readable_by.clone()),
        ("run", manifest.run.clone()),
    ]);
    // A copy byte for byte does not know that it is one.
    facts.extend(
        manifest
            .copied_from
            .iter()
            .map(|from| ("copied from", origin(from))),
    );
    facts
}

/// How clean the data is, and the evidence for it.
fn cleanliness(mark: &Mark) -> Vec<(&'static str, String)> {
    let mut facts = vec![("data", mark.state.to_string())];
    if let Some(ruleset) = &mark.ruleset {
        facts.push(("rules", in_words_of_rules(ruleset)));
        let (digest, scheme, key) = (&ruleset.digest, &ruleset.scheme, &ruleset.key_id);
        facts.push((
            "ruleset",
            format!("{digest}, scheme {scheme}, masking key {key}"),
        ));
    }
    if let Some(voucher) = &mark.voucher {
        let (by, until, why) = (&voucher.by, voucher.until, &voucher.why);
        facts.push(("vouched for", format!("by {by} until {until}: {why}")));
    }
    facts
}

fn proof(manifest: &Manifest) -> String {
    match manifest.proof {
        Proof::Dumped => "dumped: Weir saw every step end well".to_owned(),
        Proof::Adopted => format!(
            "adopted: made by others from {}, read to its end",
            in_words(&manifest.identity)
        ),
    }
}

fn recipients(manifest: &Manifest) -> String {
    match &manifest.encryption {
        Some(encryption) => encryption.recipients.join(", "),
        None => "nobody: it is not encrypted".to_owned(),
    }
}

/// What a copy for other recipients was made from.
fn origin(from: &CopiedFrom) -> String {
    let signed = match &from.signed_by {
        Some(key) => format!("signed by {key}"),
        None => "unsigned".to_owned(),
    };
    format!("{}:{}, {signed}", from.environment, from.backup)
}

fn lineage(manifest: &Manifest) -> String {
    match &manifest.lineage {
        None => "its history is unknown".to_owned(),
        Some(hops) if hops.is_empty() => "born here".to_owned(),
        Some(hops) => hops
            .iter()
            .map(|hop| format!("{}:{}", hop.environment, hop.backup))
            .collect::<Vec<_>>()
            .join(" → "),
    }
}
