//! What rules do to a copy while it is built: rows dropped on their way, rows that then point to
//! nothing, values dealt out anew.

use crate::conformance::client::Database;
use crate::masks::{Custom, OddOnly};
use crate::support::{backup, filled, one, refused, restore, with_setting};
use weir_engine::{Endpoint, Live, ShadowStep};
use weir_model::error::{Kind, Result};
use weir_model::manifest::Manifest;
use weir_model::sanitising::{Mark, State};
use weir_testkit::conformance::{Plan, Setting};

/// A tree of people and their letters; ids are even and odd. Columns that the server computes or
/// hides stand among them.
const PEOPLE: &str = "
    CREATE TABLE people (whole INT AS (id * 2) STORED, id INT PRIMARY KEY, boss INT NULL,
        email VARCHAR(90) NOT NULL, secret TEXT INVISIBLE,
        KEY (boss), CONSTRAINT boss FOREIGN KEY (boss) REFERENCES people (id) ON DELETE CASCADE);
    CREATE TABLE letters (id INT PRIMARY KEY, person INT NULL, email VARCHAR(90), KEY (person),
        CONSTRAINT writer FOREIGN KEY (person) REFERENCES people (id));
    CREATE TABLE stamps (letter INT, KEY (letter),
        CONSTRAINT letter FOREIGN KEY (letter) REFERENCES letters (id));
    CREATE TRIGGER gone AFTER DELETE ON letters FOR EACH ROW DELETE FROM people;
    INSERT INTO people (id, boss, email, secret) SELECT seq, IF(seq < 3, NULL, seq DIV 3),
        CONCAT('person-', seq, '@example.org'), CONCAT('secret ', seq) FROM seq_1_to_100;
    INSERT INTO letters SELECT seq, NULLIF(seq DIV 2, 0), CONCAT('person-', seq, '@example.org')
        FROM seq_1_to_150;
    INSERT INTO stamps SELECT seq FROM seq_1_to_150;
    CREATE TABLE pairs (a INT, b VARCHAR(9), c FLOAT, d TEXT, e DECIMAL(5,2), f DATETIME(3));
    INSERT INTO pairs SELECT seq DIV 2, IF(seq % 5, seq DIV 2, NULL), seq / 7, REPEAT(seq, 50), seq / 4,
        '2020-01-01' + INTERVAL seq * 1001 MICROSECOND FROM seq_1_to_500;
    INSERT INTO pairs SELECT * FROM pairs;
";

fn orphans(table: &str, column: &str, parent: &str, to: &str) -> ShadowStep {
    ShadowStep::RemoveOrphans {
        table: table.to_owned(),
        columns: vec![column.to_owned()],
        parent: parent.to_owned(),
        parent_columns: vec![to.to_owned()],
    }
}

fn shuffle(table: &str, column: &str, seed: &str) -> ShadowStep {
    ShadowStep::Shuffle {
        table: table.to_owned(),
        column: column.to_owned(),
        seed: seed.to_owned(),
    }
}

async fn restored(setting: &Setting, manifest: &Manifest, rules: Custom) -> Result<Live> {
    let target = setting.endpoint("target");
    restore(
        setting,
        manifest,
        &target,
        &Plan::with_token(1).masked(rules),
    )
    .await
}

fn all(endpoint: &Endpoint, sql: &str) -> Vec<String> {
    Database::of(endpoint).rows(sql).concat()
}

#[test]
fn rows_that_point_to_what_was_dropped_go_however_long_the_chain() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", PEOPLE);
        let manifest = backup(&setting, &source).await;
        let only_odd =
            || Custom::keep(&manifest.catalog).rows("people", OddOnly::new(5, 1, Some(4)));
        // Without the steps, what is left breaks foreign keys.
        refused(
            restored(&setting, &manifest, only_odd()).await,
            &[Kind::Verify],
        );

        let rules = only_odd()
            .step(orphans("stamps", "letter", "letters", "id"))
            .step(orphans("letters", "person", "people", "id"))
            .step(orphans("letters", "email", "people", "email"))
            .step(orphans("people", "boss", "people", "id"));
        let target = setting.endpoint("target");
        let plan = Plan::with_token(2).masked(rules);
        let context = setting.context();
        let parts = setting.parts(&manifest).await.unwrap();
        let ready = setting
            .prepare(parts, &target, &plan, &context)
            .await
            .unwrap();
        let effects = ready.effects().to_vec();
        let tables = ready.tables().to_vec();
        ready.swap(&context).await.unwrap();

        let kept = |id: &i32| {
            let mut id = *id;
            while id >= 3 && id % 2 == 1 {
                id /= 3;
            }
            id % 2 == 1
        };
        let people: Vec<i32> = (1..=100).filter(kept).collect();
        let found = all(&target, "SELECT id FROM people ORDER BY id");
        assert_eq!(
            found,
            people.iter().map(ToString::to_string).collect::<Vec<_>>()
        );
        assert_eq!(
            one(&target, "SELECT GROUP_CONCAT(DISTINCT secret) FROM people"),
            "masked"
        );
        let letters: Vec<i32> = (1..=150)
            .filter(|id| people.contains(id) && (id / 2 == 0 || people.contains(&(id / 2))))
            .collect();
        let found = all(&target, "SELECT id FROM letters ORDER BY id");
        assert_eq!(
            found,
            letters.iter().map(ToString::to_string).collect::<Vec<_>>()
        );
        assert_eq!(
            one(&target, "SELECT COUNT(*) FROM stamps"),
            letters.len().to_string()
        );
        let again = backup(&setting, &target).await;
        assert_eq!(again.tables, tables, "what is live is what was proven");
        assert_eq!(again.catalog, manifest.catalog);
        let told: Vec<_> = effects
            .iter()
            .map(|effect| (effect.table.as_str(), effect.before, effect.after))
            .collect();
        let letters = letters.len() as u64;
        let people = people.len() as u64;
        assert_eq!(
            told,
            [
                ("letters", Some(150), Some(letters)),
                ("people", Some(50), Some(people)),
                ("stamps", Some(150), Some(letters)),
            ]
        );
    });
}

