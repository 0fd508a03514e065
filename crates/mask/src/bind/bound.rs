//! Rules at work: what an engine asks, table by table and value by value.

use super::objects;
use super::rows::RowRules;
use crate::key::Key;
use crate::ruleset::{Action, ObjectRule, Rule, Ruleset, TableEntry};
use crate::scheme::SCHEME;
use crate::transformer::Place;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use weir_engine::{Masker, TablePlan};
use weir_model::catalog::{Catalog, Object, Table, TableKind};
use weir_model::error::{Error, Kind, Result};
use weir_model::sanitising::RulesetMark;

/// A ruleset bound to a catalog and a key.
pub struct BoundRules {
    tables: BTreeMap<String, TablePlan>,
    objects: BTreeSet<(String, String)>,
    dropped_objects: BTreeSet<(String, String)>,
    mark: RulesetMark,
}

impl BoundRules {
    /// Only for a ruleset that was checked against the catalog.
    pub(super) fn new(ruleset: &Ruleset, catalog: &Catalog, key: &Key) -> Result<Self> {
        let mut mark = RulesetMark {
            // The file alone: where it lies on this machine is nobody else's business.
            name: file_name(ruleset.name()),
            digest: ruleset.digest().clone(),
            scheme: SCHEME.to_owned(),
            key_id: key.id(),
            masked: 0,
            kept: 0,
            values: 0,
            rows_left_out: 0,
            gate: None,
        };
        let mut tables = BTreeMap::new();
        for table in &catalog.tables {
            let plan = match (table.kind, ruleset.tables.get(&table.name)) {
                (TableKind::Backing, _) => Some(TablePlan::Drop),
                (_, Some(entry)) => Some(plan(table, entry, key, &mut mark)?),
                // An engine refuses a table it gets no plan for.
                (_, None) => None,
            };
            tables.extend(plan.map(|plan| (table.name.clone(), plan)));
        }
        let ruled = |object: &Object, asked: ObjectRule| {
            let rule = ruleset.objects.get(&object.name).map(|entry| entry.rule);
            objects::needs_rule(object) && rule == Some(asked)
        };
        let named = |wanted: &dyn Fn(&Object) -> bool| {
            let found = catalog.objects.iter().filter(|object| wanted(object));
            found
                .map(|object| (object.kind.clone(), object.name.clone()))
                .collect()
        };
        let objects = named(&|object| objects::stays(object) || ruled(object, ObjectRule::Keep));
        let dropped_objects = named(&|object| ruled(object, ObjectRule::Drop));
        Ok(Self {
            tables,
            objects,
            dropped_objects,
            mark,
        })
    }
}

fn plan(table: &Table, entry: &TableEntry, key: &Key, mark: &mut RulesetMark) -> Result<TablePlan> {
    match &entry.action {
        Action::Empty => Ok(TablePlan::Empty),
        Action::Drop => Ok(TablePlan::Drop),
        Action::Keep | Action::Columns(_) => {
            let mut masks = Vec::new();
            for (index, column) in table.columns.iter().enumerate() {
                let place = Place { key, table, column };
                match super::rule_of(entry, &column.name) {
                    _ if column.generated => {}
                    Some(Rule::Mask(mask)) => {
                        mark.masked += 1;
                        masks.push((index, mask.bind(&place)?));
                    }
                    Some(Rule::Keep) => mark.kept += 1,
                    // The check leaves no such column; were there one, nothing would pass.
                    None => return Err(unclassified(&table.name, &column.name)),
                }
            }
            Ok(TablePlan::Masked(Arc::new(RowRules::new(
                table.columns.len(),
                masks,
            ))))
        }
    }
}

fn unclassified(table: &str, column: &str) -> Error {
    Error::new(
        Kind::Internal,
        format!("mask the column {table}.{column}"),
        "no rule speaks of it, and the check did not say so",
    )
    .hint("this is a bug in Weir: please report it")
}

impl Masker for BoundRules {
    fn table(&self, name: &str) -> Option<&TablePlan> {
        self.tables.get(name)
    }

    fn keeps_object(&self, kind: &str, name: &str) -> bool {
        self.objects
            .iter()
            .any(|(known_kind, known_name)| known_kind == kind && known_name == name)
    }

    fn drops_object(&self, kind: &str, name: &str) -> bool {
        self.dropped_objects
            .iter()
            .any(|(known_kind, known_name)| known_kind == kind && known_name == name)
    }

    fn mark(&self) -> RulesetMark {
        self.mark.clone()
    }
}

impl fmt::Debug for BoundRules {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BoundRules")
            .field("mark", &self.mark)
            .finish_non_exhaustive()
    }
}

fn file_name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}
