//! The corpus of `scripts/fuzz`, and what a few seeds make of it: no reader panics or hangs.

use std::path::PathBuf;
use std::time::{Duration, Instant};
use weir_testkit::fuzz::{Feed, TARGETS, mutate};

/// Bytes made of each file of the corpus.
const SEEDS: u64 = 20;
/// Far more than any of these few bytes may cost, on a machine that does other things too.
const LONGEST: Duration = Duration::from_secs(10);

#[test]
fn no_reader_panics_or_hangs_at_the_corpus() {
    for (target, read) in TARGETS {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("corpus")
            .join(target);
        let files: Vec<_> = std::fs::read_dir(&folder).unwrap().collect();
        assert!(files.len() > 2, "{target} has a corpus");
        for file in files {
            let path = file.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            fed(read, &bytes, &path.display().to_string());
            for seed in 0..SEEDS {
                fed(
                    read,
                    &mutate(&bytes, seed),
                    &format!("{}, seed {seed}", path.display()),
                );
            }
        }
    }
}

fn fed(read: Feed, bytes: &[u8], what: &str) {
    let began = Instant::now();
    let outcome = std::panic::catch_unwind(|| read(bytes));
    assert!(outcome.is_ok(), "{what}: it panicked");
    assert!(began.elapsed() < LONGEST, "{what}: it took too long");
}
