//! Rules at work: what an engine asks, table by table and row by row.

use super::binder::Binder;
use super::binding::{Binding, Fate};
use super::gate::Watches;
use super::rows::RowRules;
use super::{Types, filters, objects, steps};
use crate::key::Key;
use crate::ruleset::ObjectRule;
use crate::run::Run;
use crate::scheme::SCHEME;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use weir_detect::Gate;
use weir_engine::{Context, Masker, ShadowStep, TablePlan};
use weir_model::catalog::Object;
use weir_model::error::Result;
use weir_model::sanitising::RulesetMark;

/// A ruleset bound to a catalog and a key.
pub struct BoundRules {
    tables: BTreeMap<String, TablePlan>,
    /// The tables whose rows are copied, to ask for their counts.
    rows: Vec<Arc<RowRules>>,
    steps: Vec<ShadowStep>,
    gate: Arc<Gate>,
    objects: BTreeSet<(String, String)>,
    dropped_objects: BTreeSet<(String, String)>,
    mark: RulesetMark,
    repeats: bool,
    run: Arc<Run>,
}

impl BoundRules {
    /// Only for a ruleset that was checked against the catalog.
    pub(super) fn new(
        binding: &Binding<'_>,
        key: &Key,
        now: jiff::Timestamp,
        types: Types,
    ) -> Result<Self> {
        let ruleset = binding.ruleset;
        let watches = Watches::new(binding, types)?;
        let mut bound = Self {
            gate: Arc::clone(&watches.gate),
            tables: BTreeMap::new(),
            rows: Vec::new(),
            steps: steps::of(binding, key),
            run: Arc::default(),
            objects: BTreeSet::new(),
            dropped_objects: BTreeSet::new(),
            repeats: filters::repeats(binding),
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
                    let binder = Binder {
                        binding,
                        watches: &watches,
                        table,
                        key,
                        run: &bound.run,
                        now,
                    };
                    let rules = binder.rows(rows, &mut bound.mark)?;
                    let rules = Arc::new(rules);
                    bound.rows.push(Arc::clone(&rules));
                    TablePlan::Rows(rules)
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

    /// What the gate says once all rows went through: the evidence for the copy's mark, with what
    /// was counted.
    ///
    /// # Errors
    /// `sanitise` where something is left that must not arrive: table, column, kind and rate.
    pub fn verdict(&self) -> Result<RulesetMark> {
        let gate = self.gate.report().verdict()?;
        Ok(RulesetMark {
            gate: Some(gate),
            ..self.counted()
        })
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

impl BoundRules {
    /// Says in which run the rules work: what waits in them, such as a program's answer, ends with
    /// it.
    pub fn begin(&self, context: Context) {
        self.run.begin(context);
    }

    /// Whether the same rules, key and backup give the same copy on any day: a condition that
    /// asks for the time, or a program of the operator's, may give another.
    #[must_use]
    pub const fn repeats(&self) -> bool {
        self.repeats
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
