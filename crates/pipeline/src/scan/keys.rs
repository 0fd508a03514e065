//! Which columns must be treated alike: a key, and whatever points to it.

use weir_model::catalog::{Catalog, Column, Table};

/// Pointers followed from one column, at most: a schema may point in a circle.
const MOST_HOPS: usize = 16;

/// A column by its table.
pub(super) type Place<'a> = (&'a Table, &'a Column);

/// The column that a column points to in the end; itself when it points nowhere.
pub(super) fn root<'a>(catalog: &'a Catalog, place: Place<'a>) -> Place<'a> {
    let mut at = place;
    for _ in 0..MOST_HOPS {
        match pointed_to(catalog, at) {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}

fn pointed_to<'a>(catalog: &'a Catalog, (table, column): Place<'a>) -> Option<Place<'a>> {
    table.foreign_keys.iter().find_map(|key| {
        let place = key.columns.iter().position(|name| *name == column.name)?;
        let parent = catalog.table(&key.references)?;
        let column = if key.referenced_columns.is_empty() {
            let mut keys = parent.columns.iter().filter(|column| column.primary_key);
            keys.nth(place)?
        } else {
            let name = key.referenced_columns.get(place)?;
            parent.columns.iter().find(|column| column.name == *name)?
        };
        Some((parent, column))
    })
}

/// What makes a column a key, in words; `None` when rows are neither told apart nor joined by it.
pub(super) fn role(catalog: &Catalog, (table, column): Place<'_>) -> Option<String> {
    if let Some((parent, to)) = pointed_to(catalog, (table, column)) {
        return Some(format!("points to {}.{}", parent.name, to.name));
    }
    if column.primary_key {
        return Some("primary key".to_owned());
    }
    if column.unique {
        return Some("unique".to_owned());
    }
    let points_here = |(from, other): Place<'_>| {
        pointed_to(catalog, (from, other))
            .is_some_and(|(parent, to)| parent.name == table.name && to.name == column.name)
    };
    let mut columns = catalog
        .tables
        .iter()
        .flat_map(|from| from.columns.iter().map(move |other| (from, other)));
    let pointed = columns.any(points_here);
    pointed.then(|| "other tables point to it".to_owned())
}
