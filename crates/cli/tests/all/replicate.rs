//! `weir replicate` from a folder into a bucket: killed, continued, and never of damaged data.

use crate::command::{Ended, finish};
use crate::fleet::{Fleet, number};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use weir_testkit::s3::S3Server;

/// The usual fleet; staging copies production's backups into its bucket.
fn fleet(server: &S3Server) -> Fleet {
    let fleet = Fleet::new();
    let file = fleet.path().join("weir.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let store = format!(
        "store: {{url: \"s3://{}/staging\", endpoint: \"{}\", region: us-east-1, \
         access_key_id: {{env: WEIR_TEST_KEY}}, secret_access_key: {{file: s3.secret}}}}",
        server.bucket, server.endpoint
    );
    let copies =
        "staging: {transform: staging.sql, operations: [replicate, restore, transform, backup]}";
    let text = text
        .replace("store: store/staging", &store)
        .replace("staging: {transform: staging.sql}", copies);
    std::fs::write(file, text).unwrap();
    std::fs::write(fleet.path().join("s3.secret"), &server.secret).unwrap();
    // More than one piece of an upload, and a frame index besides.
    fleet.grow(20);
    run(&fleet, server, "backup production/shop");
    fleet
}

fn command(fleet: &Fleet, server: &S3Server, words: &str) -> Command {
    let mut command = fleet.command(words);
    command.env("WEIR_TEST_KEY", &server.access_key);
    command
}

fn run(fleet: &Fleet, server: &S3Server, words: &str) -> Ended {
    let ended = finish(&mut command(fleet, server, words));
    assert_eq!(ended.code, 0, "weir {words}\n{}", ended.all());
    ended
}

/// Kills the copy once it has told its progress so many times.
fn killed_after(fleet: &Fleet, server: &S3Server, times: usize) {
    let mut child = command(fleet, server, "replicate staging/shop --json --verbose")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let told = lines
        .map_while(Result::ok)
        .filter(|line| line.contains("\"progress\""))
        .take(times);
    assert_eq!(told.count(), times, "the copy ended before it was killed");
    kill_process(Pid::from_child(&child), Signal::KILL).unwrap();
    child.wait().unwrap();
}

/// The folder of production's only backup, below `root`.
fn backup(root: &Path) -> PathBuf {
    let instance = root.join("shop-sqlite");
    let folders = std::fs::read_dir(instance).unwrap();
    let mut folders = folders.map(|entry| entry.unwrap().path());
    folders.find(|path| path.is_dir()).unwrap()
}

fn copies(server: &S3Server) -> PathBuf {
    server.objects().join("staging/_from/production")
}

#[test]
fn a_killed_copy_is_no_backup_and_the_next_one_goes_on_with_it() {
    // The frame index is small and there at once; the data takes several rounds.
    for (times, copied) in [(1, "parts copied"), (4, "1 there already")] {
        let server = S3Server::start();
        let fleet = fleet(&server);
        killed_after(&fleet, &server, times);
        let manifest = |root: &Path| backup(root).join("manifest.json");
        let there = copies(&server);
        assert!(
            !there.exists() || !manifest(&there).exists(),
            "killed after {times}"
        );
        let ended = run(&fleet, &server, "replicate staging/shop --json --verbose");
        assert!(ended.stderr.contains(copied), "{}", ended.stderr);
        let origin = manifest(&fleet.path().join("store/production"));
        assert_eq!(
            std::fs::read(manifest(&there)).unwrap(),
            std::fs::read(origin).unwrap()
        );
        // What is restored is the copy: production's store is gone.
        std::fs::remove_dir_all(fleet.path().join("store/production")).unwrap();
        run(&fleet, &server, "restore staging/shop");
        let staging = fleet.database("staging");
        assert_eq!(number(&staging, "SELECT count(*) FROM ballast"), 20);
    }
}

#[test]
fn damage_in_production_is_refused_before_the_copy_exists() {
    let server = S3Server::start();
    let fleet = fleet(&server);
    let folder = backup(&fleet.path().join("store/production"));
    let part = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|ending| ending == "zst"))
        .unwrap();
    let mut bytes = std::fs::read(&part).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&part, bytes).unwrap();
    let ended = finish(&mut command(&fleet, &server, "replicate staging/shop"));
    assert_eq!(ended.code, 22, "{}", ended.all());
    assert!(ended.stderr.contains("sha256"), "{}", ended.stderr);
    let manifest = backup(&copies(&server)).join("manifest.json");
    assert!(!manifest.exists(), "there is no copy");
}

#[test]
fn who_copies_nothing_is_told_how_to() {
    let fleet = Fleet::new();
    let ended = fleet.run("replicate staging/shop");
    assert_eq!(ended.code, 2, "{}", ended.all());
}
