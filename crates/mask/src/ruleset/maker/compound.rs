//! Making rules of rules.

use super::Maker;
use crate::compound::Path;
use crate::condition;
use crate::ruleset::column::ColumnRule;
use crate::ruleset::file::Named;
use crate::ruleset::rule::{Case, JsonRules, PathRule, Rule, WrittenCondition};
use std::sync::Arc;
use weir_config::problem::Span;
use weir_config::yaml::Spanned;

/// How many rules one rule may be made of, those it uses by name counted each time.
const MOST_PARTS: usize = 10_000;

impl Maker<'_> {
    pub(super) fn cases(&mut self, cases: Vec<Spanned<ColumnRule>>, at: Span) -> Option<Arc<Rule>> {
        let last = cases.len().checked_sub(1);
        let mut made = Vec::with_capacity(cases.len());
        for (index, case) in cases.into_iter().enumerate() {
            made.push(self.case(case, Some(index) == last)?);
        }
        if made.is_empty() {
            self.problem(
                at,
                "this list of rules is empty",
                "write [{when: \"…\", mask: …}, …] with a last rule for all other rows",
            );
            return None;
        }
        self.made(Rule::When(made), at)
    }

    fn case(&mut self, case: Spanned<ColumnRule>, is_last: bool) -> Option<Case> {
        let span = case.span;
        let (condition, rule) = match case.value {
            ColumnRule::Fields(mut fields) => {
                let when = fields.when.take();
                let rule = Spanned {
                    value: ColumnRule::Fields(fields),
                    span,
                };
                (when, rule)
            }
            value => (None, Spanned { value, span }),
        };
        match (&condition, is_last) {
            (None, false) => {
                self.problem(
                    span,
                    "the rules behind this one can never count",
                    "give it a condition (`when: \"…\"`), or put it last",
                );
                return None;
            }
            (Some(condition), true) => {
                self.problem(
                    condition.span,
                    "it is not said what happens to all other rows",
                    "add a last rule without `when`, e.g. `redact`",
                );
                return None;
            }
            _ => {}
        }
        let condition = match &condition {
            Some(condition) => Some(self.condition(condition)?),
            None => None,
        };
        Some(Case {
            condition,
            rule: self.rule(rule, span)?,
            at: self.at(span),
        })
    }

    /// A condition; `None` once a problem was found.
    pub(in crate::ruleset) fn condition(
        &mut self,
        written: &Spanned<String>,
    ) -> Option<WrittenCondition> {
        let (text, span) = (written.value.as_str(), written.span);
        // Written without escapes, it stands in the file letter by letter.
        let in_file = self
            .source
            .text()
            .get(span.start..span.end)
            .unwrap_or_default();
        let text_at = in_file.find(text).map(|offset| span.start + offset);
        match condition::parse(text) {
            Ok(condition) => Some(WrittenCondition {
                condition,
                at: self.at(span),
                text_at,
            }),
            Err(fault) => {
                let at = text_at.map_or(span, |begin| {
                    Span::new(begin + fault.at.start, begin + fault.at.end)
                });
                self.problem(at, fault.message, fault.help);
                None
            }
        }
    }

    pub(super) fn json(&mut self, rules: Named<ColumnRule>, at: Span) -> Option<Arc<Rule>> {
        let mut rules: Vec<_> = rules.into_iter().collect();
        rules.sort_by_key(|(path, _)| path.span.start);
        let (mut paths, mut rest) = (Vec::new(), None);
        let mut is_whole = true;
        for (path, rule) in rules {
            let place = if rule.span.is_empty() {
                path.span
            } else {
                rule.span
            };
            let Some(made) = self.rule(rule, path.span) else {
                is_whole = false;
                continue;
            };
            if path.value == "*" {
                rest = Some((made, self.at(place)));
                continue;
            }
            match Path::parse(&path.value) {
                Ok(parsed) => paths.push(PathRule {
                    path: parsed,
                    text: path.value,
                    rule: made,
                    at: self.at(place),
                }),
                Err(message) => {
                    is_whole = false;
                    self.problem(
                        path.span,
                        message,
                        "a path is `$` and steps: $.contact.email, $.tags[*], $..phone",
                    );
                }
            }
        }
        let Some((rest, rest_at)) = rest else {
            if is_whole {
                self.problem(
                    at,
                    "it is not said what happens to the rest of the document",
                    "add \"*\": redact, or \"*\": keep once you know every path",
                );
            }
            return None;
        };
        let rules = JsonRules {
            paths,
            rest,
            rest_at,
        };
        is_whole.then_some(())?;
        self.made(Rule::Json(rules), at)
    }

    /// A rule made of others; `None` where they are too many.
    pub(super) fn made(&mut self, rule: Rule, at: Span) -> Option<Arc<Rule>> {
        if rule.is_within(MOST_PARTS) {
            return Some(Arc::new(rule));
        }
        self.problem(
            at,
            format!("this rule is made of more than {MOST_PARTS} others"),
            "use fewer rules with names inside each other",
        );
        None
    }
}
