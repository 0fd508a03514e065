//! Rules that look at whole rows, and at more than one of them.

use crate::conformance::client::Database;
use crate::support::{backup, filled, one, refused, restore, with_setting};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use weir_engine::{
    ColumnUse, Fate, Field, Masker, Replacement, RowMask, ScriptEffect, ShadowStep, TablePlan,
};
use weir_model::error::{Kind, Result};
use weir_model::manifest::Manifest;
use weir_model::sanitising::{Mark, RulesetMark, State};
use weir_testkit::conformance::{Plan, Rules, Seed, files_with};

type Decide = fn(&[Field<'_>], &mut [Replacement]) -> Fate;

/// A rule for rows, in a few words.
pub(crate) struct Row {
    pub(crate) uses: Vec<ColumnUse>,
    pub(crate) decide: Decide,
}

impl RowMask for Row {
    fn columns(&self) -> &[ColumnUse] {
        &self.uses
    }

    fn mask(&self, row: &[Field<'_>], masked: &mut [Replacement]) -> Result<Fate> {
        Ok((self.decide)(row, masked))
    }
}

/// The plan of a table whose rows go through such a rule.
pub(crate) fn row(uses: Vec<ColumnUse>, decide: Decide) -> Option<TablePlan> {
    Some(TablePlan::Rows(Arc::new(Row { uses, decide })))
}

/// The text of a field.
pub(crate) fn text(field: Field<'_>) -> String {
    match field {
        Field::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
        _ => panic!("it is no text"),
    }
}

/// Rules with steps.
struct WithSteps(Rules, Vec<ShadowStep>);

impl Masker for WithSteps {
    fn table(&self, name: &str) -> Option<&TablePlan> {
        self.0.table(name)
    }

    fn keeps_object(&self, kind: &str, name: &str) -> bool {
        self.0.keeps_object(kind, name)
    }

    fn steps(&self) -> &[ShadowStep] {
        &self.1
    }

    fn mark(&self) -> RulesetMark {
        self.0.mark()
    }
}

fn orphans(table: &str, column: &str, parent: &str) -> ShadowStep {
    ShadowStep::RemoveOrphans {
        table: table.to_owned(),
        columns: vec![column.to_owned()],
        parent: parent.to_owned(),
        parent_columns: vec!["id".to_owned()],
    }
}

fn shuffle(table: &str, column: &str) -> ShadowStep {
    ShadowStep::Shuffle {
        table: table.to_owned(),
        column: column.to_owned(),
        seed: "00ff".to_owned(),
    }
}

fn stepped(manifest: &Manifest, rules: Rules, steps: Vec<ShadowStep>) -> Plan {
    assert!(!manifest.tables.is_empty());
    Plan::with_token(1).masked(WithSteps(rules, steps))
}

#[test]
fn a_rule_reads_other_columns_and_leaves_rows_out() {
    with_setting(|setting| async move {
        let source = filled(
            &setting,
            "source",
            "CREATE TABLE t(gone integer, id bigint, twice bigint GENERATED ALWAYS AS (id * 2) STORED,
                 name text, bytes bytea, kept text);
             ALTER TABLE t DROP COLUMN gone;
             INSERT INTO t(id, name, bytes, kept) SELECT i, E'a\\tb' || i, '\\x00ff', E'k\\n' || i
                 FROM generate_series(1, 10) i;
             INSERT INTO t VALUES (0)",
        );
        let manifest = backup(&setting, &source).await;
        let target = setting.seeded("target", Seed::Empty);
        use ColumnUse::{Copied, Masked, Read};
        let uses = vec![Read, Copied, Masked, Read, Copied];
        let rules = Rules::keep(&manifest.catalog).plan(
            "t",
            row(uses, |row, masked| match row[0] {
                Field::Integer(0) => Fate::Dropped,
                Field::Integer(id) => {
                    assert!(row[1] == Field::Null && row[4] == Field::Null);
                    assert!(row[3] == Field::Blob(&[0, 255]));
                    masked[2] = Replacement::Text(format!("{}\\{}", text(row[2]), id % 2));
                    Fate::Kept
                }
                _ => panic!("the first column is a number"),
            }),
        );
        let plan = Plan::with_token(1).masked(rules);
        restore(&setting, &manifest, &target, &plan).await.unwrap();
        let found = one(
            &target,
            "SELECT count(*) FILTER (WHERE name = E'a\\tb' || id || E'\\\\' || id % 2 AND twice = id * 2
                 AND kept = E'k\\n' || id AND bytes = '\\x00ff') || ' of ' || count(*) FROM t",
        );
        assert_eq!(found, "10 of 10");
    });
}

#[test]
fn arrays_come_back_as_rules_make_them() {
    with_setting(|setting| async move {
        let source = filled(
            &setting,
            "source",
            "CREATE TABLE t AS SELECT '{a,b}'::text[] AS texts, '{1,NULL}'::integer[] AS numbers,
                 '{x}'::varchar(20)[] AS short",
        );
        let manifest = backup(&setting, &source).await;
        let target = setting.seeded("target", Seed::Empty);
        let rules = Rules::keep(&manifest.catalog).plan(
            "t",
            row(vec![ColumnUse::Masked; 3], |row, masked| {
                assert_eq!(text(row[0]), "{a,b}");
                let made = [r#"{"plain", "two words",NULL , "q\"\\"}"#, "{ 007 }", "{}"];
                for (place, made) in masked.iter_mut().zip(made) {
                    *place = Replacement::Text(made.to_owned());
                }
                Fate::Kept
            }),
        );
        let plan = Plan::with_token(1).masked(rules);
        restore(&setting, &manifest, &target, &plan).await.unwrap();
        assert_eq!(
            one(&target, "SELECT texts FROM t"),
            r#"{plain,"two words",NULL,"q\"\\"}"#
        );
        assert_eq!(one(&target, "SELECT numbers || short::int[] FROM t"), "{7}");
    });
}

#[test]
fn orphans_are_removed_before_foreign_keys_are_made() {
    with_setting(|setting| async move {
        let source = filled(
            &setting,
            "source",
            "CREATE TABLE parents(id integer PRIMARY KEY, name text);
             CREATE TABLE children(id integer PRIMARY KEY, parent integer REFERENCES parents, before integer REFERENCES children);
             CREATE TABLE toys(id integer PRIMARY KEY, child integer REFERENCES children, name text);
             CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS toys FROM toys;
             INSERT INTO parents SELECT i, 'p' FROM generate_series(1, 3) i;
             INSERT INTO children VALUES (1, 1, NULL), (2, 2, NULL), (3, 1, 2), (4, NULL, 3), (5, NULL, NULL);
             INSERT INTO toys SELECT i, i, 'orphaned-' || i FROM generate_series(1, 5) i",
        );
        let manifest = backup(&setting, &source).await;
        let target = setting.seeded("target", Seed::Empty);
        let uses = vec![ColumnUse::Read, ColumnUse::Copied];
        let rules = Rules::keep(&manifest.catalog).plan(
            "parents",
            row(uses, |row, _| match row[0] == Field::Integer(2) {
                true => Fate::Dropped,
                false => Fate::Kept,
            }),
        );
        let steps = vec![
            orphans("toys", "child", "children"),
            orphans("children", "parent", "parents"),
            orphans("children", "before", "children"),
        ];
        let plan = stepped(&manifest, rules, steps);
        let context = setting.context();
        let parts = setting.parts(&manifest).await.unwrap();
        let ready = setting.prepare(parts, &target, &plan, &context).await;
        let ready = ready.unwrap();
        let effect = |table: &str, before, after| ScriptEffect {
            table: table.to_owned(),
            before: Some(before),
            after: Some(after),
        };
        assert_eq!(
            ready.effects(),
            [effect("children", 5, 2), effect("toys", 5, 2)]
        );
        let toys = ready.tables().iter().find(|table| table.table == "toys");
        assert_eq!(toys.map(|table| table.rows), Some(2));
        ready.swap(&context).await.unwrap();
        let left = "SELECT string_agg(id::text, ',' ORDER BY id) FROM ";
        assert_eq!(one(&target, &format!("{left} children")), "1,5");
        assert_eq!(one(&target, &format!("{left} toys")), "1,5");
        assert_eq!(one(&target, "SELECT toys FROM counted"), "2");
        let keys = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated";
        assert_eq!(one(&target, keys), "3");
        let folders = setting.harness().storage(&target, setting.folder());
        let holding = |text: &str| -> Vec<PathBuf> {
            folders
                .iter()
                .flat_map(|folder| files_with(folder, text))
                .collect()
        };
        assert_eq!(holding("orphaned-3"), Vec::<PathBuf>::new());
        assert!(!holding("orphaned-5").is_empty());
    });
}

/// The pairs of owner and secret that stand beside each other in a file of these folders.
fn pairs_in(folders: &[PathBuf]) -> BTreeSet<(String, String)> {
    let mut pairs = BTreeSet::new();
    let files = folders
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).unwrap());
    for file in files.flatten() {
        let content = std::fs::read(file.path()).unwrap_or_default();
        for at in memchr::memmem::find_iter(&content, "owner-") {
            // Each text stands behind a byte that tells its length.
            let text = |range: std::ops::Range<usize>| {
                let bytes = content.get(range).unwrap_or_default();
                String::from_utf8_lossy(bytes).into_owned()
            };
            let (owner, secret) = (text(at..at + 9), text(at + 10..at + 20));
            let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            // What is packed, as statistics are, is no pair.
            let number = secret.strip_prefix("secret-");
            if number.is_some_and(is_number) && is_number(owner.trim_start_matches("owner-")) {
                pairs.insert((owner, secret));
            }
        }
    }
    pairs
}

