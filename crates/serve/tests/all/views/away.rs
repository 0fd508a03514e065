//! Stores that cannot be read.

use super::fleet::Fleet;
use weir_serve::views::CellState;

#[tokio::test]
async fn of_a_store_that_is_away_the_old_picture_stays_and_says_so() {
    let fleet = Fleet::new();
    fleet.run("production/people", None).await;
    fleet.set("2026-11-22T13:00:00Z");
    fleet.run("staging/people", None).await;
    fleet.look().await;
    let cell = |environment: &str| fleet.source.overview().rows[0].cells[environment].clone();
    let before = cell("staging");
    assert_eq!(before.state, CellState::Well);
    let tests = fleet.source.drills();

    // What was a folder is a file: no store can be there.
    let (store, aside) = (fleet.path("stores/staging"), fleet.path("aside"));
    std::fs::rename(&store, &aside).unwrap();
    std::fs::write(&store, "").unwrap();
    fleet.set("2026-11-22T13:10:00Z");
    fleet.look().await;
    let overview = fleet.source.overview();
    assert_eq!(overview.unreadable[0].environment, "staging");
    let away = cell("staging");
    assert_eq!(away.state, CellState::Unknown);
    assert_eq!((away.bytes, away.run), (before.bytes, before.run));
    assert_eq!(cell("production").state, CellState::Well);
    // What was restored there stays a proof of production's backup.
    let kept = fleet.source.drills();
    assert_eq!(kept.unreadable[0].environment, "staging");
    assert_eq!(
        kept.rows[0].last.as_ref().unwrap().run,
        tests.rows[0].last.as_ref().unwrap().run
    );
    let tonight = fleet.source.tonight();
    assert_eq!(tonight.unreadable[0].environment, "staging");
    let mut planned = tonight
        .entries
        .iter()
        .filter(|entry| entry.job == "staging/people");
    let why = planned.next().unwrap().why.as_deref().unwrap_or_default();
    assert!(why.contains("cannot be read from here"), "{why}");

    std::fs::remove_file(&store).unwrap();
    std::fs::rename(&aside, &store).unwrap();
    fleet.look().await;
    assert!(fleet.source.overview().unreadable.is_empty());
    assert_eq!(cell("staging").state, CellState::Well);
}
