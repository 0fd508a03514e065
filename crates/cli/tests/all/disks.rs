//! Disks that are full and folders that are read-only, under a store and under a target.

use crate::command;
use crate::fleet::{Fleet, number};
use std::path::{Path, PathBuf};
use weir_testkit::disk;

const MEBIBYTE: u64 = 1 << 20;

/// A fleet with 4 MiB in production, whose databases lie in a folder for each environment.
fn fleet() -> Fleet {
    let fleet = Fleet::new();
    fleet.succeed("run production/shop --downstream");
    fleet.grow(4);
    let file = fleet.path().join("weir.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let apart = text.replace("sqlite:{environment}.db", "sqlite:{environment}/shop.db");
    std::fs::write(&file, apart).unwrap();
    for environment in ["production", "staging", "integration"] {
        let folder = fleet.path().join(environment);
        std::fs::create_dir(&folder).unwrap();
        for ending in ["", "-wal", "-shm"] {
            let from = fleet.path().join(format!("{environment}.db{ending}"));
            if from.exists() {
                std::fs::rename(from, folder.join(format!("shop.db{ending}"))).unwrap();
            }
        }
    }
    fleet
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

fn manifests(folder: &Path) -> usize {
    let files = files(folder);
    files
        .iter()
        .filter(|file| file.ends_with("manifest.json"))
        .count()
}

/// It must fail with this code and say what to do.
fn fails(command: &mut std::process::Command, code: i32) -> String {
    let ended = command::finish(command);
    assert_eq!(ended.code, code, "{}", ended.all());
    assert!(ended.stderr.contains("hint:"), "{}", ended.all());
    ended.all()
}

fn live_orders(fleet: &Fleet) -> i64 {
    let live = rusqlite::Connection::open(fleet.path().join("staging/shop.db")).unwrap();
    number(&live, "SELECT count(*) FROM orders")
}

#[test]
fn a_store_that_is_full_gets_no_backup_and_keeps_those_it_has() {
    let fleet = fleet();
    let store = fleet.path().join("store/production");
    let backup = fleet.command("backup production/shop");
    let said = fails(&mut disk::small(&backup, &store, MEBIBYTE), 20);
    assert!(said.contains("disk is full"), "{said}");
    assert_eq!(manifests(&disk::after(&store)), 1);
    fleet.succeed("backup production/shop");
    assert_eq!(manifests(&store), 2);
}

#[test]
fn a_store_that_is_read_only_is_named() {
    let fleet = fleet();
    let store = fleet.path().join("store/production");
    let backup = fleet.command("backup production/shop");
    let said = fails(&mut disk::read_only(&backup, &store), 20);
    assert!(said.contains("read and write the store's folder"), "{said}");
    assert_eq!(manifests(&store), 1);
    // Reading takes no right to write.
    let verify = fleet.command("verify production/shop");
    let ended = command::finish(&mut disk::read_only(&verify, &store));
    assert_eq!(ended.code, 0, "{}", ended.all());
}

#[test]
fn a_target_without_room_keeps_its_live_copy_and_no_shadow() {
    let fleet = fleet();
    fleet.succeed("backup production/shop");
    let target = fleet.path().join("staging");
    let restore = fleet.command("restore staging/shop");
    fails(&mut disk::small(&restore, &target, 2 * MEBIBYTE), 31);
    let left = files(&disk::after(&target));
    assert!(
        !left
            .iter()
            .any(|file| file.display().to_string().contains("weir-shadow")),
        "{left:?}"
    );
    fails(&mut disk::read_only(&restore, &target), 31);
    assert_eq!(live_orders(&fleet), 2);
    fleet.succeed("restore staging/shop");
    assert_eq!(live_orders(&fleet), 2);
}
