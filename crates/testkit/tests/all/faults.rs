//! A few hundred of the faults that `scripts/faults` makes by the thousand.

use weir_testkit::faults::{corruption, writers};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_is_found_before_the_live_copy_changes_or_is_harmless() {
    let tally = corruption::run(1..301, None).await;
    assert_eq!(tally.missed(), Vec::<String>::new(), "\n{tally}");
    assert!(
        tally.total("detected") > 0 && tally.total("passed over") > 0,
        "\n{tally}"
    );
}

#[test]
fn a_stale_writer_is_refused_and_the_newer_copy_stays() {
    let tally = writers::run(1..26);
    assert_eq!(tally.missed(), Vec::<String>::new(), "\n{tally}");
    assert!(tally.total("refused") > 0, "\n{tally}");
}
