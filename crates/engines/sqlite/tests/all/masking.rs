//! A masked copy holds no original value, not in any byte of any file.

use crate::round_trip::TORTURE;
use crate::support::{Folder, backup, create, endpoint, masked, one, prepare, restore, script};
use std::collections::BTreeMap;
use std::sync::Arc;
use weir_engine::{ByColumn, ColumnMask, Engine as _, Field, Masker, Replacement, TablePlan};
use weir_engine_sqlite::SqliteEngine;
use weir_model::catalog::{Catalog, TableKind};
use weir_model::digest::Digest;
use weir_model::error::{Kind, Result};
use weir_model::sanitising::RulesetMark;

/// Keeps everything but the columns it is told to mask and the tables it is told to treat.
pub(crate) struct Rules {
    plans: BTreeMap<String, TablePlan>,
    masks: BTreeMap<String, Vec<Option<Arc<dyn ColumnMask>>>>,
    keeps_objects: bool,
    dropped: &'static [&'static str],
}

impl Rules {
    pub(crate) fn keep_all(catalog: &Catalog) -> Self {
        let plan = |table: &weir_model::catalog::Table| match table.kind {
            TableKind::Ordinary => by_column(vec![None; table.columns.len()]),
            TableKind::Virtual | TableKind::Backing => TablePlan::Drop,
        };
        let tables = catalog.tables.iter();
        let masks = |table: &weir_model::catalog::Table| vec![None; table.columns.len()];
        Self {
            plans: tables
                .clone()
                .map(|table| (table.name.clone(), plan(table)))
                .collect(),
            masks: tables
                .map(|table| (table.name.clone(), masks(table)))
                .collect(),
            keeps_objects: true,
            dropped: &[],
        }
    }

    pub(crate) fn mask(
        mut self,
        table: &str,
        column: usize,
        mask: impl ColumnMask + 'static,
    ) -> Self {
        let masks = self.masks.get_mut(table).unwrap();
        masks[column] = Some(Arc::new(mask));
        let plan = by_column(masks.clone());
        self.plan(table, Some(plan))
    }

    fn plan(mut self, table: &str, plan: Option<TablePlan>) -> Self {
        match plan {
            Some(plan) => self.plans.insert(table.to_owned(), plan),
            None => self.plans.remove(table),
        };
        self
    }
}

fn by_column(masks: Vec<Option<Arc<dyn ColumnMask>>>) -> TablePlan {
    TablePlan::Rows(Arc::new(ByColumn::new(masks)))
}

impl Masker for Rules {
    fn table(&self, name: &str) -> Option<&TablePlan> {
        self.plans.get(name)
    }

    fn keeps_object(&self, _kind: &str, _name: &str) -> bool {
        self.keeps_objects
    }

    fn drops_object(&self, _kind: &str, name: &str) -> bool {
        self.dropped.contains(&name)
    }

    fn mark(&self) -> RulesetMark {
        RulesetMark {
            name: "rules.yaml".to_owned(),
            digest: Digest::new("none", &[]),
            scheme: "v1".to_owned(),
            key_id: "key".to_owned(),
            masked: 0,
            kept: 0,
            values: 0,
            rows_left_out: 0,
            gate: None,
        }
    }
}

/// Replaces every value that is not NULL by one made of its length.
struct Redact;

impl ColumnMask for Redact {
    fn mask(&self, field: Field<'_>) -> Result<Replacement> {
        Ok(match field {
            Field::Null => Replacement::Null,
            Field::Text(text) => Replacement::Text(format!("redacted {}", text.len())),
            _ => Replacement::Text("redacted".to_owned()),
        })
    }
}

