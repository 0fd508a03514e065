//! CHECKs hold for what rules write: proven where the expression is simple, else made ready to be
//! tried by a server, else said to be unproven.

mod attempt;
mod outcome;

pub use attempt::{Attempt, AttemptResult};

use super::Types;
use super::binding::Binding;
use crate::check::{Expression, Gives, read};
use crate::key::Key;
use outcome::Outcome;
use weir_config::problem::{Problem, Problems};
use weir_model::catalog::{Check, Table};

/// What a message shows of an expression at most, in characters.
const SHOWN: usize = 120;
/// As many cases are looked at one by one.
const MOST_CASES: usize = 256;

/// A CHECK over columns that rules change.
#[derive(Debug)]
pub struct CheckProof {
    /// The table.
    pub table: String,
    /// The name of the check; of one without, its expression.
    pub check: String,
    /// The columns it uses.
    pub columns: Vec<String>,
    /// Whether what the rules write satisfies it.
    pub verdict: Verdict,
    refusal: Problem,
}

/// Whether what rules write satisfies a CHECK.
#[derive(Debug)]
pub enum Verdict {
    /// Whatever the rows are.
    Proven,
    /// The expression is not simple; a server can say it of made-up values.
    ToTry(Attempt),
    /// Nobody can say before there are rows, and why.
    Unproven(String),
}

impl CheckProof {
    /// Whether only a server can say more.
    #[must_use]
    pub const fn needs_a_server(&self) -> bool {
        matches!(self.verdict, Verdict::ToTry(_))
    }

    /// What is said where made-up values broke it: the rule's place, and what to write instead.
    #[must_use]
    pub fn refusal(self) -> Problems {
        Problems(vec![self.refusal])
    }
}

/// What is known of a CHECK without a server.
enum Judgement {
    Proven,
    Broken,
    Open,
}

/// The CHECKs that rules surely break.
pub(super) fn problems(binding: &Binding<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (table, _) in binding.copied() {
        for check in &table.checks {
            if let Some(judged) = Judged::of(binding, table, check)
                && matches!(judged.judgement(), Judgement::Broken)
            {
                problems.push(judged.refusal());
            }
        }
    }
    problems
}

/// Every CHECK over columns that rules change. Only for a ruleset that was checked.
pub(super) fn proofs(binding: &Binding<'_>, key: &Key, types: Types) -> Vec<CheckProof> {
    let mut proofs = Vec::new();
    for (table, _) in binding.copied() {
        for check in &table.checks {
            if let Some(judged) = Judged::of(binding, table, check) {
                proofs.push(CheckProof {
                    table: table.name.clone(),
                    check: title(check),
                    columns: check.columns.clone(),
                    verdict: judged.verdict(key, types),
                    refusal: judged.refusal(),
                });
            }
        }
    }
    proofs
}

/// A CHECK beside the rules of its columns.
struct Judged<'a> {
    binding: &'a Binding<'a>,
    table: &'a Table,
    check: &'a Check,
    /// What the rules write into each column it uses.
    outcomes: Vec<Vec<Outcome>>,
}

impl<'a> Judged<'a> {
    /// `None` where no rule changes what the check looks at.
    fn of(binding: &'a Binding<'a>, table: &'a Table, check: &'a Check) -> Option<Self> {
        let outcomes = check.columns.iter().map(|name| {
            let mut columns = table.columns.iter();
            let column = columns.find(|column| column.name == *name)?;
            Some(outcome::of_column(binding, table, column))
        });
        let outcomes: Vec<Vec<Outcome>> = outcomes.collect::<Option<_>>()?;
        let is_kept = |one: &Vec<Outcome>| matches!(one.as_slice(), [Outcome::Kept]);
        (!outcomes.iter().all(is_kept)).then_some(Self {
            binding,
            table,
            check,
            outcomes,
        })
    }

