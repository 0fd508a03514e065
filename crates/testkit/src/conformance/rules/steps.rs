//! What takes more than one row to decide is done in the shadow.

use super::masking::Storage;
use super::{Target, rows_of};
use crate::conformance::{Plan, Rules, Seed, Setting};
use std::collections::BTreeMap;
use std::path::PathBuf;
use weir_engine::{Endpoint, Replacement, ShadowStep};

/// The rows of `table` whose `column` points to no row of `parent` go.
fn orphans(table: &str, column: &str, parent: &str, key: &str) -> ShadowStep {
    ShadowStep::RemoveOrphans {
        table: table.to_owned(),
        columns: vec![column.to_owned()],
        parent: parent.to_owned(),
        parent_columns: vec![key.to_owned()],
    }
}

/// Orphans go, bytes included, and what becomes one by that, in whatever order the steps are told;
/// foreign keys hold afterwards, and the row counts that changed are told.
pub async fn orphans_go_and_what_hung_on_them(setting: Setting) {
    let manifest = setting.distant_backup(Seed::Generation(Target::NEW)).await;
    let target = setting.endpoint("target");
    let context = setting.context();
    // People without a note go, notes without a person, and people without an item. The last of
    // these makes more of the one before.
    let rules = Rules::keep(&manifest.catalog)
        .drop_rows("items", "id", |id| id >= 20)
        .drop_rows("notes", "id", |id| id < 5)
        .step(orphans("people", "id", "notes", "person"))
        .step(orphans("notes", "person", "people", "id"))
        .step(orphans("people", "id", "items", "id"));
    let plan = Plan::with_token(1).masked(rules);
    let parts = setting.parts(&manifest).await.unwrap();
    let ready = setting
        .prepare(parts, &target, &plan, &context)
        .await
        .unwrap();
    let tables = ready.tables().to_vec();
    let counts = ["items", "people", "notes"].map(|table| rows_of(&tables, table));
    assert_eq!(counts, [20, 15, 15]);
    for (table, before) in [("people", 50), ("notes", 45)] {
        let told = ready.effects().iter().any(|effect| {
            let counts = (effect.before, effect.after);
            effect.table.ends_with(table) && counts == (Some(before), Some(15))
        });
        assert!(told, "{table}: {:?}", ready.effects());
    }
    ready.swap(&context).await.unwrap();
    let storage = Storage::of(&setting, &target);
    // 3 was left out on the way, and 30 to 39 went with their people.
    assert_eq!(storage.holding("erase-me-3"), Vec::<PathBuf>::new());
    assert!(!storage.holding("erase-me-7").is_empty());
    let engine = setting.engine();
    engine.verify_live(&target, &context).await.unwrap();
    let contents = engine.contents(&target, &context).await.unwrap();
    assert_eq!(contents.tables, tables, "what is live is what was proven");
    setting
        .assert_nothing_left(&target, "removing orphans")
        .await;
}

/// Every value of a shuffled column is there as often as before, most of them with somebody else,
/// and no byte tells with whom they were.
pub async fn shuffled_values_are_all_there_and_whose_they_were_is_gone(setting: Setting) {
    let manifest = setting.distant_backup(Seed::Generation(Target::NEW)).await;
    let target = setting.endpoint("target");
    let context = setting.context();
    let shuffle = |column: &str| ShadowStep::Shuffle {
        table: "people".to_owned(),
        column: column.to_owned(),
        seed: "8f14e45fceea167a5a36dedd4bea2543".to_owned(),
    };
    let rules = Rules::keep(&manifest.catalog).step(shuffle("name"));
    let plan = Plan::with_token(1).masked(rules);
    setting
        .restore(&manifest, &target, &plan, &context)
        .await
        .unwrap();
    let dealt = names(&setting, &target).await;
    let mut all: Vec<&String> = dealt.values().collect();
    all.sort();
    let mut expected: Vec<String> = (0..50).map(|id| format!("Person {id}")).collect();
    expected.sort();
    assert_eq!(all, expected.iter().collect::<Vec<_>>());
    let moved: Vec<&String> = dealt
        .iter()
        .filter(|(email, name)| **name != own_name(email))
        .map(|(email, _)| email)
        .collect();
    assert!(moved.len() > 25, "most must be somebody else's now");
    for (path, bytes) in Storage::of(&setting, &target).contents() {
        let told = told_names(&bytes).find(|email| moved.contains(&email));
        assert_eq!(told, None, "{} tells whose a name was", path.display());
    }

    // A column whose values must stay apart is dealt out like any other.
    let rules = Rules::keep(&manifest.catalog).step(shuffle("email"));
    let plan = Plan::with_token(2).masked(rules);
    setting
        .restore(&manifest, &target, &plan, &context)
        .await
        .unwrap();
    assert_eq!(names(&setting, &target).await.len(), 50);
}

/// Everybody's name, by email.
async fn names(setting: &Setting, target: &Endpoint) -> BTreeMap<String, String> {
    let context = setting.context();
    let sampled = setting.engine().sample(target, "people", 1000, &context);
    let rows = sampled.await.unwrap().into_iter();
    rows.map(|row| match &row[1..] {
        [Replacement::Text(name), Replacement::Text(email)] => (email.clone(), name.clone()),
        _ => panic!("people have a name and an email"),
    })
    .collect()
}

/// The name that was that of a person with this email.
fn own_name(email: &str) -> String {
    let digits = email.bytes().filter(u8::is_ascii_digit).count() - 1;
    let start = "person-".len();
    format!("Person {}", &email[start..start + digits])
}

/// The emails that stand right behind the name that was their person's, as where a row is stored.
fn told_names(bytes: &[u8]) -> impl Iterator<Item = String> {
    const NEAR: usize = 24;
    let begin = b"person-";
    let places = places_of(bytes, begin[0]).filter(move |at| bytes[*at..].starts_with(begin));
    places.filter_map(move |at| {
        let digits = bytes[at + begin.len()..].iter();
        let id: Vec<u8> = digits.copied().take_while(u8::is_ascii_digit).collect();
        let email = format!(
            "person-{}@generation-1.example",
            String::from_utf8_lossy(&id)
        );
        let name = own_name(&email);
        let near = &bytes[at.saturating_sub(NEAR)..=at];
        let told = near.windows(name.len() + 1).any(|window| {
            window.starts_with(name.as_bytes()) && !window[name.len()].is_ascii_digit()
        });
        (told && bytes[at..].starts_with(email.as_bytes())).then_some(email)
    })
}

/// Where a byte is.
fn places_of(bytes: &[u8], wanted: u8) -> impl Iterator<Item = usize> {
    let places = bytes.iter().enumerate();
    places.filter_map(move |(at, byte)| (*byte == wanted).then_some(at))
}
