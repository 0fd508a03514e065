//! What is done in the shadow: rows that follow their parents', and columns dealt out anew.

use super::binding::{Binding, Edge, Fate};
use super::references::{is_cut, place};
use super::{lines, unmatched};
use crate::key::Key;
use std::collections::BTreeSet;
use weir_config::problem::Problem;
use weir_engine::ShadowStep;
use weir_model::catalog::Table;

pub(super) fn problems(binding: &Binding<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (table, _) in binding.copied() {
        problems.extend(unfollowed(binding, table));
        problems.extend(nothing_to_follow(binding, table));
    }
    problems.extend(circle(binding));
    problems
}

/// The steps in an order that works: no row is left whose parent is removed later.
pub(super) fn of(binding: &Binding<'_>, key: &Key) -> Vec<ShadowStep> {
    let (order, _) = order(binding);
    let mut steps = Vec::new();
    for table in order {
        for edge in followed(binding, table) {
            steps.push(ShadowStep::RemoveOrphans {
                table: table.name.clone(),
                columns: edge
                    .pairs
                    .iter()
                    .map(|(here, _)| (*here).to_owned())
                    .collect(),
                parent: edge.parent.name.clone(),
                parent_columns: edge
                    .pairs
                    .iter()
                    .map(|(_, there)| (*there).to_owned())
                    .collect(),
            });
        }
    }
    for (table, _) in binding.copied() {
        let columns = table.columns.iter();
        let shuffled = columns.filter(|column| {
            let chosen = binding.rule(table, &column.name);
            chosen.is_some_and(|chosen| chosen.rule.shuffles())
        });
        steps.extend(shuffled.map(|column| ShadowStep::Shuffle {
            table: table.name.clone(),
            column: column.name.clone(),
            seed: seed(key, &table.name, &column.name),
        }));
    }
    steps
}

fn seed(key: &Key, table: &str, column: &str) -> String {
    let hash = key
        .domain("weir shuffle")
        .hash(format!("{table}\0{column}").as_bytes());
    blake3::Hash::from_bytes(hash).to_hex().to_string()
}

/// The tables whose rows a table's follow.
fn with<'a>(binding: &Binding<'a>, table: &Table) -> Vec<&'a str> {
    match binding.fate(table) {
        Fate::Copied(Some(rows)) => rows
            .with
            .iter()
            .map(|(parent, _)| parent.as_str())
            .collect(),
        _ => Vec::new(),
    }
}

/// The edges by which a table's rows follow others'.
fn followed<'a>(binding: &Binding<'a>, table: &'a Table) -> Vec<Edge<'a>> {
    let with = with(binding, table);
    let edges = binding.edges(table).into_iter();
    edges
        .filter(|edge| with.contains(&edge.parent.name.as_str()))
        .collect()
}

/// Whether a table may arrive without some of its rows.
fn loses_rows(binding: &Binding<'_>, table: &Table) -> bool {
    matches!(binding.fate(table), Fate::Copied(Some(_)))
}

/// A row that is kept though the one it points to may be left out.
fn unfollowed(binding: &Binding<'_>, table: &Table) -> Vec<Problem> {
    let with = with(binding, table);
    let edges = binding.edges(table).into_iter();
    edges
        .filter(|edge| loses_rows(binding, edge.parent) && !is_cut(binding, table, edge))
        .filter(|edge| !with.contains(&edge.parent.name.as_str()))
        .map(|edge| {
            let columns: Vec<&str> = edge.pairs.iter().map(|(here, _)| *here).collect();
            let message = format!(
                "`{}.{}` points to table `{}`, of which rows are left out",
                table.name,
                columns.join(", "),
                edge.parent.name
            );
            binding.ruleset.problem(place(binding, table, &edge), message).help(format!(
                "leave out the rows that point to them, by adding to `{}`:\n    rows: {{with: {}}}\nor make the column `null`",
                table.name,
                lines::name(&edge.parent.name),
            ))
        })
        .collect()
}

/// A table to follow that is not pointed to.
fn nothing_to_follow(binding: &Binding<'_>, table: &Table) -> Vec<Problem> {
    let Fate::Copied(Some(rows)) = binding.fate(table) else {
        return Vec::new();
    };
    let edges = binding.edges(table);
    let parents: BTreeSet<&str> = edges.iter().map(|edge| edge.parent.name.as_str()).collect();
    let unknown = rows
        .with
        .iter()
        .filter(|(parent, _)| !parents.contains(parent.as_str()));
    unknown
        .filter_map(|(parent, at)| {
            if binding.catalog.table(parent).is_none() {
                return unmatched::no_table(binding, parent, *at);
            }
            let message = format!("table `{}` does not point to table `{parent}`", table.name);
            let problem = binding.ruleset.problem(*at, message);
            Some(problem.help(format!(
                "say by which column, if the database knows no foreign key:\nreferences:\n  - {{from: {}.COLUMN, to: {parent}.COLUMN}}",
                table.name
            )))
        })
        .collect()
}

/// The tables in an order in which each stands behind those it follows, and those that follow
/// each other.
fn order<'a>(binding: &Binding<'a>) -> (Vec<&'a Table>, Vec<&'a Table>) {
    let mut left: Vec<&Table> = binding.copied().map(|(table, _)| table).collect();
    let mut order = Vec::with_capacity(left.len());
    loop {
        let ready = left.iter().position(|table| {
            let with = with(binding, table);
            !left
                .iter()
                .any(|other| other.name != table.name && with.contains(&other.name.as_str()))
        });
        match ready {
            Some(ready) => order.push(left.remove(ready)),
            None => return (order, left),
        }
    }
}

fn circle(binding: &Binding<'_>) -> Option<Problem> {
    let (_, left) = order(binding);
    let names: Vec<&str> = left.iter().map(|table| table.name.as_str()).collect();
    let first = left.first()?;
    let message = format!(
        "the rows of {} follow each other's, directly or in a circle",
        weir_config::yaml::listed(&names)
    );
    let problem = binding.ruleset.problem(binding.at(first), message);
    Some(problem.help("take one `with:` out, and make its column `null`"))
}