    fn judgement(&self) -> Judgement {
        let is_domain = self.check.domain.is_some();
        let expression = read(&self.check.expression, &self.check.columns, is_domain);
        match self.outcomes.as_slice() {
            [alone] => of_one(expression.as_ref(), alone),
            several => match expression {
                Some(expression) => of_several(&expression, several),
                None => Judgement::Open,
            },
        }
    }

    fn verdict(&self, key: &Key, types: Types) -> Verdict {
        match self.judgement() {
            Judgement::Proven => Verdict::Proven,
            Judgement::Broken | Judgement::Open => {
                match attempt::of(self.binding, self.table, self.check, (key, types)) {
                    Ok(attempt) => Verdict::ToTry(attempt),
                    Err(why) => Verdict::Unproven(why),
                }
            }
        }
    }

    /// What is said where the check is broken, at the first rule that changes one of its columns.
    fn refusal(&self) -> Problem {
        let mut changed = self.check.columns.iter().filter_map(|name| {
            let chosen = self.binding.rule(self.table, name)?;
            (!chosen.rule.keeps()).then_some((name, chosen))
        });
        let (name, at, rule) = match changed.next() {
            Some((name, chosen)) => (name.as_str(), chosen.at, chosen.rule.line()),
            None => ("", self.binding.at(self.table), String::new()),
        };
        let of_domain = self.check.domain.as_ref();
        let of_domain = of_domain.map(|domain| format!(" of domain {domain}"));
        let message = format!(
            "what `{rule}` writes into `{}.{name}` breaks CHECK {}{}",
            self.table.name,
            title(self.check),
            of_domain.unwrap_or_default()
        );
        let help = format!(
            "write what satisfies it, e.g. by `shuffle`, {{mask: pick, values: […]}} or {{mask: fixed, \
             value: …}}; it says: {}",
            shown(&self.check.expression)
        );
        self.binding.ruleset.problem(at, message).help(help)
    }
}

/// Of a check of one column: what is in it already satisfies it.
fn of_one(expression: Option<&Expression>, outcomes: &[Outcome]) -> Judgement {
    let mut changed = outcomes
        .iter()
        .filter(|outcome| !matches!(outcome, Outcome::Kept | Outcome::Same))
        .peekable();
    if changed.peek().is_none() {
        return Judgement::Proven;
    }
    let Some(expression) = expression else {
        return Judgement::Open;
    };
    let mut is_proven = true;
    for outcome in changed {
        let truth = expression.truth(&[outcome.gives()]);
        if matches!(outcome, Outcome::Certain(_)) && truth.is_broken() {
            return Judgement::Broken;
        }
        is_proven &= truth.is_satisfied();
    }
    match is_proven {
        true => Judgement::Proven,
        false => Judgement::Open,
    }
}

/// Of a check of several columns: whatever they hold together.
fn of_several(expression: &Expression, outcomes: &[Vec<Outcome>]) -> Judgement {
    let mut cases: Vec<Vec<Gives>> = vec![Vec::new()];
    for of_column in outcomes {
        if cases.len().saturating_mul(of_column.len()) > MOST_CASES {
            return Judgement::Open;
        }
        let longer = cases.iter().flat_map(|case| {
            of_column.iter().map(|outcome| {
                let mut case = case.clone();
                case.push(outcome.gives());
                case
            })
        });
        cases = longer.collect();
    }
    let truths: Vec<_> = cases.iter().map(|case| expression.truth(case)).collect();
    if truths.iter().all(|truth| truth.is_satisfied()) {
        Judgement::Proven
    } else if truths.iter().all(|truth| truth.is_broken()) {
        Judgement::Broken
    } else {
        Judgement::Open
    }
}

/// What a check is called.
fn title(check: &Check) -> String {
    match check.name.as_str() {
        "" => shown(&check.expression),
        name => name.to_owned(),
    }
}

fn shown(expression: &str) -> String {
    let words: Vec<&str> = expression.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}
