//! Whose everything in the new copy is, beside whose it is to be.

use crate::catalog::qualified;
use crate::dump::archive::{Archive, Entry, Text};
use crate::load::Plan;
use std::collections::{BTreeMap, BTreeSet};

/// Owners by what they own. Some kinds share names (operators of the same sign).
type Owners = BTreeMap<String, BTreeSet<String>>;

/// What has another owner than the plan gives it; `maker` has what the plan gives to nobody.
pub(super) fn differences(plan: &Plan, maker: &str, found: &Archive) -> Vec<String> {
    let expected = owners(&plan.archive, |owner| match plan.owners.get(owner) {
        Some(instead) => instead.as_deref().unwrap_or(maker).to_owned(),
        None => owner.to_owned(),
    });
    let found = owners(found, str::to_owned);
    let told = |owners: &BTreeSet<String>| {
        let owners: Vec<&str> = owners.iter().map(String::as_str).collect();
        owners.join(", ")
    };
    expected
        .iter()
        .filter_map(|(what, expected)| {
            let found = found.get(what).filter(|found| *found != expected)?;
            Some(format!(
                "{what} belongs to {} and not to {}",
                told(found),
                told(expected)
            ))
        })
        .collect()
}

fn owners(archive: &Archive, here: impl Fn(&str) -> String) -> Owners {
    let mut owners = Owners::new();
    for entry in &archive.entries {
        let owner = entry.owner.as_ref().and_then(Text::as_str);
        let Some(owner) = owner.filter(|owner| entry.owner_statement(owner).is_some()) else {
            continue;
        };
        owners.entry(named(entry)).or_default().insert(here(owner));
    }
    owners
}

fn named(entry: &Entry) -> String {
    let text = |text: Option<&Text>| text.map(ToString::to_string).unwrap_or_default();
    let name = qualified(&text(entry.namespace.as_ref()), &text(entry.tag.as_ref()));
    format!("{} {name}", entry.description)
}
