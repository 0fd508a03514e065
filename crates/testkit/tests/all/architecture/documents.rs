//! The documents lead where they say.

use super::tree::{repository, tracked_files};
use std::path::Path;

#[test]
fn every_link_leads_to_a_file() {
    let root = repository();
    let documents = tracked_files()
        .into_iter()
        .filter(|file| file.extension().is_some_and(|ending| ending == "md"));
    let mut dead = Vec::new();
    for document in documents {
        let text = std::fs::read_to_string(&document).unwrap();
        let folder = document.parent().unwrap_or(&root);
        let missing = links(&text).filter(|link| !leads_somewhere(folder, link));
        dead.extend(missing.map(|link| format!("{} links to {link}", document.display())));
    }
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

/// The targets of a document's links, without those into the web and without anchors.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let after = text.split("](").skip(1);
    let targets = after.filter_map(|rest| rest.split(')').next());
    targets
        .filter(|target| !target.contains("://"))
        .filter_map(|target| target.split('#').next())
        .filter(|target| !target.is_empty())
}

fn leads_somewhere(folder: &Path, link: &str) -> bool {
    folder.join(link).exists()
}
