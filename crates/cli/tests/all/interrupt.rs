//! Ctrl-C: a clean stop, and the next run succeeds.

use crate::fleet::{Fleet, number};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

/// Starts a verb and interrupts it once standard error has a line with `word`.
fn interrupted_at(fleet: &Fleet, words: &str, word: &str) -> i32 {
    let mut child: Child = fleet
        .command(words)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let reached = lines.by_ref().any(|line| line.unwrap().contains(word));
    assert!(reached, "{words} never came to {word}");
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    // Read to the end, so that the child never waits for a full pipe.
    lines.for_each(drop);
    child.wait().unwrap().code().unwrap_or(-1)
}

fn leftovers(fleet: &Fleet) -> Vec<String> {
    fleet
        .files()
        .iter()
        .map(|file| file.display().to_string())
        .filter(|name| name.contains("weir-shadow") || name.contains("previous-new"))
        .collect()
}

#[test]
fn an_interrupted_backup_leaves_no_backup_and_the_next_one_succeeds() {
    let fleet = Fleet::new();
    fleet.grow(24);
    assert_eq!(
        interrupted_at(&fleet, "backup production/shop", "dump"),
        130
    );
    assert!(
        !fleet
            .files()
            .iter()
            .any(|file| file.ends_with("manifest.json"))
    );
    fleet.succeed("backup production/shop");
    fleet.succeed("verify production/shop");
}

#[test]
fn an_interrupted_restore_leaves_the_live_copy_and_no_shadow() {
    let fleet = Fleet::new();
    fleet.succeed("run production/shop");
    fleet.succeed("run staging/shop");
    fleet.grow(24);
    fleet.succeed("backup production/shop");
    assert_eq!(interrupted_at(&fleet, "restore staging/shop", "load"), 130);
    let ballast = "SELECT count(*) FROM sqlite_schema WHERE name = 'ballast'";
    assert_eq!(number(&fleet.database("staging"), ballast), 0);
    assert_eq!(leftovers(&fleet), Vec::<String>::new());
    fleet.succeed("restore staging/shop");
    assert_eq!(number(&fleet.database("staging"), ballast), 1);
    assert_eq!(leftovers(&fleet), Vec::<String>::new());
}
