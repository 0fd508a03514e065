//! A machine's clock that jumps back between two nights.

use crate::fixture::{Fixture, PEOPLE};

#[tokio::test(flavor = "multi_thread")]
async fn after_the_clock_jumped_back_a_backup_is_still_the_newest() {
    let fixture = Fixture::new(PEOPLE);
    fixture.clock.set("2026-11-22T05:00:00Z");
    fixture.run_well("production").await;
    fixture.fill("production-people.db", 7);
    fixture.clock.set("2026-11-22T01:36:00Z");
    let report = fixture.run_well("production").await;
    let made = report.jobs[0].steps[0].backup.clone().unwrap();
    assert_eq!(made, "production:people-sqlite/2026-11-22T050001Z-people");
    let restored = fixture.run_well("staging").await;
    assert_eq!(restored.jobs[0].steps[0].backup.as_deref(), Some(&*made));
}
