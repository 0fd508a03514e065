//! Faults of a network and of a store against the verbs: a tenth of the table that
//! `scripts/faults` goes through, with every fault and every verb in it.

// The counts are what one runs it for.
#![allow(clippy::print_stdout)]

use crate::fleet::Fleet;
use rustix::process::{Pid, Signal, kill_process};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use weir_testkit::faults::network;
use weir_testkit::proxy::{Direction, Proxy, Toxic};

/// Has no factor in common with the numbers of faults and of verbs.
const STEP: usize = 11;

#[test]
fn whatever_fails_a_verb_fails_in_time_or_succeeds_truly() {
    let weir = Path::new(env!("CARGO_BIN_EXE_weir"));
    let tally = network::run(weir, (0..network::pairs()).step_by(STEP));
    print!("{tally}");
    assert!(tally.missed().is_empty(), "{:#?}", tally.missed());
    assert!(tally.total("succeeded truly") > 0 && tally.total("failed in time") > 0);
}

#[test]
fn ctrl_c_ends_a_verb_whose_store_does_not_answer() {
    let fleet = Fleet::new();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = Proxy::start(&silent.local_addr().unwrap().to_string());
    proxy.set(Direction::Up, Toxic::BlackHole);
    let store = format!(
        "{{url: \"s3://b\", endpoint: \"{}\", access_key_id: {{env: HOME}}, secret_access_key: {{env: HOME}}}}",
        proxy.endpoint()
    );
    let file = fleet.path().join("weir.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("store/production", &store)).unwrap();
    for words in [
        "backup production/shop",
        "restore staging/shop",
        "status",
        "backups list production",
    ] {
        let before = proxy.connections();
        let mut child = fleet
            .command(words)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let began = Instant::now();
        while proxy.connections() == before {
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "{words} asks nothing"
            );
            std::thread::yield_now();
        }
        let began = Instant::now();
        kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        let code = child.wait().unwrap().code();
        assert_eq!(code, Some(130), "{words}");
        // The store may be silent for 60 s.
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "{words}: {:?}",
            began.elapsed()
        );
    }
}
