//! A thousand values, planted where personal data hides.

use super::Target;
use super::masking::Storage;
use crate::conformance::canaries::{Scrub, count, holds_canary, planted};
use crate::conformance::{Plan, Rules, Seed, Setting};
use std::path::PathBuf;
use std::sync::Arc;
use weir_engine::{ColumnMask, Endpoint, Previous};
use weir_model::catalog::Catalog;

/// The tables that hold them.
pub(super) const TABLES: [&str; 2] = ["canaries", "copies"];

/// Rules that take them out.
pub(super) fn scrub(catalog: &Catalog) -> Rules {
    let mask: Arc<dyn ColumnMask> = Arc::new(Scrub);
    let rules = Rules::keep(catalog).mask("people", "email");
    TABLES
        .iter()
        .fold(rules, |rules, table| rules.mask_all(table, &mask))
}

/// A database with canaries, far from where copies are looked at.
pub(super) fn seeded(setting: &Setting) -> Endpoint {
    let folder = setting.folder().join("distant");
    let source = setting.harness().endpoint(&folder, "source");
    let seed = Seed::Generation(Target::NEW);
    setting.harness().seed(&source, seed);
    setting.harness().plant(&source, &planted());
    source
}

/// In columns, documents, lists, prose, bytes and other tables' copies, in mixed case: none is
/// left in the rows of the copy, nor in a byte of any file.
pub async fn a_thousand_planted_values_are_gone(setting: Setting) {
    let source = seeded(&setting);
    let context = setting.context();
    let manifest = setting.backup(&source, &context).await.unwrap();
    let target = setting.endpoint("target");
    // That they would be found is shown by a copy that is not masked.
    setting
        .restore(&manifest, &target, &Plan::with_token(1), &context)
        .await
        .unwrap();
    assert_eq!(in_rows(&setting, &target).await, (1200, 0));
    assert!(!in_files(&setting, &target).is_empty());

    let plan = Plan {
        previous: Previous::None,
        ..Plan::with_token(2).masked(scrub(&manifest.catalog))
    };
    setting
        .restore(&manifest, &target, &plan, &context)
        .await
        .unwrap();
    assert_eq!(in_rows(&setting, &target).await, (0, 1200));
    assert_eq!(in_files(&setting, &target), Vec::<PathBuf>::new());
    let content = setting.harness().fingerprint(&target);
    assert!(!holds_canary(content.as_bytes()));
}

/// How many values of the tables hold a canary, and how many what takes its place.
async fn in_rows(setting: &Setting, target: &Endpoint) -> (usize, usize) {
    let mut values = Vec::new();
    for table in TABLES {
        let context = setting.context();
        let sampled = setting.engine().sample(target, table, 1000, &context);
        values.extend(sampled.await.unwrap().into_iter().flatten());
    }
    count(values.into_iter())
}

fn in_files(setting: &Setting, target: &Endpoint) -> Vec<PathBuf> {
    let contents = Storage::of(setting, target).contents().into_iter();
    let holding = contents.filter(|(_, bytes)| holds_canary(bytes));
    holding.map(|(path, _)| path).collect()
}
