//! Clean backups, of a backup and straight from a database: what they hold, and what restores make
//! of them.

use crate::conformance::client::Database;
use crate::parts::{Kept, clean_of};
use crate::row_rules::{row, text};
use crate::support::{backup, filled, name_of, one, refused, with_setting};
use std::sync::Arc;
use weir_engine::{
    ColumnUse, Endpoint, Fate, Field, Masker, PartSource as _, Replacement, TablePlan,
};
use weir_model::error::Kind;
use weir_model::manifest::Manifest;
use weir_model::sanitising::RulesetMark;
use weir_testkit::conformance::{Plan, Rules, Seed, Setting};
use weir_testkit::postgres::PostgresServer;

/// Rules that drop objects.
struct Without(Rules, &'static [&'static str]);

impl Masker for Without {
    fn table(&self, name: &str) -> Option<&TablePlan> {
        self.0.table(name)
    }

    fn keeps_object(&self, kind: &str, name: &str) -> bool {
        !self.drops_object(kind, name)
    }

    fn drops_object(&self, _kind: &str, name: &str) -> bool {
        self.1.contains(&name)
    }

    fn mark(&self) -> RulesetMark {
        self.0.mark()
    }
}

const SHOP: &str = "
    CREATE TABLE users(gone integer, id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL,
        shown text GENERATED ALWAYS AS ('<' || name || '>') STORED, tags text[] DEFAULT '{}', note text UNIQUE);
    ALTER TABLE users DROP COLUMN gone;
    CREATE TABLE logs(id serial PRIMARY KEY, line text, about bigint REFERENCES users);
    CREATE TABLE orders(id integer PRIMARY KEY, owner bigint REFERENCES users, log integer REFERENCES logs, total numeric(10,2));
    CREATE TABLE queue(id integer PRIMARY KEY, payload text);
    CREATE TABLE parents(id integer PRIMARY KEY, word text);
    CREATE TABLE children(more text) INHERITS (parents);
    CREATE TABLE measured(at date NOT NULL, who text) PARTITION BY RANGE (at);
    CREATE TABLE measured_old PARTITION OF measured FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
    CREATE TABLE measured_new PARTITION OF measured FOR VALUES FROM ('2020-01-01') TO (MAXVALUE);
    CREATE INDEX ON measured(who);
    CREATE VIEW last_lines AS SELECT line FROM logs;
    CREATE MATERIALIZED VIEW totals AS SELECT owner, sum(total) FROM orders GROUP BY owner;
    COMMENT ON TABLE users IS 'people';
    INSERT INTO users(name, tags, note) SELECT 'secret-name-' || i, ARRAY['secret-tag', NULL], 'kept-' || i FROM generate_series(1, 500) i;
    INSERT INTO logs(line, about) SELECT 'secret-line-' || i, i FROM generate_series(1, 50) i;
    INSERT INTO orders SELECT i, i, i % 50 + 1, i FROM generate_series(1, 300) i;
    INSERT INTO queue SELECT i, 'secret-payload' FROM generate_series(1, 9) i;
    INSERT INTO parents VALUES (1, 'secret-word'); INSERT INTO children VALUES (2, 'secret-word', 'kept-more');
    INSERT INTO measured SELECT '2019-12-01'::date + i, 'secret-who-' || i FROM generate_series(1, 60) i;
    SELECT lo_from_bytea(1234, 'kept-object');";

/// Masks, filters, empties and drops what is secret.
fn rules(manifest: &Manifest) -> Without {
    use ColumnUse::{Copied, Masked, Read};
    let rules = Rules::keep(&manifest.catalog)
        .plan(
            "users",
            row(vec![Read, Masked, Copied, Masked, Copied], |row, masked| {
                let Field::Integer(id) = row[0] else {
                    panic!("it is a number");
                };
                masked[1] = Replacement::Text(format!("user {id}\t({})", text(row[1]).len()));
                masked[3] = Replacement::Text("{\"a b\",NULL}".to_owned());
                Fate::Kept
            }),
        )
        .plan(
            "orders",
            row(vec![Read, Copied, Copied, Copied], |row, _| match row[0] {
                Field::Integer(id) if id > 100 => Fate::Dropped,
                _ => Fate::Kept,
            }),
        )
        .plan("logs", Some(TablePlan::Drop))
        .plan("queue", Some(TablePlan::Empty))
        .mask("parents", "word")
        .mask("children", "word")
        .mask("measured_old", "who")
        .mask("measured_new", "who");
    Without(rules, &["last_lines"])
}

