//! `weir demo`: everything it shows holds, twice.

use crate::command;

#[test]
fn the_demo_holds_and_can_be_run_again() {
    let folder = tempfile::tempdir().unwrap();
    let first = command::succeed(folder.path(), "demo");
    for part in [
        "integration",
        "sanitised",
        "zstd -dc",
        "flipped",
        "error: ",
        "All of it held",
    ] {
        let all = first.stdout.to_lowercase();
        assert!(
            all.contains(&part.to_lowercase()),
            "{part}: {}",
            first.all()
        );
    }
    let again = command::succeed(folder.path(), "demo --json").json();
    assert_eq!(again["failure_on_purpose"]["kind"], "corrupt");
    assert_eq!(again["failure_on_purpose"]["staging_untouched"], true);
    command::succeed(folder.path(), "--config weir-demo/weir.yaml status");
    command::succeed(
        folder.path(),
        "--config weir-demo/weir.yaml verify production/publishing",
    );
}
