//! Stored parts that are not what was written are found out before the live copy changes.

use super::{Target, refused};
use crate::conformance::damage::{Damaged, damages, files_below};
use crate::conformance::part_wrappers::LateVerdict;
use crate::conformance::{Plan, Seed, Setting};
use std::path::PathBuf;
use std::sync::Arc;
use weir_model::error::Kind;
use weir_model::manifest::Manifest;

const KINDS: [Kind; 2] = [Kind::Corrupt, Kind::Verify];

/// Missing, cut, grown and flipped, each part of a backup in turn: both when the damage happens
/// after the backup was chosen, and before.
pub async fn every_damage_to_a_part_is_detected(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    for (part, path) in stored_parts(&setting, &manifest) {
        let damaged = Damaged::new(&path);
        for (damage, bytes) in damages(damaged.original()) {
            let what = format!("a restore with part {part} {damage}");
            assert_detected(&setting, &manifest, &target, &what, || {
                damaged.replace(bytes.as_deref());
            })
            .await;
            damaged.replace(Some(damaged.original()));
        }
    }
    assert_still_restorable(&setting, &manifest, &target).await;
}

/// Whole parts in the wrong place: of another table, of an older backup.
pub async fn parts_of_another_backup_are_detected(setting: Setting) {
    let older = setting.backup_of("source", Seed::Generation(9)).await;
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    let parts = stored_parts(&setting, &manifest);
    let older = stored_parts(&setting, &older);
    for (number, (part, path)) in parts.iter().enumerate() {
        let damaged = Damaged::new(path);
        let neighbour = &parts[(number + 1) % parts.len()];
        let same = older.iter().find(|(name, _)| name == part);
        for (other, other_path) in same.into_iter().chain([neighbour]) {
            let bytes = std::fs::read(other_path).unwrap();
            // A part that is the same in both backups is no damage.
            if bytes == damaged.original() {
                continue;
            }
            let what = format!("a restore with part {part} replaced by another {other}");
            assert_detected(&setting, &manifest, &target, &what, || {
                damaged.replace(Some(&bytes));
            })
            .await;
            damaged.replace(Some(damaged.original()));
        }
    }
    assert_still_restorable(&setting, &manifest, &target).await;
}

/// A part is proven as a whole only at its end: an engine reads to there, and believes nothing
/// before.
pub async fn a_part_is_not_trusted_before_its_end(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    let (plan, context) = (Plan::with_token(1), setting.context());
    let side_objects: Vec<&String> = manifest
        .parts
        .iter()
        .filter_map(|part| part.frames.as_ref())
        .collect();
    for part in manifest
        .parts
        .iter()
        .filter(|part| !side_objects.contains(&&part.name))
    {
        let late = Arc::new(LateVerdict {
            parts: setting.parts(&manifest).await.unwrap(),
            corrupt: part.name.clone(),
        });
        let what = format!("a restore with part {} corrupt at its end", part.name);
        let restored = setting
            .restore_parts(late, &target.endpoint, &plan, &context)
            .await;
        refused(restored, &[Kind::Corrupt], &what);
        target.assert_untouched(&setting, &what).await;
    }
    assert_still_restorable(&setting, &manifest, &target).await;
}

pub(super) fn stored_parts(setting: &Setting, manifest: &Manifest) -> Vec<(String, PathBuf)> {
    let folder = setting.shelf().objects().join(&manifest.backup);
    let files = files_below(&folder);
    manifest
        .parts
        .iter()
        .map(|part| {
            let path = folder.join(&part.name);
            assert!(
                files.contains(&path),
                "part {} must be among {files:?}",
                part.name
            );
            (part.name.clone(), path)
        })
        .collect()
}

async fn assert_detected(
    setting: &Setting,
    manifest: &Manifest,
    target: &Target,
    what: &str,
    damage: impl FnOnce(),
) {
    let (plan, context) = (Plan::with_token(1), setting.context());
    let chosen_before = setting.parts(manifest).await.unwrap();
    damage();
    let restored = setting
        .restore_parts(chosen_before, &target.endpoint, &plan, &context)
        .await;
    refused(restored, &KINDS, what);
    target.assert_untouched(setting, what).await;

    let restored = setting
        .restore(manifest, &target.endpoint, &plan, &context)
        .await;
    refused(
        restored,
        &[Kind::Corrupt, Kind::Verify, Kind::NoBackup],
        what,
    );
    target.assert_untouched(setting, what).await;
}

/// The damage was what was detected: without it, the same restore succeeds.
async fn assert_still_restorable(setting: &Setting, manifest: &Manifest, target: &Target) {
    let (plan, context) = (Plan::with_token(1), setting.context());
    setting
        .restore(manifest, &target.endpoint, &plan, &context)
        .await
        .unwrap();
    assert_eq!(
        setting.harness().read_generation(&target.endpoint),
        Ok(Target::NEW)
    );
}
