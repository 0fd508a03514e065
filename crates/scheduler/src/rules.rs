//! All jobs of a configuration, put in order once.

use crate::rule::Rule;
use std::collections::BTreeMap;

/// The jobs, with what starts together and what lies upstream of what.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    rules: Vec<Rule>,
    by_address: BTreeMap<String, usize>,
    units: Vec<Vec<usize>>,
    depths: Vec<usize>,
}

impl Rules {
    /// The jobs of a configuration, in its order.
    #[must_use]
    pub fn new(rules: Vec<Rule>) -> Self {
        let by_address: BTreeMap<String, usize> = rules
            .iter()
            .enumerate()
            .map(|(index, rule)| (rule.address.clone(), index))
            .collect();
        let mut units: Vec<Vec<usize>> = Vec::new();
        let mut groups: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (index, rule) in rules.iter().enumerate() {
            let new = units.len();
            let unit = match &rule.group {
                Some(group) => *groups.entry((&rule.environment, group)).or_insert(new),
                None => new,
            };
            match units.get_mut(unit) {
                Some(unit) => unit.push(index),
                None => units.push(vec![index]),
            }
        }
        let depths = depths(&rules, &by_address);
        Self {
            rules,
            by_address,
            units,
            depths,
        }
    }

    /// The jobs.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }

    /// The job with this address.
    #[must_use]
    pub fn get(&self, address: &str) -> Option<&Rule> {
        self.rules.get(*self.by_address.get(address)?)
    }

    /// What starts together: a job by itself, or all jobs of a group.
    pub(crate) fn units(&self) -> impl Iterator<Item = Vec<&Rule>> {
        self.units.iter().map(|unit| {
            let members = unit.iter().filter_map(|index| self.rules.get(*index));
            members.collect()
        })
    }

    /// How many jobs lie upstream of it in a row, and its place in the configuration.
    pub(crate) fn order(&self, address: &str) -> (usize, usize) {
        let index = self.by_address.get(address).copied().unwrap_or_default();
        (self.depths.get(index).copied().unwrap_or_default(), index)
    }
}

/// Lengths of the longest chains of upstreams. There are no cycles, and if there were, this would
/// still come to an end.
fn depths(rules: &[Rule], by_address: &BTreeMap<String, usize>) -> Vec<usize> {
    let mut depths = vec![0; rules.len()];
    for _ in 0..rules.len() {
        let deeper: Vec<usize> = rules
            .iter()
            .map(|rule| {
                let upstream = rule.upstream.iter().chain(&rule.after);
                let known = upstream.filter_map(|address| by_address.get(address));
                known
                    .filter_map(|index| depths.get(*index))
                    .max()
                    .map_or(0, |depth| depth + 1)
            })
            .collect();
        if deeper == depths {
            break;
        }
        depths = deeper;
    }
    depths
}
