//! The three proofs, each broken on purpose.

use super::{Target, refused};
use crate::conformance::part_wrappers::OtherManifest;
use crate::conformance::{Plan, Rules, Seed, Setting};
use crate::observe::Probe;
use std::sync::Arc;
use weir_model::digest::Digest;
use weir_model::error::Kind;
use weir_model::event::Checkpoint;
use weir_model::manifest::{Manifest, TableDigest};

type Edit = (&'static str, fn(&mut Vec<TableDigest>));

const EDITS: [Edit; 4] = [
    ("another digest", |tables| {
        tables[0].digest = Digest::new(tables[0].digest.algorithm(), &[1; 16]);
    }),
    ("a row more", |tables| tables[0].rows += 1),
    ("a table less", |tables| {
        tables.pop();
    }),
    ("a table more", |tables| {
        let table = tables[0].clone();
        tables.push(TableDigest {
            table: "one-more".to_owned(),
            ..table
        });
    }),
];

/// (a) What was received is compared with the manifest, masked or not.
pub async fn rows_that_differ_from_the_manifest_are_caught(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    for (edit, change) in EDITS {
        let mut edited = manifest.clone();
        change(&mut edited.tables);
        for plan in plans(&manifest) {
            let parts = Arc::new(OtherManifest {
                parts: setting.parts(&manifest).await.unwrap(),
                manifest: edited.clone(),
            });
            let what = format!("a manifest with {edit}");
            let context = setting.context();
            let restored = setting
                .restore_parts(parts, &target.endpoint, &plan, &context)
                .await;
            refused(restored, &[Kind::Verify, Kind::Corrupt], &what);
            target.assert_untouched(&setting, &what).await;
        }
    }
}

fn plans(manifest: &Manifest) -> [Plan; 3] {
    let masked = || Rules::keep(&manifest.catalog).mask("people", "email");
    let filtered = masked().drop_rows("items", "id", |id| id % 2 == 1);
    [
        Plan::with_token(1),
        Plan::with_token(1).masked(masked()),
        Plan::with_token(1).masked(filtered),
    ]
}

/// (b) What was sent is compared with what a fresh connection reads back.
pub async fn rows_lost_in_the_shadow_are_caught(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    for plan in plans(&manifest) {
        let (harness, endpoint) = (setting.shared_harness(), target.endpoint.clone());
        let lose = move || harness.lose_a_row(&endpoint);
        let probe = Arc::new(Probe::default().at(Checkpoint::RowsLoaded, lose));
        let context = setting.watched(&probe);
        let restored = setting
            .restore(&manifest, &target.endpoint, &plan, &context)
            .await;
        refused(restored, &[Kind::Verify], "a row lost in the shadow");
        assert!(!probe.checkpoints().contains(&Checkpoint::ReadBack));
        target
            .assert_untouched(&setting, "a row lost in the shadow")
            .await;
    }
}

/// (c) Constraints are proven after the scripts.
pub async fn a_constraint_broken_by_scripts_is_caught(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    for plan in plans(&manifest) {
        // With a script, rows may differ from what was sent: only the constraint tells.
        let plan = plan.script(setting.harness().renaming_script());
        let (harness, endpoint) = (setting.shared_harness(), target.endpoint.clone());
        let damage = move || harness.break_a_constraint(&endpoint);
        let probe = Arc::new(Probe::default().at(Checkpoint::ScriptsRun, damage));
        let context = setting.watched(&probe);
        let restored = setting
            .restore(&manifest, &target.endpoint, &plan, &context)
            .await;
        refused(restored, &[Kind::Verify], "a broken constraint");
        assert!(!probe.checkpoints().contains(&Checkpoint::Verified));
        target
            .assert_untouched(&setting, "a broken constraint")
            .await;
    }
}
