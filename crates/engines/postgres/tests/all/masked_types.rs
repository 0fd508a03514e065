//! Masked values of types that the server may write otherwise than rules make them.

use crate::conformance::client::Database;
use crate::support::{backup, filled, one, refused, restore, with_setting};
use std::sync::Arc;
use weir_engine::{ByColumn, ColumnMask, Field, Replacement, TablePlan};
use weir_model::error::{Kind, Result};
use weir_testkit::conformance::{Plan, Rules, Seed};

/// Always the same value.
struct Fixed(&'static str);

impl ColumnMask for Fixed {
    fn mask(&self, _field: Field<'_>) -> Result<Replacement> {
        Ok(Replacement::Text(self.0.to_owned()))
    }
}

/// A plan that keeps the first column of `t`, and makes the second one that value.
fn fixed(manifest: &weir_model::manifest::Manifest, value: &'static str) -> Plan {
    let masks: Vec<Option<Arc<dyn ColumnMask>>> = vec![None, Some(Arc::new(Fixed(value)))];
    let rules = Rules::keep(&manifest.catalog)
        .plan("t", Some(TablePlan::Rows(Arc::new(ByColumn::new(masks)))));
    Plan::with_token(1).masked(rules)
}

#[test]
fn a_domain_goes_by_its_type() {
    with_setting(|setting| async move {
        let source = filled(
            &setting,
            "source",
            "CREATE DOMAIN moment AS timestamp(0) with time zone NOT NULL;
             CREATE DOMAIN birth AS moment CHECK (value < '2100-01-01');
             CREATE TABLE t AS SELECT 1 AS id, now()::birth AS born",
        );
        let manifest = backup(&setting, &source).await;
        let target = setting.seeded("target", Seed::Empty);
        let plan = fixed(&manifest, "1999-12-31T22:59:59Z");
        restore(&setting, &manifest, &target, &plan).await.unwrap();
        let born = one(&target, "SELECT born AT TIME ZONE 'UTC' FROM t");
        assert_eq!(born, "1999-12-31 22:59:59");
    });
}

#[test]
fn columns_that_may_be_why_rows_differ_are_named_and_no_value_is() {
    with_setting(|setting| async move {
        let source = filled(
            &setting,
            "source",
            "CREATE TABLE t AS SELECT 'kept' AS note, '10.0.0.1'::inet AS address;
             CREATE TABLE other AS SELECT '10.0.0.1'::inet AS address",
        );
        let manifest = backup(&setting, &source).await;
        let target = setting.seeded("target", Seed::Empty);
        let plan = fixed(&manifest, "::FFFF");
        let done = restore(&setting, &manifest, &target, &plan).await;
        let error = refused(done, Kind::Verify);
        assert!(error.cause().ends_with(": t.address (inet)"), "{error:?}");
        assert!(!format!("{error:?}").contains("FFFF"), "{error:?}");
        assert_eq!(
            Database::of(&target)
                .rows("SELECT FROM pg_tables WHERE tablename = 't'")
                .len(),
            0
        );

        let plan = fixed(&manifest, "::ffff");
        restore(&setting, &manifest, &target, &plan).await.unwrap();
    });
}
