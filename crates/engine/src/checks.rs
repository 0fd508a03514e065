//! CHECK constraints: reading them from a definition, and asking a database whether rows satisfy
//! one.

mod harmless;
mod lexis;

use harmless::{harmless, harmless_type};
pub use lexis::{Quotes, Token, tokens};

use crate::field::Replacement;
use weir_model::catalog::{Check, Column};

/// Rows to try a CHECK with.
#[derive(Clone)]
pub struct Trial {
    /// The columns that the expression uses, as it calls them.
    pub columns: Vec<TrialColumn>,
    /// The expression.
    pub expression: String,
    /// A value for each of the columns.
    pub rows: Vec<Vec<Replacement>>,
}

impl Trial {
    /// The same rows, with the expression and the types as a database may be asked for them.
    ///
    /// # Errors
    /// Why it may not be asked, in words.
    pub fn harmless(&self, quotes: Quotes) -> Result<Self, String> {
        let expression = harmless(&self.expression, quotes)?;
        let columns = self.columns.iter().map(|column| {
            let name = column.name.clone();
            let data_type = harmless_type(&column.data_type, quotes)?;
            Some(TrialColumn { name, data_type })
        });
        let columns: Option<Vec<TrialColumn>> = columns.collect();
        Ok(Self {
            columns: columns.ok_or("a type cannot be read")?,
            expression,
            rows: self.rows.clone(),
        })
    }
}

/// A column of such rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialColumn {
    /// The name.
    pub name: String,
    /// The type, of a domain the one it is made of.
    pub data_type: String,
}

/// What a database says of such rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// Of each row, whether it satisfies the CHECK.
    Satisfied(Vec<bool>),
    /// Why it says nothing; never with a value.
    Unanswered(String),
}

/// The CHECKs of a `CREATE TABLE` statement, or of a clause of one, that new rows have to satisfy.
#[must_use]
pub fn checks_of(definition: &str, columns: &[Column], quotes: Quotes) -> Vec<Check> {
    let all = tokens(definition, quotes).unwrap_or_default();
    let (mut checks, mut depth) = (Vec::new(), 0_usize);
    // A clause by itself stands in no list.
    let list = usize::from(all.first().is_some_and(|(token, _)| token.is("CREATE")));
    for (at, (token, _)) in all.iter().enumerate() {
        match token {
            Token::Sign("(") => depth += 1,
            Token::Sign(")") => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth != list || !token.is("CHECK") {
            continue;
        }
        let Some((expression, rest)) = parenthesised(definition, &all, at + 1) else {
            continue;
        };
        let rest = rest.trim_start().to_ascii_uppercase();
        let is_idle = ["NOT ENFORCED", "/*!80016 NOT ENFORCED", "NOT VALID"];
        if is_idle.iter().any(|idle| rest.starts_with(idle)) {
            continue;
        }
        checks.push(Check {
            name: name_before(&all, at),
            columns: columns_in(expression, columns, quotes),
            expression: expression.to_owned(),
            domain: None,
        });
    }
    checks
}

/// The columns that an expression names.
#[must_use]
pub fn columns_in(expression: &str, columns: &[Column], quotes: Quotes) -> Vec<String> {
    let all = tokens(expression, quotes).unwrap_or_default();
    let names: Vec<&str> = all.iter().filter_map(|(token, _)| token.name()).collect();
    let used = columns.iter().filter(|column| {
        let mut names = names.iter();
        names.any(|name| name.eq_ignore_ascii_case(&column.name))
    });
    used.map(|column| column.name.clone()).collect()
}

/// What stands between the parenthesis at a token and its partner, and all behind that.
fn parenthesised<'a>(
    text: &'a str,
    all: &[(Token, std::ops::Range<usize>)],
    at: usize,
) -> Option<(&'a str, &'a str)> {
    let (Token::Sign("("), opens) = all.get(at)? else {
        return None;
    };
    let mut depth = 0_usize;
    for (token, place) in all.get(at..)? {
        match token {
            Token::Sign("(") => depth += 1,
            Token::Sign(")") => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            let inside = text.get(opens.end..place.start)?;
            return Some((inside.trim(), text.get(place.end..)?));
        }
    }
    None
}

/// The name in `CONSTRAINT name CHECK`.
fn name_before(all: &[(Token, std::ops::Range<usize>)], check: usize) -> String {
    let before = |steps: usize| {
        let (token, _) = all.get(check.checked_sub(steps)?)?;
        Some(token)
    };
    match (before(2), before(1)) {
        (Some(constraint), Some(name)) if constraint.is("CONSTRAINT") => {
            name.name().unwrap_or_default().to_owned()
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
