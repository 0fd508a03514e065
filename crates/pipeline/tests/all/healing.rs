//! `heal` on targets that others use, or that cannot be reached.

use crate::fixture::{Fixture, PEOPLE, context};
use weir_pipeline::Selection;
use weir_pipeline::heal::heal;
use weir_store::{Acquire, Lease, Location, Store};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_working_run_builds_is_no_leftover() {
    let fixture = Fixture::new(PEOPLE);
    fixture.run_well("production").await;
    fixture.run_well("staging").await;
    let url = format!("sqlite://{}", fixture.path("staging-people.db").display());
    let state = Store::open(&Location {
        url: "stores/staging/_weir".to_owned(),
        base: fixture.folder.path().to_owned(),
        ..Location::default()
    })
    .unwrap();
    let target = format!("sqlite/{url}/people");
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    let lease = Lease::acquire(&state, &Acquire::new(&target, "another run", now))
        .await
        .unwrap();
    fixture.fill("staging-people.db.weir-shadow", 1);
    let selection = Selection::parse("staging/people", false);
    let reports = heal(&fixture.weir(), &selection, false, &context()).await;
    let failure = reports
        .unwrap()
        .healed
        .remove(0)
        .failure
        .expect("must be refused");
    assert_eq!(failure.kind, "locked");
    assert!(fixture.path("staging-people.db.weir-shadow").exists());

    lease.release().await.unwrap();
    let reports = heal(&fixture.weir(), &selection, false, &context()).await;
    assert!(!reports.unwrap().healed[0].actions.is_empty());
    assert!(!fixture.path("staging-people.db.weir-shadow").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_target_out_of_reach_is_told_and_the_others_are_healed() {
    let fixture = Fixture::new(&format!(
        "{PEOPLE}  closed:
    engine: sqlite
    database: closed
    password: {{file: keys/not-there}}
    only: [production]
"
    ));
    let reports = heal(&fixture.weir(), &Selection::All, false, &context())
        .await
        .unwrap();
    let reports = reports.healed;
    let failed: Vec<(&str, &str)> = reports
        .iter()
        .filter_map(|report| Some((report.app.as_str(), report.failure.as_ref()?.kind.as_str())))
        .collect();
    assert_eq!(reports.len(), 4);
    assert_eq!(failed, [("closed", "secret")]);
}
