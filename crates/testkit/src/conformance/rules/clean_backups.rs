//! Clean backups: straight from a database, and of a backup.

use super::canaries::{scrub, seeded};
use super::corruption::stored_parts;
use super::{Target, refused, rows_of};
use crate::conformance::canaries::holds_canary;
use crate::conformance::damage::{Damaged, damages};
use crate::conformance::setting::sanitised;
use crate::conformance::{Plan, Rules, Seed, Setting};
use std::sync::Arc;
use weir_engine::Masker;
use weir_model::error::Kind;
use weir_model::manifest::Manifest;

/// Either holds what a masked restore arrives with, and no planted value in any part; it restores
/// without rules, proven, and says that it is sanitised.
pub async fn clean_backups_are_what_a_masked_restore_makes(setting: Setting) {
    let source = seeded(&setting);
    let context = setting.context();
    let raw = setting.backup(&source, &context).await.unwrap();
    let found = holding(&setting, &raw).await;
    assert!(!found.is_empty(), "what was not removed must be found");
    let rules = || scrub(&raw.catalog).drop_rows("items", "id", |id| id % 2 == 1);
    let masked = setting.endpoint("masked");
    let plan = Plan::with_token(1).masked(rules());
    setting
        .restore(&raw, &masked, &plan, &context)
        .await
        .unwrap();
    let fingerprint = setting.harness().fingerprint(&masked);
    let contents = setting.engine().contents(&masked, &context).await.unwrap();

    let (name, masker) = ("dumped", Arc::new(rules()));
    let dumped = setting.clean_backup(&source, name, masker, &context);
    let parts = setting.parts(&raw).await.unwrap();
    let rewritten = setting.rewrite(parts, "rewritten", Arc::new(rules()), &context);
    for clean in [dumped.await.unwrap(), rewritten.await.unwrap()] {
        let name = clean.database.clone();
        assert_eq!(clean.tables, contents.tables, "{name}: rows and digests");
        assert_eq!(clean.sanitising, sanitised(rules().mark()), "{name}");
        let holding = holding(&setting, &clean).await;
        assert_eq!(holding, Vec::<String>::new(), "{name}: parts with canaries");
        let target = setting.endpoint(&name);
        setting
            .restore(&clean, &target, &Plan::with_token(1), &context)
            .await
            .unwrap();
        let arrived = setting.harness().fingerprint(&target);
        assert_eq!(arrived, fingerprint, "{name}: what arrives from it");
        setting
            .assert_nothing_left(&target, "a clean backup and its restore")
            .await;
    }
}

/// The parts that hold a canary, and the manifest, if it does.
async fn holding(setting: &Setting, backup: &Manifest) -> Vec<String> {
    let manifest = serde_json::to_vec(backup).unwrap();
    let mut holding = Vec::new();
    if holds_canary(&manifest) {
        holding.push("the manifest".to_owned());
    }
    let parts = setting.parts(backup).await.unwrap();
    for part in &backup.parts {
        let mut reader = parts.open(&part.name).await.unwrap();
        let mut content = Vec::new();
        while let Some(bytes) = reader.next().await.unwrap() {
            content.extend_from_slice(&bytes);
        }
        if holds_canary(&content) {
            holding.push(part.name.clone());
        }
    }
    holding
}

/// A clean backup is made of a whole one or not at all.
pub async fn a_damaged_backup_makes_no_clean_one(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let context = setting.context();
    let rules = || Arc::new(Rules::keep(&manifest.catalog).mask("people", "email"));
    for (at, (part, path)) in stored_parts(&setting, &manifest).into_iter().enumerate() {
        // A name of its own for each: a minute has room for sixty attempts under one.
        let clean = format!("clean{at}");
        let damaged = Damaged::new(&path);
        for (damage, bytes) in damages(damaged.original()) {
            let what = format!("a clean backup of one with part {part} {damage}");
            let parts = setting.parts(&manifest).await.unwrap();
            damaged.replace(bytes.as_deref());
            let made = setting.rewrite(parts, &clean, rules(), &context).await;
            refused(made, &[Kind::Corrupt, Kind::Verify], &what);
            let published = setting.choose(&clean).await.map(drop);
            refused(published, &[Kind::NoBackup], &what);
            damaged.replace(Some(damaged.original()));
        }
    }
    let parts = setting.parts(&manifest).await.unwrap();
    let made = setting.rewrite(parts, "clean", rules(), &context).await;
    assert_eq!(rows_of(&made.unwrap().tables, "people"), 50);
}

/// A table without rules, and a rule that fails at the last row: nothing is published.
pub async fn what_the_rules_do_not_know_is_not_published(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let (source, context) = (setting.endpoint("source"), setting.context());
    let forgotten = || Rules::keep(&manifest.catalog).plan("people", None);
    let failing = || Rules::keep(&manifest.catalog).fail_at("notes", "text", 50);
    let rules: [&dyn Fn() -> Arc<dyn Masker>; 2] =
        [&|| Arc::new(forgotten()), &|| Arc::new(failing())];
    for rules in rules {
        let dumped = setting
            .clean_backup(&source, "clean", rules(), &context)
            .await;
        refused(dumped, &[Kind::Sanitise], "a clean backup");
        let parts = setting.parts(&manifest).await.unwrap();
        let rewritten = setting.rewrite(parts, "clean", rules(), &context).await;
        refused(rewritten, &[Kind::Sanitise], "a clean backup of a backup");
        let published = setting.choose("clean").await.map(drop);
        refused(published, &[Kind::NoBackup], "no clean backup");
    }
    setting
        .assert_nothing_left(&source, "a clean backup that failed")
        .await;
}
