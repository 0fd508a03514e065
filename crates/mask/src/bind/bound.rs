//! Rules at work: what an engine asks, table by table and row by row.

use super::binding::{Binding, Chosen, Fate};
use super::rows::{BoundSample, Filter, RowRules};
use super::{objects, order, steps};
use crate::compound;
use crate::condition::Surroundings;
use crate::key::Key;
use crate::ruleset::{ObjectRule, RowRule};
use crate::scheme::SCHEME;
use crate::transformer::Place;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use weir_engine::{Masker, ShadowStep, TablePlan};
use weir_model::catalog::{Object, Table};
use weir_model::error::{Error, Kind, Result};
use weir_model::sanitising::RulesetMark;

/// A ruleset bound to a catalog and a key.
pub struct BoundRules {
    tables: BTreeMap<String, TablePlan>,
    /// The tables whose rows are copied, to ask for their counts.
    rows: Vec<Arc<RowRules>>,
    steps: Vec<ShadowStep>,
    objects: BTreeSet<(String, String)>,
    dropped_objects: BTreeSet<(String, String)>,
    mark: RulesetMark,
}

impl BoundRules {
    /// Only for a ruleset that was checked against the catalog.
    pub(super) fn new(binding: &Binding<'_>, key: &Key, now: jiff::Timestamp) -> Result<Self> {
        let ruleset = binding.ruleset;
        let mut bound = Self {
            tables: BTreeMap::new(),
            rows: Vec::new(),
            steps: steps::of(binding, key),
            objects: BTreeSet::new(),
            dropped_objects: BTreeSet::new(),
            mark: RulesetMark {
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
            },
        };
        for table in &binding.catalog.tables {
            let plan = match binding.fate(table) {
                Fate::Dropped => TablePlan::Drop,
                Fate::Empty => TablePlan::Empty,
                Fate::Copied(rows) => {
                    let rules = Binder {
                        binding,
                        table,
                        key,
                        now,
                    }
                    .rows(rows, &mut bound.mark)?;
                    let rules = Arc::new(rules);
                    bound.rows.push(Arc::clone(&rules));
                    TablePlan::Masked(rules)
                }
                // An engine refuses a table it gets no plan for.
                Fate::Unknown => continue,
            };
            bound.tables.insert(table.name.clone(), plan);
        }
        bound.name_objects(binding);
        Ok(bound)
    }

    fn name_objects(&mut self, binding: &Binding<'_>) {
        let ruled = |object: &Object, asked: ObjectRule| {
            let rule = binding
                .ruleset
                .objects
                .get(&object.name)
                .map(|entry| entry.rule);
            objects::needs_rule(object) && rule == Some(asked)
        };
        let named = |wanted: &dyn Fn(&Object) -> bool| {
            let found = binding
                .catalog
                .objects
                .iter()
                .filter(|object| wanted(object));
            found
                .map(|object| (object.kind.clone(), object.name.clone()))
                .collect()
        };
        self.objects = named(&|object| objects::stays(object) || ruled(object, ObjectRule::Keep));
        self.dropped_objects = named(&|object| ruled(object, ObjectRule::Drop));
    }

    /// The mark with what was counted so far.
    fn counted(&self) -> RulesetMark {
        RulesetMark {
            values: self.rows.iter().map(|rules| rules.values()).sum(),
            rows_left_out: self.rows.iter().map(|rules| rules.left_out()).sum(),
            ..self.mark.clone()
        }
    }
}

/// Binds the rules of one table.
struct Binder<'a> {
    binding: &'a Binding<'a>,
    table: &'a Table,
    key: &'a Key,
    now: jiff::Timestamp,
}

impl Binder<'_> {
    fn rows(&self, rows: Option<&RowRule>, mark: &mut RulesetMark) -> Result<RowRules> {
        let index_of = |name: &str| self.index_of(name);
        let surroundings = Surroundings {
            index_of: &index_of,
            now: self.now,
        };
        let filter = rows
            .map(|rows| self.filter(rows, &surroundings))
            .transpose()?;
        let mut read = filter.as_ref().map_or_else(Vec::new, Filter::columns);
        for column in self.table.columns.iter().filter(|column| !column.generated) {
            let chosen = self.chosen(&column.name)?;
            let conditions = chosen.rule.conditions();
            let of_conditions = conditions.iter().flat_map(|one| one.condition.names());
            read.extend(of_conditions.filter_map(|name| self.index_of(&name.name)));
            let names = [chosen.rule.reads(), chosen.rule.reads_masked()].concat();
            read.extend(names.iter().filter_map(|name| self.index_of(name)));
            match chosen.rule.keeps() {
                true => mark.kept += 1,
                false => mark.masked += 1,
            }
        }
        let mut masks = Vec::new();
        for index in order::of_masks(self.binding, self.table).unwrap_or_default() {
            let Some(column) = self.table.columns.get(index) else {
                continue;
            };
            let place = Place {
                key: self.key,
                table: self.table,
                column,
            };
            let rule = self.chosen(&column.name)?.rule;
            let mask = compound::bind(rule, &place, &surroundings)?;
            masks.extend(mask.map(|mask| (index, mask)));
        }
        Ok(RowRules::new(
            self.table.columns.len(),
            filter,
            masks,
            &read,
        ))
    }

    fn index_of(&self, name: &str) -> Option<usize> {
        let mut columns = self.table.columns.iter();
        columns.position(|known| known.name == name)
    }

    fn chosen(&self, column: &str) -> Result<&Chosen<'_>> {
        self.binding.rule(self.table, column).ok_or_else(|| {
            // The check leaves no such column; were there one, nothing would pass.
            Error::new(
                Kind::Internal,
                format!("mask the column {}.{column}", self.table.name),
                "no rule speaks of it, and the check did not say so",
            )
            .hint("this is a bug in Weir: please report it")
        })
    }

    fn filter(&self, rows: &RowRule, surroundings: &Surroundings<'_>) -> Result<Filter> {
        let keep = rows
            .keep
            .as_ref()
            .map(|one| one.condition.bind(surroundings));
        let drop = rows
            .drop
            .as_ref()
            .map(|one| one.condition.bind(surroundings));
        let sample = rows.sample.as_ref().and_then(|sample| {
            Some(BoundSample {
                column: self.index_of(&sample.by)?,
                one_in: sample.one_in,
                // One domain for all tables: equal values have one fate.
                key: self.key.domain("weir rows"),
            })
        });
        Ok(Filter {
            keep: keep.transpose()?,
            drop: drop.transpose()?,
            sample,
        })
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

    fn steps(&self) -> &[ShadowStep] {
        &self.steps
    }

    fn mark(&self) -> RulesetMark {
        self.counted()
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