pub(crate) struct Fixed(pub(crate) &'static str);

impl ColumnMask for Fixed {
    fn mask(&self, _field: Field<'_>) -> Result<Replacement> {
        Ok(Replacement::Text(self.0.to_owned()))
    }
}

const USERS: &str = "CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT, born TEXT, n INT);
    CREATE INDEX by_email ON users(email);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
    INSERT INTO users SELECT i, 'secret' || i || '@example.com', 'confidential', i FROM n;
    DELETE FROM users WHERE id % 7 = 0; ANALYZE;";

async fn catalog_of(folder: &Folder) -> Catalog {
    let (source, context) = (endpoint(&folder.source()), folder.context());
    SqliteEngine.catalog(&source, &context).await.unwrap()
}

#[tokio::test]
async fn no_original_value_is_in_any_file() {
    let folder = Folder::new();
    create(&folder.source(), USERS);
    let rules = Rules::keep_all(&catalog_of(&folder).await)
        .mask("users", 1, Redact)
        .mask("users", 2, Fixed("1970"))
        .mask("users", 3, Fixed("0012"));
    let made = backup(&folder).await;
    let rows = made.manifest.rows();
    let context = folder.context();
    let scripts = [script(
        "DELETE FROM users WHERE id > 2000; UPDATE users SET born = '1971';",
    )];
    let ready = prepare(&folder, made, masked(1, rules), &scripts, &context)
        .await
        .unwrap();
    assert!(!folder.holds("target", b"@example.com"), "before the swap");
    let live = ready.swap(&context).await.unwrap();
    assert!(!live.previous_kept);
    for value in [b"@example.com".as_slice(), b"confidential"] {
        assert!(!folder.holds("target", value));
        assert!(!folder.holds("scratch", value));
    }
    let left: i64 = one(
        &folder.target(),
        "SELECT count(*) FROM users WHERE email LIKE 'redacted %'",
    );
    assert!(left > 1000 && (left as u64) < rows);
    assert_eq!(
        one::<i64>(&folder.target(), "SELECT count(*) FROM users WHERE n <> 12"),
        0
    );
    assert!(one::<i64>(&folder.target(), "SELECT count(*) FROM sqlite_stat1") > 0);
    assert!(
        !folder.holds("target", b"1970"),
        "what a script replaced is gone, too"
    );
}

#[tokio::test]
async fn what_is_kept_arrives_as_it_was() {
    for page_size in [1024, 4096] {
        let folder = Folder::new();
        let settings = format!(
            "PRAGMA page_size = {page_size}; PRAGMA auto_vacuum = 1; PRAGMA encoding = 'UTF-16';"
        );
        create(&folder.source(), &format!("{settings}{TORTURE}"));
        let made = backup(&folder).await;
        let tables = made.manifest.tables.clone();
        let rules = Rules::keep_all(&made.manifest.catalog);
        restore(&folder, made, masked(1, rules)).await.unwrap();
        let again = crate::support::backup_with(&folder.target(), &folder.context())
            .await
            .unwrap();
        assert_eq!(again.manifest.tables, tables);
        assert_eq!(again.manifest.catalog, catalog_of(&folder).await);
        let target = folder.target();
        assert_eq!(one::<i64>(&target, "PRAGMA page_size"), page_size);
        assert_eq!(one::<i64>(&target, "PRAGMA auto_vacuum"), 1);
        assert_eq!(one::<i64>(&target, "SELECT seq FROM sqlite_sequence"), 900);
        assert_eq!(
            one::<i64>(&target, "SELECT rowid FROM plain WHERE v = 'far'"),
            70000
        );
        assert_eq!(
            one::<i64>(&target, "SELECT count(*) FROM audit"),
            0,
            "no trigger fired"
        );
    }
}

#[tokio::test]
async fn tables_are_emptied_and_dropped_as_the_rules_say() {
    let folder = Folder::new();
    create(
        &folder.source(),
        &format!("{TORTURE} CREATE VIRTUAL TABLE words USING fts5(body);"),
    );
    let made = backup(&folder).await;
    let rules = Rules::keep_all(&made.manifest.catalog)
        .plan("strict", Some(TablePlan::Drop))
        .plan("child", Some(TablePlan::Empty));
    restore(&folder, made, masked(1, rules)).await.unwrap();
    let target = folder.target();
    assert_eq!(one::<i64>(&target, "SELECT count(*) FROM child"), 0);
    let gone = "SELECT count(*) FROM sqlite_schema WHERE name IN ('strict', 'odd index') OR name LIKE 'words%'";
    assert_eq!(one::<i64>(&target, gone), 0);
    assert_eq!(one::<i64>(&target, "SELECT count(*) FROM plain"), 3);
}

#[tokio::test]
async fn what_no_rule_covers_is_refused_by_name() {
    let folder = Folder::new();
    create(
        &folder.source(),
        &format!("{TORTURE} CREATE VIRTUAL TABLE words USING fts5(body);"),
    );
    let catalog = catalog_of(&folder).await;
    let keep_words = Some(by_column(vec![None]));
    let mut rules = Rules::keep_all(&catalog)
        .plan("plain", None)
        .plan("words", keep_words);
    rules.keeps_objects = false;
    let refused = restore(&folder, backup(&folder).await, masked(1, rules))
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), Kind::Sanitise);
    for name in [
        "table plain",
        "virtual table words",
        "trigger noted",
        "view sums",
    ] {
        assert!(refused.cause().contains(name), "{refused}");
    }
    assert_eq!(folder.beside_target(), ["live.db.weir-lock"]);
}

