//! The order in which views can be made: whatever a view mentions comes before it.

use super::StoredObject;
use std::collections::{BTreeMap, BTreeSet};

/// Orders views by what they mention. Mentioning a column of the name of a view counts, too: that
/// at most moves a view behind one that it does not need.
pub(crate) fn by_mention(views: Vec<StoredObject>) -> Vec<StoredObject> {
    let names: Vec<String> = views.iter().map(|view| view.name.clone()).collect();
    let mentions: BTreeMap<&str, Vec<&str>> = views
        .iter()
        .map(|view| {
            let others = names.iter().map(String::as_str);
            let mentioned = others.filter(|name| *name != view.name && mentions(view, name));
            (view.name.as_str(), mentioned.collect())
        })
        .collect();
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    for name in &names {
        visit(name, &mentions, &mut seen, &mut order);
    }
    let order: Vec<String> = order.into_iter().map(str::to_owned).collect();
    let mut by_name: BTreeMap<String, StoredObject> = views
        .into_iter()
        .map(|view| (view.name.clone(), view))
        .collect();
    order
        .into_iter()
        .filter_map(|name| by_name.remove(&name))
        .collect()
}

fn mentions(view: &StoredObject, name: &str) -> bool {
    view.create.contains(&crate::config::identifier(name))
}

/// Depth first, without recursion: a chain of views may be as long as somebody made it.
fn visit<'a>(
    name: &'a str,
    mentions: &BTreeMap<&'a str, Vec<&'a str>>,
    seen: &mut BTreeSet<&'a str>,
    order: &mut Vec<&'a str>,
) {
    let mut open = vec![(name, false)];
    while let Some((name, is_done)) = open.pop() {
        if is_done {
            order.push(name);
            continue;
        }
        if !seen.insert(name) {
            continue;
        }
        open.push((name, true));
        let next = mentions.get(name).into_iter().flatten();
        open.extend(next.rev().map(|name| (*name, false)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::ObjectKind;

    fn view(name: &str, of: &[&str]) -> StoredObject {
        let of: Vec<String> = of.iter().map(|name| format!("`{name}`")).collect();
        StoredObject {
            kind: ObjectKind::View,
            name: name.to_owned(),
            table: None,
            create: format!("CREATE VIEW `{name}` AS select 1 from {}", of.join(",")),
            definer: String::new(),
            sql_mode: String::new(),
            character_set_client: String::new(),
            collation_connection: String::new(),
            database_collation: String::new(),
            time_zone: String::new(),
        }
    }

    #[test]
    fn what_a_view_mentions_comes_first_and_a_circle_ends() {
        let views = vec![view("a", &["b"]), view("b", &["c", "t"]), view("c", &[])];
        let names: Vec<_> = by_mention(views)
            .into_iter()
            .map(|view| view.name)
            .collect();
        assert_eq!(names, ["c", "b", "a"]);
        assert_eq!(
            by_mention(vec![view("a", &["b"]), view("b", &["a"])]).len(),
            2
        );
    }
}
