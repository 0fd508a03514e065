//! What must not pass is held back, on the way in.

use super::{Findings, Target, refused, rows_of};
use crate::conformance::damage::{files_below, files_with};
use crate::conformance::rules_of_masking::MASKED;
use crate::conformance::{Harness, Plan, Rules, Seed, Setting};
use crate::observe::Probe;
use std::path::PathBuf;
use std::sync::Arc;
use weir_engine::{Endpoint, Replacement, TablePlan};
use weir_model::error::Kind;

/// What every original email of the backup holds.
const ORIGINAL: &str = "@generation-1.example";

/// Masked values arrive, and at no state of the run does any file around the target hold an
/// original.
pub async fn masked_values_arrive_and_originals_are_nowhere(setting: Setting) {
    let manifest = setting.distant_backup(Seed::Generation(Target::NEW)).await;
    let target = Target::new(&setting, "target");
    let findings = Findings::default();
    let (found, looked_at) = (findings.clone(), Storage::of(&setting, &target.endpoint));
    let look = move || {
        for path in looked_at.holding(ORIGINAL) {
            found.add(format!("{} holds an original", path.display()));
        }
    };
    let probe = Arc::new(Probe::default().at_each(look));
    let context = setting.watched(&probe);
    let rules = Rules::keep(&manifest.catalog).mask("people", "email");
    let plan = Plan::with_token(1).masked(rules);
    let parts = setting.parts(&manifest).await.unwrap();
    let ready = setting
        .prepare(parts, &target.endpoint, &plan, &context)
        .await
        .unwrap();
    let tables = ready.tables().to_vec();
    ready.swap(&context).await.unwrap();
    findings.assert_none();
    let storage = Storage::of(&setting, &target.endpoint);
    assert_eq!(storage.holding(ORIGINAL), Vec::<PathBuf>::new());

    assert_all_masked(&setting, &target).await;
    let again = setting
        .backup(&target.endpoint, &setting.context())
        .await
        .unwrap();
    assert_eq!(again.tables, tables, "what is live is what was proven");
    assert_ne!(again.tables, manifest.tables);
}

/// Where bytes of a target can lie.
pub(super) struct Storage {
    harness: Arc<dyn Harness>,
    endpoint: Endpoint,
    databases: PathBuf,
    scratch: PathBuf,
}

impl Storage {
    pub(super) fn of(setting: &Setting, endpoint: &Endpoint) -> Self {
        Self {
            harness: setting.shared_harness(),
            endpoint: endpoint.clone(),
            databases: setting.databases(),
            scratch: setting.scratch(),
        }
    }

    /// The files that hold a text now.
    pub(super) fn holding(&self, text: &str) -> Vec<PathBuf> {
        let folders = self.folders();
        let files = folders.iter().flat_map(|folder| files_with(folder, text));
        files.collect()
    }

    /// What is in the files now, each with its path.
    pub(super) fn contents(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let folders = self.folders();
        let files = folders.iter().flat_map(|folder| files_below(folder));
        // A file that vanished meanwhile holds nothing.
        files
            .filter_map(|path| Some((path.clone(), std::fs::read(path).ok()?)))
            .collect()
    }

    fn folders(&self) -> Vec<PathBuf> {
        let mut folders = self.harness.storage(&self.endpoint, &self.databases);
        folders.push(self.scratch.clone());
        folders
    }
}

async fn assert_all_masked(setting: &Setting, target: &Target) {
    let context = setting.context();
    let rows = setting
        .engine()
        .sample(&target.endpoint, "people", 1000, &context)
        .await
        .unwrap();
    assert!(rows.len() >= 50);
    for row in rows {
        let masked = matches!(
            row.last(),
            Some(Replacement::Text(email)) if email.starts_with(MASKED)
        );
        assert!(masked, "every email must be masked");
    }
}

/// Rules that keep everything change nothing.
pub async fn a_column_kept_is_unchanged(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    let plan = Plan::with_token(1).masked(Rules::keep(&manifest.catalog));
    let context = setting.context();
    setting
        .restore(&manifest, &target.endpoint, &plan, &context)
        .await
        .unwrap();
    let source = setting.endpoint("source");
    assert_eq!(
        setting.harness().fingerprint(&target.endpoint),
        setting.harness().fingerprint(&source)
    );
}

