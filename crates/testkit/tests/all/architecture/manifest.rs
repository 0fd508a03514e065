//! The crates' edges, read from their `Cargo.toml`.

use super::tree::{folders, repository};
use std::collections::BTreeSet;
use std::path::Path;

/// The crates of this workspace that one crate names.
pub(super) struct Edges {
    /// The crate's name in the architecture: its folder, or `engines` for each of them.
    pub(super) name: String,
    /// What it is built from.
    pub(super) uses: BTreeSet<String>,
    /// What only its tests are built from.
    pub(super) tests_use: BTreeSet<String>,
}

/// Every crate of the workspace.
pub(super) fn crates() -> Vec<Edges> {
    let root = repository().join("crates");
    let engines = folders(&root.join("engines"))
        .into_iter()
        .map(|folder| edges("engines", &folder));
    let others = folders(&root)
        .into_iter()
        .filter(|folder| !folder.ends_with("engines"));
    others
        .map(|folder| edges(&folder.file_name().unwrap().to_string_lossy(), &folder))
        .chain(engines)
        .collect()
}

fn edges(name: &str, folder: &Path) -> Edges {
    let file = folder.join("Cargo.toml");
    let text = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut edges = Edges {
        name: name.to_owned(),
        uses: BTreeSet::new(),
        tests_use: BTreeSet::new(),
    };
    let mut section = String::new();
    for line in text.lines().map(str::trim) {
        if let Some(title) = line.strip_prefix('[') {
            title.trim_end_matches(']').clone_into(&mut section);
            // `[dependencies.weir-model]` names the crate in the title.
            note(
                &mut edges,
                &section,
                section.rsplit('.').next().unwrap_or_default(),
            );
        } else {
            let named = line.split(['.', '=', ' ']).next().unwrap_or_default();
            note(&mut edges, &section, named);
        }
    }
    edges
}

/// Notes `named` as an edge when it is a crate of this workspace in a section of dependencies.
fn note(edges: &mut Edges, section: &str, named: &str) {
    let Some(known) = known(named) else { return };
    if section.contains("dev-dependencies") {
        edges.tests_use.insert(known);
    } else if section.contains("dependencies") {
        edges.uses.insert(known);
    }
}

/// The architecture's name of a package: `weir` is `cli`, `weir-engine-sqlite` one of `engines`.
fn known(package: &str) -> Option<String> {
    match package {
        "weir" => Some("cli".to_owned()),
        _ if package.starts_with("weir-engine-") => Some("engines".to_owned()),
        _ => package.strip_prefix("weir-").map(str::to_owned),
    }
}
