//! The shape of the house, as `ARCHITECTURE.md` draws it: which crate may know which, the same
//! file names in every engine, small files.

#[path = "architecture/documents.rs"]
mod documents;
#[path = "architecture/manifest.rs"]
mod manifest;
#[path = "architecture/tree.rs"]
mod tree;

use manifest::{Edges, crates};
use std::collections::BTreeSet;
use tree::{folders, is_text, repository, source_files, stem, tracked_files};

/// What each crate may use. Engines share one line; `engines` stands for all of them.
const ALLOWED: [(&str, &[&str]); 14] = [
    ("model", &[]),
    ("config", &["model"]),
    ("engine", &["model"]),
    ("engines", &["engine", "model"]),
    ("detect", &["model"]),
    ("mask", &["detect", "engine", "model", "config"]),
    ("store", &["engine", "model"]),
    ("scheduler", &["config", "model"]),
    ("notify", &["config", "model"]),
    ("metrics", &["config", "model"]),
    (
        "pipeline",
        &[
            "metrics", "engines", "mask", "detect", "store", "engine", "config", "model",
        ],
    ),
    (
        "serve",
        &[
            "metrics",
            "notify",
            "pipeline",
            "scheduler",
            "store",
            "engine",
            "config",
            "model",
        ],
    ),
    (
        "cli",
        &[
            "serve", "metrics", "pipeline", "store", "mask", "detect", "config", "engine", "model",
        ],
    ),
    (
        "testkit",
        &[
            "pipeline", "engines", "mask", "store", "engine", "config", "model",
        ],
    ),
];

/// What tests may use besides: never the binary's crate, which they run as a process.
const ALLOWED_IN_TESTS: &[&str] = &[
    "testkit", "pipeline", "engines", "mask", "store", "engine", "config", "model",
];

/// The files of every engine, in the order a backup and a restore pass them. Know one engine,
/// know all; an engine that lacks an ability has the file, and the file says so.
const ENGINE_FILES: [&str; 17] = [
    "lib",
    "config",
    "identity",
    "catalog",
    "sample",
    "diagnose",
    "dump",
    "adopt",
    "load",
    "mask",
    "transform",
    "verify",
    "swap",
    "heal",
    "rollback",
    "stamp",
    "lock",
];

/// Lines of a source file at most: what no longer fits has parts with names of their own.
const MOST_LINES: usize = 400;

#[test]
fn crates_know_only_what_the_architecture_allows() {
    let mut wrong = Vec::new();
    for Edges {
        name,
        uses,
        tests_use,
    } in crates()
    {
        let Some((_, allowed)) = ALLOWED.iter().find(|(listed, _)| *listed == name) else {
            wrong.push(format!(
                "{name} is not in the architecture: add it there, with a reason"
            ));
            continue;
        };
        let unknown = uses.iter().filter(|used| !allowed.contains(&used.as_str()));
        wrong.extend(unknown.map(|used| format!("{name} must not depend on {used}")));
        let unknown = tests_use
            .iter()
            .filter(|used| !ALLOWED_IN_TESTS.contains(&used.as_str()));
        wrong.extend(unknown.map(|used| format!("tests of {name} must not depend on {used}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_listed_crate_is_there() {
    let found: BTreeSet<_> = crates().into_iter().map(|edges| edges.name).collect();
    let listed: BTreeSet<_> = ALLOWED.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(found, listed);
}

#[test]
fn every_engine_has_the_same_files() {
    let expected: BTreeSet<_> = ENGINE_FILES.iter().map(|name| (*name).to_owned()).collect();
    let engines = folders(&repository().join("crates/engines"));
    assert!(!engines.is_empty(), "no engine found");
    for engine in engines {
        let files = std::fs::read_dir(engine.join("src")).unwrap();
        let found: BTreeSet<_> = files
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file())
            .map(|path| stem(&path))
            .collect();
        assert_eq!(found, expected, "files of {}", engine.display());
    }
}

#[test]
fn source_files_stay_small() {
    let mut long = Vec::new();
    for file in source_files() {
        let lines = std::fs::read_to_string(&file).unwrap().lines().count();
        if lines > MOST_LINES {
            long.push(format!(
                "{} has {lines} lines, at most {MOST_LINES}",
                file.display()
            ));
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn modules_lie_beside_their_folder() {
    let old: Vec<_> = source_files()
        .into_iter()
        .filter(|file| stem(file) == "mod")
        .collect();
    assert!(
        old.is_empty(),
        "name these after their folder, beside it: {old:?}"
    );
}

#[test]
fn no_file_names_a_host_that_packages_come_from() {
    // Where packages come from is the machine's business: a name here would tie a build to it.
    // Split, so that this file does not name them either.
    let hosts = [
        ["index.", "crates.io"],
        ["static.", "crates.io"],
        ["registry.", "npmjs.org"],
        ["pypi", ".org"],
        ["deb.", "debian.org"],
        ["proxy.", "golang.org"],
        ["/arti", "factory/"],
    ]
    .map(|halves| halves.concat());
    let mut found = Vec::new();
    for file in tracked_files().into_iter().filter(|file| is_text(file)) {
        let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
        let named = hosts.iter().filter(|host| text.contains(host.as_str()));
        found.extend(named.map(|host| format!("{} names {host}", file.display())));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
