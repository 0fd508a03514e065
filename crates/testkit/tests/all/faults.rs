//! A few hundred of the faults that `scripts/faults` makes by the thousand.

use weir_testkit::faults::corruption;
use weir_testkit::faults::writers::{self, Meeting};

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
    let tally = writers::run(None, Meeting::Paused.seeds(25));
    assert_eq!(tally.missed(), Vec::<String>::new(), "\n{tally}");
    let refused = [tally.total("refused"), tally.total("swap refused")];
    assert!(!refused.contains(&0), "\n{tally}");
}

#[test]
fn a_writer_whose_beats_are_lost_is_refused_and_one_whose_beats_are_late_is_not() {
    let tally = writers::run(None, Meeting::OnTheWire.seeds(24));
    assert_eq!(tally.missed(), Vec::<String>::new(), "\n{tally}");
    assert!(
        tally.total("refused") > 0 && tally.total("kept its lease") > 0,
        "\n{tally}"
    );
}
