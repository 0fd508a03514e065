//! Rules at work: what an engine asks, table by table and value by value.

use super::objects;
use crate::key::Key;
use crate::ruleset::{Action, ObjectRule, Rule, Ruleset, TableEntry};
use crate::scheme::SCHEME;
use crate::transformer::{self, Options, Place, RowView, ValueMask};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use weir_engine::{ColumnMask, Field, Masker, Replacement, TablePlan};
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
            let mut masks = Vec::with_capacity(table.columns.len());
            for column in &table.columns {
                let place = Place { key, table, column };
                let rule = super::rule_of(entry, &column.name);
                let mask = match rule {
                    _ if column.generated => None,
                    Some(Rule::Mask(mask)) => {
                        mark.masked += 1;
                        Some(mask.bind(&place)?)
                    }
                    Some(Rule::Keep) => {
                        mark.kept += 1;
                        None
                    }
                    // The check leaves no such column; were there one, nothing of it would pass.
                    None => Some(
                        (transformer::REDACT.make)(&mut Options::default())
                            .map_err(|problem| {
                                Error::new(Kind::Internal, "redact", problem.message)
                            })?
                            .bind(&place)?,
                    ),
                };
                masks.push(mask.map(|mask| Arc::new(Alone(mask)) as Arc<dyn ColumnMask>));
            }
            Ok(TablePlan::Rows(masks))
        }
    }
}

/// A mask that looks at no other column.
struct Alone(Arc<dyn ValueMask>);

impl ColumnMask for Alone {
    fn mask(&self, field: Field<'_>) -> Result<Replacement> {
        self.0.mask(field, &RowView::new(&[], &[], &[]))
    }
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