#[test]
fn a_column_is_dealt_out_anew_by_the_seed_alone_and_its_values_stay() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", PEOPLE);
        let manifest = backup(&setting, &source).await;
        let target = setting.endpoint("target");
        let pairs = "SELECT a, b, c, LEFT(d, 9), e, f FROM pairs ORDER BY 1, 2, 3, 4, 5, 6";
        let people = "SELECT id, email FROM people ORDER BY id";
        let mut seen = Vec::new();
        for (token, seed) in [(1, "00"), (2, "00"), (3, "01")] {
            let mut rules = Custom::keep(&manifest.catalog).step(shuffle("people", "email", seed));
            for column in ["a", "b", "c", "d", "e", "f"] {
                rules = rules.step(shuffle("pairs", column, seed));
            }
            let plan = Plan::with_token(token).masked(rules);
            restore(&setting, &manifest, &target, &plan).await.unwrap();
            seen.push((all(&target, pairs), all(&target, people)));
        }
        assert_eq!(seen[0], seen[1]);
        assert_ne!(seen[0].0, seen[2].0);
        assert_ne!(seen[0].1, seen[2].1);
        let own = "SELECT COUNT(*) FROM people WHERE email = CONCAT('person-', id, '@example.org')";
        assert_eq!(one(&target, own), "0");
        for column in ["a", "b", "c", "d", "e", "f"] {
            let values = format!("SELECT {column} FROM pairs ORDER BY {column}");
            assert_eq!(all(&target, &values), all(&source, &values));
        }
        let emails = "SELECT email FROM people ORDER BY email";
        assert_eq!(all(&target, emails), all(&source, emails));
        let again = backup(&setting, &target).await;
        assert_eq!(again.catalog, manifest.catalog);
    });
}

#[test]
fn steps_that_cannot_be_done_are_refused_before_anything_is() {
    with_setting(|setting| async move {
        let sql = "CREATE TABLE t (a INT) WITH SYSTEM VERSIONING; CREATE TABLE u (a INT)";
        let source = filled(&setting, "source", sql);
        let manifest = backup(&setting, &source).await;
        for step in [
            shuffle("t", "a", "00"),
            shuffle("u", "b", "00"),
            orphans("t", "a", "u", "a"),
            orphans("u", "a", "nowhere", "a"),
        ] {
            let rules = Custom::keep(&manifest.catalog).step(step);
            refused(
                restored(&setting, &manifest, rules).await,
                &[Kind::Sanitise],
            );
        }
        let target = setting.endpoint("target");
        setting.assert_nothing_left(&target, "a refused plan").await;
    });
}

#[test]
fn the_copy_that_goes_live_says_what_was_certified_after_its_rows_were_in() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", PEOPLE);
        let manifest = backup(&setting, &source).await;
        let (target, context) = (setting.endpoint("target"), setting.context());
        let plan = Plan::with_token(1).masked(Custom::keep(&manifest.catalog));
        let parts = setting.parts(&manifest).await.unwrap();
        let mut loaded = setting.load(parts, &target, &plan, &context).await.unwrap();
        let rules = weir_engine::Masker::mark(&Custom::keep(&manifest.catalog));
        let mark = Mark {
            state: State::Sanitised,
            ruleset: Some(rules),
            voucher: None,
        };
        loaded.certify(mark.clone());
        let sanitised = loaded.sanitise(&[], &context).await.unwrap();
        let ready = sanitised.verify(&context).await.unwrap();
        let live = ready.swap(&context).await.unwrap();
        let stamp = setting.engine().stamp(&target, &context).await.unwrap();
        assert_eq!(stamp.as_ref().map(|stamp| &stamp.sanitising), Some(&mark));
        assert_eq!(stamp, Some(live.stamp));
    });
}
