//! Binding the rules of one table.

use super::binding::{Binding, Chosen};
use super::gate::Watches;
use super::order;
use super::rows::{BoundLimit, BoundSample, Filter, RowRules};
use crate::compound::{self, Site};
use crate::condition::Surroundings;
use crate::key::Key;
use crate::ruleset::RowRule;
use crate::run::Run;
use crate::transformer::{Place, ValueMask};
use crate::watch::Watch;
use std::sync::Arc;
use weir_model::catalog::{Column, Table};
use weir_model::error::{Error, Kind, Result};
use weir_model::sanitising::RulesetMark;

/// What the rules of one table are bound with.
pub(super) struct Binder<'a> {
    pub(super) binding: &'a Binding<'a>,
    pub(super) watches: &'a Watches,
    pub(super) table: &'a Table,
    pub(super) key: &'a Key,
    pub(super) run: &'a Arc<Run>,
    pub(super) now: jiff::Timestamp,
}

impl Binder<'_> {
    /// The rules at work; what they do to columns is counted in the mark.
    pub(super) fn rows(&self, rows: Option<&RowRule>, mark: &mut RulesetMark) -> Result<RowRules> {
        let index_of = |name: &str| self.index_of(name);
        let surroundings = Surroundings {
            index_of: &index_of,
            now: self.now,
        };
        let filter = rows.map(|rows| self.filter(rows, &surroundings));
        let filter = filter.transpose()?;
        let mut read = filter.as_ref().map_or_else(Vec::new, Filter::columns);
        let mut watched = Vec::new();
        for (index, column) in self.columns() {
            let chosen = self.chosen(&column.name)?;
            read.extend(self.read_by(chosen));
            match chosen.rule.keeps() {
                true => mark.kept += 1,
                false => mark.masked += 1,
            }
            let arrives = chosen.rule.keeps() || chosen.rule.shuffles();
            if arrives && self.watches.reads(column) {
                watched.push((index, self.watch(column)?));
            }
        }
        let masks = self.masks(&surroundings)?;
        let columns = self.table.columns.len();
        Ok(RowRules::new(columns, filter, masks, watched, &read))
    }

    /// The columns that the database does not compute, with their places.
    fn columns(&self) -> impl Iterator<Item = (usize, &Column)> {
        let columns = self.table.columns.iter().enumerate();
        columns.filter(|(_, column)| !column.generated)
    }

    /// The places of other columns that a rule reads.
    fn read_by(&self, chosen: &Chosen<'_>) -> Vec<usize> {
        let rule = chosen.rule;
        let conditions = rule.conditions().into_iter();
        let named = conditions.flat_map(|one| one.condition.names());
        let named = named.map(|name| name.name.clone());
        let read = rule.reads().into_iter().chain(rule.reads_masked());
        let names = named.chain(read);
        names.filter_map(|name| self.index_of(&name)).collect()
    }

    /// The masks with their places, in the order in which they need each other's results.
    fn masks(&self, surroundings: &Surroundings<'_>) -> Result<Vec<(usize, Arc<dyn ValueMask>)>> {
        let mut masks = Vec::new();
        for index in order::of_masks(self.binding, self.table).unwrap_or_default() {
            let Some(column) = self.table.columns.get(index) else {
                continue;
            };
            let typed = self.binding.masked_as(column);
            let place = Place {
                key: self.key,
                run: self.run,
                table: self.table,
                column: &typed,
            };
            let site = Site {
                surroundings,
                watch: self.watch(column)?,
            };
            let rule = self.chosen(&column.name)?.rule;
            let mask = compound::bind(rule, &place, &site)?;
            masks.extend(mask.map(|mask| (index, mask)));
        }
        Ok(masks)
    }

    fn index_of(&self, name: &str) -> Option<usize> {
        let mut columns = self.table.columns.iter();
        columns.position(|known| known.name == name)
    }

    fn chosen(&self, column: &str) -> Result<&Chosen<'_>> {
        let chosen = self.binding.rule(self.table, column);
        chosen.ok_or_else(|| self.unclassified(column))
    }

    fn watch(&self, column: &Column) -> Result<Watch> {
        let watch = self.watches.of(&self.table.name, &column.name);
        watch.ok_or_else(|| self.unclassified(&column.name))
    }

    /// The check leaves no such column; were there one, nothing would pass.
    fn unclassified(&self, column: &str) -> Error {
        Error::new(
            Kind::Internal,
            format!("mask the column {}.{column}", self.table.name),
            "no rule speaks of it, and the check did not say so",
        )
        .hint("this is a bug in Weir: please report it")
    }

    fn filter(&self, rows: &RowRule, surroundings: &Surroundings<'_>) -> Result<Filter> {
        let bound = |condition: &Option<_>| {
            let condition: Option<&crate::ruleset::WrittenCondition> = condition.as_ref();
            let bound = condition.map(|one| one.condition.bind(surroundings));
            bound.transpose()
        };
        let sample = rows.sample.as_ref().and_then(|sample| {
            Some(BoundSample {
                column: self.index_of(sample.column(self.table)?)?,
                one_in: sample.one_in,
                // One domain for all tables: equal values have one fate.
                key: self.key.domain("weir rows"),
            })
        });
        Ok(Filter {
            keep: bound(&rows.keep)?,
            drop: bound(&rows.drop)?,
            sample,
            limit: rows.limit.as_ref().and_then(|limit| {
                // An engine asks about rows of which something is read.
                let (column, _) = self.columns().next()?;
                Some(BoundLimit::new(limit.most, column))
            }),
        })
    }
}