#[test]
fn shuffled_values_are_the_same_ones_and_nobody_finds_out_whose_they_were() {
    with_setting(|setting| async move {
        let source = filled(
            &setting,
            "source",
            "CREATE TABLE t(id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner text, secret text UNIQUE,
                 both_of_them text GENERATED ALWAYS AS (owner || secret) STORED);
             INSERT INTO t(owner, secret) SELECT 'owner-' || i, 'secret-' || i FROM generate_series(100, 999) i",
        );
        let manifest = backup(&setting, &source).await;
        let dealt = async |name: &str| {
            let target = setting.seeded(name, Seed::Empty);
            let rules = Rules::keep(&manifest.catalog);
            let plan = stepped(&manifest, rules, vec![shuffle("t", "secret")]);
            restore(&setting, &manifest, &target, &plan).await.unwrap();
            target
        };
        let target = dealt("target").await;
        assert_eq!(
            one(
                &target,
                "SELECT count(*) || ' ' || count(DISTINCT secret) || ' ' || bool_and(both_of_them = owner || secret) FROM t"
            ),
            "900 900 true"
        );
        let stayed = "SELECT count(*) FROM t WHERE substr(owner, 7) = substr(secret, 8)";
        let stayed: u32 = one(&target, stayed).parse().unwrap();
        assert!(stayed < 20, "{stayed} values stayed where they were");

        let folders = setting.harness().storage(&target, setting.folder());
        let live = Database::of(&target).rows("SELECT owner, secret FROM t");
        let live = live.into_iter().map(|row| (row[0].clone(), row[1].clone()));
        let live: BTreeSet<(String, String)> = live.collect();
        let others: Vec<_> = pairs_in(&folders).difference(&live).cloned().collect();
        assert_eq!(others, [], "pairs that are not live");
        assert!(
            pairs_in(&folders).len() == 900,
            "those that are must be found"
        );

        let pairs = "SELECT md5(string_agg(owner || secret, '' ORDER BY id)) FROM t";
        let again = dealt("again").await;
        assert_eq!(
            one(&again, pairs),
            one(&target, pairs),
            "one seed deals alike"
        );
    });
}