/// Restores a clean backup into a database of that name, and proves that it holds what its manifest
/// says.
async fn restored(setting: &Setting, kept: &Kept, name: &str) -> Endpoint {
    let (target, context) = (setting.seeded(name, Seed::Empty), setting.context());
    let parts = Arc::new(kept.clone());
    let plan = Plan::with_token(1);
    let live = setting.restore_parts(parts, &target, &plan, &context).await;
    live.unwrap();
    holds(setting, kept, &target).await;
    target
}

async fn holds(setting: &Setting, kept: &Kept, target: &Endpoint) {
    let context = setting.context();
    let found = setting.engine().contents(target, &context).await.unwrap();
    let manifest = kept.manifest();
    assert_eq!(found.tables, manifest.tables);
    assert_eq!(manifest.catalog.differences(&found.catalog), [""; 0]);
}

/// The same by the tool that comes with the server.
async fn restored_by_hand(setting: &Setting, kept: &Kept, name: &str) -> Endpoint {
    let folder = setting.folder().join(format!("parts of {name}"));
    kept.write_to(&folder);
    let target = setting.seeded(name, Seed::Empty);
    let arguments = ["--exit-on-error", "-j2", folder.to_str().unwrap()];
    let said = PostgresServer::shared().run("pg_restore", &name_of(&target), &arguments);
    said.expect("restore the parts with the stock tool");
    holds(setting, kept, &target).await;
    target
}

fn assert_clean(target: &Endpoint) {
    let counts = "SELECT (SELECT count(*) FROM users WHERE name ~ E'^user [0-9]+\\t' AND shown = '<' || name || '>'
            AND tags = '{\"a b\",NULL}' AND note ~ '^kept')
        || ' ' || (SELECT count(*) FROM orders) || ' ' || (SELECT count(*) FROM queue)
        || ' ' || (SELECT count(*) FROM measured WHERE who LIKE 'masked-%')
        || ' ' || (SELECT count(*) FROM parents WHERE word LIKE 'masked-%')
        || ' ' || (SELECT count(*) FROM totals) || ' ' || convert_from(lo_get(1234), 'UTF8')";
    assert_eq!(one(target, counts), "500 100 0 60 2 100 kept-object");
    let gone = "SELECT count(*) FROM pg_class WHERE relname IN ('logs', 'last_lines')";
    assert_eq!(one(target, gone), "0");
    let keys =
        "SELECT string_agg(conname, ',' ORDER BY conname) FROM pg_constraint WHERE contype = 'f'";
    assert_eq!(one(target, keys), "orders_owner_fkey");
    let next = Database::of(target).rows("INSERT INTO users(name) VALUES ('next') RETURNING id");
    assert_eq!(next[0][0], "501");
}

#[test]
fn a_backup_becomes_a_clean_one_without_a_database() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", SHOP);
        let manifest = backup(&setting, &source).await;
        let kept = clean_of(&setting, &manifest, rules(&manifest))
            .await
            .unwrap();
        assert!(!kept.holds("secret"), "no part holds what was masked");
        assert!(kept.holds("kept-more"), "what is kept must be found");
        let parts = setting.parts(&manifest).await.unwrap();
        assert!(
            kept.copied()
                .iter()
                .any(|name| name.starts_with("blob_1234"))
        );
        assert!(kept.copied().len() < parts.manifest().parts.len());
        assert_clean(&restored(&setting, &kept, "target").await);
        assert_clean(&restored_by_hand(&setting, &kept, "by hand").await);
    });
}

#[test]
fn a_clean_backup_is_made_straight_from_the_database() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", SHOP);
        let manifest = backup(&setting, &source).await;
        let context = setting.context();
        let kept = Kept::default();
        let opened = setting.engine().open(&source, &context).await.unwrap();
        let masker = Arc::new(rules(&manifest));
        let dumped = opened.dump(&kept, Some(masker), &context).await.unwrap();
        let kept = kept.with(&manifest, dumped);
        assert!(!kept.holds("secret"), "no part holds what was masked");
        let rewritten = clean_of(&setting, &manifest, rules(&manifest))
            .await
            .unwrap();
        assert_eq!(kept.manifest().tables, rewritten.manifest().tables);
        assert_eq!(kept.manifest().catalog, rewritten.manifest().catalog);
        assert_eq!(kept.manifest().schema, rewritten.manifest().schema);
        assert_clean(&restored(&setting, &kept, "target").await);
        assert_clean(&restored_by_hand(&setting, &kept, "by hand").await);
    });
}

