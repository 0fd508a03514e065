//! What happens to a column.

use super::At;
use crate::compound::Path;
use crate::condition::Condition;
use crate::transformer::{Mask, OutputType, Uniqueness};
use std::ops::Range;
use std::sync::Arc;
use weir_config::problem::Span;
use weir_model::catalog::Column;

/// What happens to a column, or to a value inside one.
#[derive(Debug)]
pub(crate) enum Rule {
    Keep,
    Mask(Arc<dyn Mask>),
    /// The first whose condition holds; the last has none.
    When(Vec<Case>),
    /// Values inside JSON, by path.
    Json(JsonRules),
    /// Every element of an array.
    Each(Arc<Rule>),
}

/// A rule under a condition.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) condition: Option<WrittenCondition>,
    pub(crate) rule: Arc<Rule>,
    pub(crate) at: At,
}

/// Rules inside JSON.
#[derive(Debug)]
pub(crate) struct JsonRules {
    /// In the order of the file.
    pub(crate) paths: Vec<PathRule>,
    /// For what no path names.
    pub(crate) rest: Arc<Rule>,
    pub(crate) rest_at: At,
}

/// A rule for what a path leads to.
#[derive(Debug)]
pub(crate) struct PathRule {
    pub(crate) path: Path,
    pub(crate) text: String,
    pub(crate) rule: Arc<Rule>,
    pub(crate) at: At,
}

/// A condition and where it was written.
#[derive(Debug, Clone)]
pub(crate) struct WrittenCondition {
    pub(crate) condition: Condition,
    pub(super) at: At,
    /// Where its text begins, unless it was written with escapes.
    pub(super) text_at: Option<usize>,
}

impl WrittenCondition {
    /// Where a part of the condition's text stands.
    pub(crate) fn at(&self, part: &Range<usize>) -> At {
        self.text_at.map_or(self.at, |begin| At {
            span: Span::new(begin + part.start, begin + part.end),
            ..self.at
        })
    }
}

impl Rule {
    /// The rule in one canonical line.
    pub(crate) fn line(&self) -> String {
        self.line_in(None)
    }

    /// The rule in one canonical line, as it works in a column: where lines are equal, values
    /// become the same.
    pub(crate) fn line_in(&self, column: Option<&Column>) -> String {
        match self {
            Self::Keep => "keep".to_owned(),
            Self::Mask(mask) => column.map_or_else(|| mask.rule(), |column| mask.rule_in(column)),
            Self::When(cases) => {
                let cases = cases.iter().map(|case| match &case.condition {
                    Some(one) => {
                        format!(
                            "when ({}) {}",
                            one.condition.text,
                            case.rule.line_in(column)
                        )
                    }
                    None => format!("else {}", case.rule.line_in(column)),
                });
                cases.collect::<Vec<_>>().join(", ")
            }
            Self::Json(rules) => {
                let mut paths: Vec<String> = rules
                    .paths
                    .iter()
                    .map(|one| format!("{}: {}", one.text, one.rule.line()))
                    .collect();
                paths.sort_unstable();
                paths.push(format!("*: {}", rules.rest.line()));
                format!("json {{{}}}", paths.join(", "))
            }
            Self::Each(rule) => format!("each {}", rule.line()),
        }
    }

    /// Whether every value stays as it is.
    pub(crate) fn keeps(&self) -> bool {
        match self {
            Self::Keep => true,
            Self::Mask(_) => false,
            Self::When(cases) => cases.iter().all(|case| case.rule.keeps()),
            Self::Json(rules) => {
                rules.rest.keeps() && rules.paths.iter().all(|one| one.rule.keeps())
            }
            Self::Each(rule) => rule.keeps(),
        }
    }

    /// Whether every value becomes NULL.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Mask(mask) if mask.output() == OutputType::Null)
    }

    /// Whether the column is dealt out anew in the shadow.
    pub(crate) fn shuffles(&self) -> bool {
        matches!(self, Self::Mask(mask) if mask.shuffles())
    }

    /// Whether different values stay different.
    pub(crate) fn uniqueness(&self) -> Uniqueness {
        match self {
            Self::Keep => Uniqueness::Preserved,
            Self::Mask(mask) => mask.uniqueness(),
            // A kept value never is another's pseudonym but by chance.
            Self::When(cases) => {
                let mut all = cases.iter().map(|case| case.rule.uniqueness());
                match all.any(|one| one == Uniqueness::MayCollide) {
                    true => Uniqueness::MayCollide,
                    false => Uniqueness::KeptUnique,
                }
            }
            Self::Json(_) | Self::Each(_) => Uniqueness::MayCollide,
        }
    }

    /// Other columns whose values before masking it reads, without those of its conditions.
    pub(crate) fn reads(&self) -> Vec<String> {
        self.of_masks(&|mask| mask.reads())
    }

    /// Other columns whose values after masking it reads.
    pub(crate) fn reads_masked(&self) -> Vec<String> {
        self.of_masks(&|mask| mask.reads_masked())
    }

    /// The conditions in it.
    pub(crate) fn conditions(&self) -> Vec<&WrittenCondition> {
        let mut conditions = Vec::new();
        self.walk(&mut |rule| {
            if let Self::When(cases) = rule {
                conditions.extend(cases.iter().filter_map(|case| case.condition.as_ref()));
            }
        });
        conditions
    }

    /// The masks in it.
    pub(crate) fn masks(&self) -> Vec<&Arc<dyn Mask>> {
        let mut masks = Vec::new();
        self.walk(&mut |rule| {
            if let Self::Mask(mask) = rule {
                masks.push(mask);
            }
        });
        masks
    }

    fn of_masks(&self, names: &dyn Fn(&Arc<dyn Mask>) -> Vec<String>) -> Vec<String> {
        self.masks().into_iter().flat_map(names).collect()
    }

    /// Whether it is made of no more than so many rules.
    pub(super) fn is_within(&self, most: usize) -> bool {
        let mut left = most;
        self.takes_from(&mut left)
    }

    fn takes_from(&self, left: &mut usize) -> bool {
        let Some(less) = left.checked_sub(1) else {
            return false;
        };
        *left = less;
        match self {
            Self::Keep | Self::Mask(_) => true,
            Self::When(cases) => cases.iter().all(|case| case.rule.takes_from(left)),
            Self::Json(rules) => {
                rules.rest.takes_from(left)
                    && rules.paths.iter().all(|one| one.rule.takes_from(left))
            }
            Self::Each(rule) => rule.takes_from(left),
        }
    }

    /// Visits the rule and those in it.
    fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        match self {
            Self::Keep | Self::Mask(_) => {}
            Self::When(cases) => cases.iter().for_each(|case| case.rule.walk(visit)),
            Self::Json(rules) => {
                rules.paths.iter().for_each(|one| one.rule.walk(visit));
                rules.rest.walk(visit);
            }
            Self::Each(rule) => rule.walk(visit),
        }
    }
}