/// A table the rules do not name, and an object that can carry data and is not kept by name.
pub async fn what_the_rules_do_not_know_is_refused(setting: Setting) {
    let context = setting.context();
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    let plan = Plan::with_token(1).masked(Rules::keep(&manifest.catalog).plan("people", None));
    let restored = setting
        .restore(&manifest, &target.endpoint, &plan, &context)
        .await;
    let error = refused(restored, &[Kind::Sanitise], "a table without rules");
    assert!(
        error.to_string().contains("people"),
        "the error must name the table: {error:?}"
    );
    target
        .assert_untouched(&setting, "a table without rules")
        .await;

    let everything = setting.backup_of("everything", Seed::Everything).await;
    // An engine whose catalog has no such objects has nothing to refuse.
    for object in everything
        .catalog
        .objects
        .iter()
        .filter(|object| object.carrier)
    {
        let rules = Rules::keep(&everything.catalog).refuse(&object.name);
        let plan = Plan::with_token(1).masked(rules);
        let restored = setting
            .restore(&everything, &target.endpoint, &plan, &context)
            .await;
        let error = refused(restored, &[Kind::Sanitise], "an object that can carry data");
        assert!(
            error.to_string().contains(&object.name),
            "the object must be named: {error:?}"
        );
        target
            .assert_untouched(&setting, "an object that can carry data")
            .await;
    }
}

/// A rule that cannot be applied stops the run, and its error names no value.
pub async fn a_mask_that_fails_leaves_the_live_copy(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    let plan = Plan::with_token(1).masked(Rules::keep(&manifest.catalog).fail("people", "email"));
    let context = setting.context();
    let restored = setting
        .restore(&manifest, &target.endpoint, &plan, &context)
        .await;
    let error = refused(restored, &[Kind::Sanitise], "a mask that fails");
    assert!(!format!("{error:?}").contains(ORIGINAL));
    target.assert_untouched(&setting, "a mask that fails").await;
}

/// The same when it is the last row that cannot be masked: all others are in the shadow by then.
pub async fn a_mask_that_fails_at_the_last_row_leaves_the_live_copy(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    let rows = rows_of(&manifest.tables, "notes");
    let rules = Rules::keep(&manifest.catalog).fail_at("notes", "text", rows);
    let plan = Plan::with_token(1).masked(rules);
    let context = setting.context();
    let restored = setting
        .restore(&manifest, &target.endpoint, &plan, &context)
        .await;
    refused(restored, &[Kind::Sanitise], "a mask that fails at last");
    target
        .assert_untouched(&setting, "a mask that fails at last")
        .await;
}

/// Tables made without rows, and tables not made at all.
pub async fn tables_are_emptied_and_left_out(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    let rules = Rules::keep(&manifest.catalog)
        .plan("notes", Some(TablePlan::Empty))
        .plan("writes", Some(TablePlan::Drop));
    let plan = Plan::with_token(1).masked(rules);
    let context = setting.context();
    let parts = setting.parts(&manifest).await.unwrap();
    let ready = setting
        .prepare(parts, &target.endpoint, &plan, &context)
        .await
        .unwrap();
    let rows = |name: &str| {
        let mut tables = ready.tables().iter();
        tables
            .find(|table| table.table == name)
            .map(|table| table.rows)
    };
    assert_eq!((rows("notes"), rows("writes")), (Some(0), None));
    assert!(rows("people") >= Some(50));
    ready.swap(&context).await.unwrap();
    let catalog = setting
        .engine()
        .catalog(&target.endpoint, &context)
        .await
        .unwrap();
    assert!(catalog.table("notes").is_some() && catalog.table("writes").is_none());
}

/// What a script removes is removed from the bytes, not only from sight.
pub async fn what_a_script_deletes_is_gone_from_the_bytes(setting: Setting) {
    let manifest = setting.distant_backup(Seed::Generation(Target::NEW)).await;
    let target = setting.endpoint("target");
    let context = setting.context();
    let plan = Plan::with_token(1).script(setting.harness().deleting_script());
    setting
        .restore(&manifest, &target, &plan, &context)
        .await
        .unwrap();
    assert_eq!(setting.harness().read_generation(&target), Ok(Target::NEW));
    let storage = Storage::of(&setting, &target);
    assert_eq!(storage.holding("erase-me"), Vec::<PathBuf>::new());
    assert!(
        !storage.holding(ORIGINAL).is_empty(),
        "what was not removed must be found"
    );
}
