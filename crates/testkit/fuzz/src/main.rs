//! Feeds libFuzzer's bytes to the reader that `WEIR_FUZZ_TARGET` names.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;

static TARGET: OnceLock<fn(&[u8])> = OnceLock::new();

fuzz_target!(|bytes: &[u8]| {
    let target = TARGET.get_or_init(|| {
        let name = std::env::var("WEIR_FUZZ_TARGET").unwrap_or_default();
        weir_testkit::fuzz::target(&name)
    });
    target(bytes);
});