#[tokio::test]
async fn a_mask_that_breaks_a_constraint_is_told_without_values() {
    let folder = Folder::new();
    create(&folder.source(), TORTURE);
    let rules = Rules::keep_all(&catalog_of(&folder).await).mask("parent", 1, Fixed("same"));
    let refused = restore(&folder, backup(&folder).await, masked(1, rules))
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), Kind::Sanitise);
    assert!(
        refused
            .cause()
            .contains("UNIQUE constraint failed: parent.name"),
        "{refused}"
    );
    assert!(!format!("{refused:?}").contains("same"));
}

#[tokio::test]
async fn objects_the_rules_drop_are_left_out() {
    let folder = Folder::new();
    create(&folder.source(), TORTURE);
    let mut rules = Rules::keep_all(&catalog_of(&folder).await);
    rules.keeps_objects = false;
    rules.dropped = &["sums", "noted", "through_view"];
    restore(&folder, backup(&folder).await, masked(1, rules))
        .await
        .unwrap();
    let left = "SELECT count(*) FROM sqlite_schema WHERE type IN ('view', 'trigger')";
    assert_eq!(one::<i64>(&folder.target(), left), 0);
}

#[tokio::test]
async fn comments_in_definitions_stay_behind() {
    let folder = Folder::new();
    create(
        &folder.source(),
        "CREATE TABLE t(a TEXT DEFAULT '-- kept', -- as asked by ada@secret.example
            b /* grace@secret.example */ INT);
         CREATE INDEX i ON t(a) /* alan@secret.example */ WHERE b > 0;
         INSERT INTO t VALUES ('x', 1);",
    );
    let rules = Rules::keep_all(&catalog_of(&folder).await);
    restore(&folder, backup(&folder).await, masked(1, rules))
        .await
        .unwrap();
    assert!(!folder.holds("target", b"secret.example"));
    let kept = "SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%''-- kept''%'";
    assert_eq!(one::<i64>(&folder.target(), kept), 1);
}

#[tokio::test]
async fn text_that_is_no_text_arrives_as_it_was() {
    let folder = Folder::new();
    create(
        &folder.source(),
        "CREATE TABLE t(a TEXT);
         INSERT INTO t VALUES ('a' || char(0) || 'b'), (CAST(x'ff00fe' AS TEXT)), (''), (NULL);",
    );
    let rules = Rules::keep_all(&catalog_of(&folder).await);
    restore(&folder, backup(&folder).await, masked(1, rules))
        .await
        .unwrap();
    let found = "SELECT group_concat(hex(CAST(a AS BLOB)) || typeof(a)) FROM t";
    assert_eq!(
        one::<String>(&folder.target(), found),
        "610062text,FF00FEtext,text,null"
    );
}

#[tokio::test]
async fn foreign_keys_are_told_in_the_names_of_their_target() {
    let folder = Folder::new();
    create(
        &folder.source(),
        "CREATE TABLE Users(Id TEXT PRIMARY KEY);
         CREATE TABLE posts(author TEXT REFERENCES uSERS(iD));",
    );
    let catalog = catalog_of(&folder).await;
    let key = &catalog.table("posts").unwrap().foreign_keys[0];
    assert_eq!(
        (key.references.as_str(), key.referenced_columns[0].as_str()),
        ("Users", "Id")
    );
}
