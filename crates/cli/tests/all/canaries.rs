//! Row values where errors quote them: every case of `scripts/faults` twice.

use std::path::Path;
use weir_testkit::faults::canaries;

#[test]
fn what_fails_over_a_row_never_tells_its_values() {
    let tally = canaries::run(Path::new(env!("CARGO_BIN_EXE_weir")), 1..47);
    assert_eq!(tally.missed(), Vec::<String>::new(), "\n{tally}");
    assert_eq!(tally.total("silent"), 46, "\n{tally}");
}