#[test]
fn a_step_on_a_table_that_is_not_there_is_refused() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", "CREATE TABLE t AS SELECT 1 AS id");
        let manifest = backup(&setting, &source).await;
        let target = setting.seeded("target", Seed::Empty);
        let steps = vec![orphans("t", "id", "nowhere")];
        let plan = stepped(&manifest, Rules::keep(&manifest.catalog), steps);
        let done = restore(&setting, &manifest, &target, &plan).await;
        let error = refused(done, Kind::Sanitise);
        assert!(error.cause().contains("nowhere"), "{error:?}");
        setting.assert_nothing_left(&target, "a refusal").await;
    });
}

#[test]
fn the_stamp_says_how_clean_the_rows_turned_out_to_be() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", "CREATE TABLE t AS SELECT 1 AS id");
        let manifest = backup(&setting, &source).await;
        let target = setting.seeded("target", Seed::Empty);
        let rules = Rules::keep(&manifest.catalog);
        let mark = Mark {
            state: State::Sanitised,
            ruleset: Some(RulesetMark {
                values: 4711,
                ..rules.mark()
            }),
            voucher: None,
        };
        let (plan, context) = (Plan::with_token(1).masked(rules), setting.context());
        let parts = setting.parts(&manifest).await.unwrap();
        let loaded = setting.load(parts, &target, &plan, &context).await;
        let mut loaded = loaded.unwrap();
        loaded.certify(mark.clone());
        let ready = loaded.sanitise(&[], &context).await.unwrap();
        let ready = ready.verify(&context).await.unwrap();
        let live = ready.swap(&context).await.unwrap();
        assert_eq!(live.stamp.sanitising, mark);
        let found = setting.engine().stamp(&target, &context).await.unwrap();
        assert_eq!(found.unwrap().sanitising, mark);
        let comments = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()";
        assert!(Database::of(&target).rows(comments)[0][0].contains("4711"));
    });
}
