//! A process that is stopped while another one writes its target: a share of what
//! `scripts/faults` does.

// The counts are what one runs it for.
#![allow(clippy::print_stdout)]

use std::path::Path;
use weir_testkit::faults::writers::{self, Meeting};

#[test]
fn a_stopped_process_and_another_one_never_write_over_each_other() {
    let weir = Path::new(env!("CARGO_BIN_EXE_weir"));
    let tally = writers::run(Some(weir), Meeting::Processes.seeds(16));
    print!("{tally}");
    assert!(tally.missed().is_empty(), "{:#?}", tally.missed());
    assert!(tally.total("kept its lease") > 0 && tally.total("in turn") > 0);
}
