//! Data on standard output, the rest on standard error, no escape codes in a pipe.

use crate::command;
use crate::fleet::Fleet;
use std::fs::File;
use std::process::Stdio;

#[test]
fn piped_output_has_no_escape_codes() {
    let fleet = Fleet::new();
    let broken = tempfile::tempdir().unwrap();
    std::fs::write(broken.path().join("weir.yaml"), "weir: 2\n").unwrap();
    for ended in [
        fleet.run("status"),
        fleet.run("plan --all"),
        fleet.run("run --all -v"),
        fleet.run("run nowhere"),
        command::run(broken.path(), "config check"),
        command::run(broken.path(), "--help"),
    ] {
        assert!(!ended.all().contains('\u{1b}'), "{}", ended.all());
    }
}

#[test]
fn progress_is_on_standard_error_and_can_be_silenced() {
    let fleet = Fleet::new();
    let normal = fleet.succeed("backup production/shop");
    assert!(normal.stderr.contains("1/"), "{}", normal.stderr);
    assert!(!normal.stdout.contains("1/4"), "{}", normal.stdout);
    let quiet = fleet.succeed("backup production/shop --quiet");
    assert_eq!(quiet.stderr, "");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let fleet = Fleet::new();
    let mut child = fleet
        .command("config reference")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    assert!(ended.status.success());
}

#[test]
fn output_that_cannot_be_written_is_no_success() {
    let fleet = Fleet::new();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let ended = fleet
        .command("config schema")
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(ended.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("standard output"));
}
