//! `weir drill` as an operator types it.

use crate::fleet::Fleet;
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Stdio;

/// A folder for temporary files of the fleet's own.
fn scratch(fleet: &Fleet) -> PathBuf {
    let folder = fleet.path().join("scratch");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn drill(fleet: &Fleet, words: &str) -> crate::command::Ended {
    let scratch = scratch(fleet);
    let mut command = fleet.command(words);
    let ended = crate::command::finish(command.env("TMPDIR", &scratch));
    let left: Vec<_> = std::fs::read_dir(&scratch).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    ended
}

#[test]
fn a_drill_proves_the_backup_and_status_shows_the_proof() {
    let fleet = Fleet::new();
    fleet.succeed("backup production/shop");
    let backup = fleet.newest_backup("production");
    let before = fleet.run("status").stdout;
    assert!(before.contains("never proven"), "{before}");
    let live = std::fs::read(fleet.path().join("production.db")).unwrap();

    let drilled = drill(&fleet, "drill production/shop");
    assert_eq!(drilled.code, 0, "{}", drilled.all());
    assert!(
        drilled.stdout.contains("recovered and proven in"),
        "{}",
        drilled.stdout
    );
    assert!(drilled.stdout.contains(&backup), "{}", drilled.stdout);
    assert_eq!(
        std::fs::read(fleet.path().join("production.db")).unwrap(),
        live
    );
    let after = fleet.run("status").stdout;
    assert!(after.contains("last proven by a drill"), "{after}");
}

#[test]
fn a_drill_as_json_has_its_figures() {
    let fleet = Fleet::new();
    fleet.succeed("backup production/shop");
    let backup = fleet.newest_backup("production");
    let words = format!("drill production/shop --database shop --backup {backup} --json");
    let drilled = drill(&fleet, &words).json();
    let proven = &drilled["drills"][0];
    assert_eq!(proven["backup"], backup.as_str());
    assert_eq!(proven["rows"], 5);
    assert!(proven["recovery_seconds"].as_f64().unwrap() > 0.0);
    assert!(proven["data_as_of"].is_string());
    assert_eq!(drilled["jobs"][0]["steps"][0]["operation"], "drill");
    let run = drilled["jobs"][0]["run"].as_str().unwrap();
    let logged = fleet.succeed(&format!("logs {run}")).stdout;
    assert!(logged.contains("drop the scratch copy"), "{logged}");
}

#[test]
fn a_damaged_backup_fails_the_drill_as_corrupt() {
    let fleet = Fleet::new();
    fleet.succeed("backup production/shop");
    let part = fleet
        .files()
        .into_iter()
        .find(|file| file.ends_with("database.sqlite.zst"))
        .unwrap();
    let mut bytes = std::fs::read(&part).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&part, bytes).unwrap();
    let drilled = drill(&fleet, "drill production/shop");
    assert_eq!(drilled.code, 22, "{}", drilled.all());
    assert!(drilled.stderr.contains("corrupt"), "{}", drilled.stderr);
    let status = fleet.run("status").stdout;
    assert!(status.contains("its last drill failed"), "{status}");
    assert!(status.contains("weir drill production/shop"), "{status}");
}

#[test]
fn a_drill_without_a_backup_says_that_there_is_none() {
    let fleet = Fleet::new();
    let drilled = drill(&fleet, "drill production/shop");
    assert_eq!(drilled.code, 21, "{}", drilled.all());
}

/// Starts a drill and sends it a signal once it loads.
fn stopped_by(fleet: &Fleet, signal: Signal) -> Option<i32> {
    let mut child = fleet
        .command("drill production/shop")
        .env("TMPDIR", scratch(fleet))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.by_ref().any(|line| line.unwrap().contains("load")));
    kill_process(Pid::from_child(&child), signal).unwrap();
    lines.for_each(drop);
    child.wait().unwrap().code()
}

#[test]
fn an_interrupted_drill_leaves_nothing_and_a_killed_one_is_swept() {
    let fleet = Fleet::new();
    fleet.grow(24);
    fleet.succeed("backup production/shop");
    assert_eq!(stopped_by(&fleet, Signal::INT), Some(130));
    assert_eq!(std::fs::read_dir(scratch(&fleet)).unwrap().count(), 0);

    assert_eq!(stopped_by(&fleet, Signal::KILL), None);
    let drilled = drill(&fleet, "drill production/shop");
    assert_eq!(drilled.code, 0, "{}", drilled.all());
    assert!(
        drilled.stderr.contains("left by a drill that died"),
        "{}",
        drilled.stderr
    );
    let runs = fleet.succeed("runs --json").json();
    let outcomes: Vec<&str> = (0..3)
        .filter_map(|index| runs["runs"][index]["ended"]["outcome"].as_str())
        .collect();
    assert_eq!(outcomes, ["succeeded", "interrupted", "interrupted"]);
}