#[test]
fn a_database_of_everything_stays_as_it_is_when_rules_keep_it() {
    with_setting(|setting| async move {
        let source = setting.seeded("source", Seed::Everything);
        let expected = setting.harness().fingerprint(&source);
        let manifest = backup(&setting, &source).await;
        let rules = Without(Rules::keep(&manifest.catalog), &[]);
        let kept = clean_of(&setting, &manifest, rules).await.unwrap();
        assert_eq!(kept.manifest().tables, manifest.tables);
        assert_eq!(
            kept.manifest().catalog.differences(&manifest.catalog),
            [""; 0]
        );
        let target = restored(&setting, &kept, "target").await;
        assert!(setting.harness().fingerprint(&target) == expected);
    });
}

#[test]
fn every_row_of_everything_goes_through_the_mask_unharmed() {
    with_setting(|setting| async move {
        let source = setting.seeded("source", Seed::Everything);
        let manifest = backup(&setting, &source).await;
        let mut rules = Rules::keep(&manifest.catalog);
        for table in &manifest.catalog.tables {
            let uses = vec![ColumnUse::Read; table.columns.len()];
            rules = rules.plan(&table.name, row(uses, |_, _| Fate::Kept));
        }
        let kept = clean_of(&setting, &manifest, Without(rules, &[]))
            .await
            .unwrap();
        assert_eq!(kept.manifest().tables, manifest.tables);
        restored(&setting, &kept, "target").await;
    });
}

#[test]
fn a_damaged_backup_makes_no_clean_one() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", SHOP);
        let manifest = backup(&setting, &source).await;
        let raw = clean_of(
            &setting,
            &manifest,
            Without(Rules::keep(&manifest.catalog), &[]),
        );
        let raw = raw.await.unwrap();
        // The parts are whole, and the manifest tells of other rows.
        let parts = raw.telling(|table| table.table == "users");
        let kept = Kept::default();
        let (engine, context) = (setting.engine(), setting.context());
        let (parts, masker) = (Arc::new(parts), Arc::new(rules(&manifest)));
        let rewritten = engine.rewrite(parts, masker, &kept, &context).await;
        let error = refused(rewritten.map(drop), Kind::Corrupt);
        assert!(error.cause().contains("users"), "{error:?}");
        assert!(
            !kept.holds_part("toc.dat"),
            "what says that it is a backup is written last"
        );
    });
}

#[test]
fn what_rules_leave_standing_on_what_they_drop_is_refused() {
    with_setting(|setting| async move {
        let source = filled(
            &setting,
            "source",
            "CREATE TYPE mood AS ENUM ('sad', 'happy');
             CREATE TABLE parents(id integer); CREATE TABLE children() INHERITS (parents);
             CREATE TABLE felt(mood mood) PARTITION BY HASH (mood);
             CREATE TABLE felt_0 PARTITION OF felt FOR VALUES WITH (MODULUS 2, REMAINDER 0);
             CREATE TABLE felt_1 PARTITION OF felt FOR VALUES WITH (MODULUS 2, REMAINDER 1);
             CREATE VIEW ids AS SELECT id FROM children",
        );
        let manifest = backup(&setting, &source).await;
        for (table, plan, named) in [
            ("parents", TablePlan::Drop, "table children"),
            ("children", TablePlan::Drop, "view ids"),
            ("felt_0", TablePlan::Drop, "partitions of felt"),
            ("felt_0", TablePlan::Empty, "partitions of felt"),
        ] {
            let rules = Rules::keep(&manifest.catalog).plan(table, Some(plan));
            let error = refused(
                clean_of(&setting, &manifest, Without(rules, &[])).await,
                Kind::Sanitise,
            );
            assert!(error.cause().contains(named), "{error:?}");
        }
        let rules = Rules::keep(&manifest.catalog)
            .plan("felt_0", Some(TablePlan::Drop))
            .plan("felt_1", Some(TablePlan::Drop));
        let kept = clean_of(&setting, &manifest, Without(rules, &[]))
            .await
            .unwrap();
        restored(&setting, &kept, "target").await;
    });
}
