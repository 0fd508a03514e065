//! `weir adopt` as an operator types it.

use crate::fleet::{Fleet, number};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

const SOURCE: &str = "--source path=db-1:/srv/shop.db";

/// Copies production's database as `.backup` does.
fn copy(fleet: &Fleet) {
    let copy = fleet.path().join("copy.db");
    let copied =
        fleet
            .database("production")
            .backup("main", copy, None::<fn(rusqlite::backup::Progress)>);
    copied.unwrap();
}

fn adopt(fleet: &Fleet, more: &str) -> crate::command::Ended {
    fleet.run(&format!("adopt production/shop copy.db {SOURCE} {more}"))
}

#[test]
fn an_adopted_dump_is_listed_shown_restored_and_proven() {
    let fleet = Fleet::new();
    copy(&fleet);
    let dry = adopt(&fleet, "--taken-at 2026-11-20T23:00:00Z --dry-run");
    assert_eq!(dry.code, 0, "{}", dry.all());
    assert!(dry.stdout.contains("nothing was stored"), "{}", dry.stdout);
    let adopted = adopt(&fleet, "--taken-at 2026-11-20T23:00:00Z --json");
    assert_eq!(adopted.code, 0, "{}", adopted.all());
    let adopted = adopted.json();
    let backup = adopted["adopted"]["backup"].as_str().unwrap();
    assert_eq!(backup, "production:shop-sqlite/2026-11-20T230000Z-shop");
    assert_eq!(adopted["jobs"][0]["steps"][0]["operation"], "adopt");

    let listed = fleet.succeed("backups list production");
    assert!(listed.stdout.contains("raw, adopted"), "{}", listed.stdout);
    let shown = fleet.succeed(&format!("backups show {backup}")).stdout;
    assert!(
        shown.contains("made by others from path db-1:/srv/shop.db"),
        "{shown}"
    );
    let planned = fleet.succeed("plan staging/shop").stdout;
    assert!(planned.contains("it was adopted"), "{planned}");
    fleet.succeed("run staging/shop");
    assert_eq!(
        number(&fleet.database("staging"), "SELECT count(*) FROM orders"),
        2
    );
    let drilled = fleet.succeed("drill production/shop").stdout;
    assert!(drilled.contains(backup), "{drilled}");
    let status = fleet.run("status production").stdout;
    assert!(status.contains("adopted: made by others"), "{status}");
}

#[test]
fn what_cannot_be_adopted_says_why_and_what_to_do() {
    let fleet = Fleet::new();
    copy(&fleet);
    let cases = [
        (
            "copy.db --taken-at 2099-01-01T00:00:00Z",
            SOURCE,
            2,
            "in the future",
        ),
        (
            "copy.db --taken-at yesterday",
            SOURCE,
            2,
            "write it like 2026",
        ),
        (
            "copy.db --taken-at 2026-11-20T23:00:00Z",
            "",
            2,
            "--source path=",
        ),
        (
            "copy.db --taken-at 2026-11-20T23:00:00Z",
            "--source server=x",
            2,
            "no fact of an SQLite",
        ),
        (
            "copy.db copy.db --taken-at 2026-11-20T23:00:00Z",
            SOURCE,
            2,
            "one file, not 2",
        ),
        (
            "nowhere.db --taken-at 2026-11-20T23:00:00Z",
            SOURCE,
            30,
            "nowhere.db",
        ),
        (
            "weir.yaml --taken-at 2026-11-20T23:00:00Z",
            SOURCE,
            22,
            "not an SQLite database",
        ),
    ];
    for (words, source, code, cause) in cases {
        let ended = fleet.run(&format!("adopt production/shop {words} {source}"));
        assert!(ended.stderr.contains(cause), "{words}: {}", ended.all());
        assert_eq!(ended.code, code, "{words}: {}", ended.all());
    }
    let listed = fleet.succeed("backups list production --json").json();
    assert_eq!(listed["backups"].as_array().unwrap().len(), 0);
}

#[test]
fn what_a_killed_adoption_stored_is_removed_by_whoever_comes_next() {
    let fleet = Fleet::new();
    fleet.grow(48);
    copy(&fleet);
    let words =
        format!("adopt production/shop copy.db {SOURCE} --taken-at 2026-11-20T23:00:00Z --quiet");
    let mut child = fleet
        .command(&words.replace("--quiet", "-v"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(
        lines
            .by_ref()
            .any(|line| line.unwrap().contains("read the dump to its end"))
    );
    kill_process(Pid::from_child(&child), Signal::KILL).unwrap();
    lines.for_each(drop);
    assert_eq!(child.wait().unwrap().code(), None);
    fleet.succeed("heal production/shop");
    let left: Vec<_> = fleet
        .files()
        .into_iter()
        .filter(|file| {
            file.to_string_lossy()
                .contains("store/production/shop-sqlite")
        })
        .collect();
    assert!(left.is_empty(), "{left:?}");
    let runs = fleet.succeed("runs --json").json();
    assert_eq!(runs["runs"][0]["started"]["verb"], "adopt");
    assert_eq!(runs["runs"][0]["ended"]["outcome"], "interrupted");
    // The name is taken by the claim of the dead run: the next second is free.
    assert_eq!(fleet.run(&words).code, 0);
    assert!(fleet.newest_backup("production").contains("T230001Z"));
}
