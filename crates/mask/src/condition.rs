//! Conditions on a row: a small language of comparisons, read with positions and evaluated
//! without allocating.

mod compare;
mod evaluate;
mod lexer;
mod moment;
mod parser;

pub(crate) use parser::parse;

use std::ops::Range;
use weir_model::error::Result;

/// A condition as it was written.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    /// Its text.
    pub(crate) text: String,
    test: Test,
}

/// What is wrong with a condition, and where in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) at: Range<usize>,
    pub(crate) message: String,
    pub(crate) help: String,
}

/// A column that a condition names.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    pub(crate) name: String,
    /// Where it stands in the text.
    pub(crate) at: Range<usize>,
    /// Where the column stands in its table, once that is known.
    index: usize,
}

/// What is so or not, or not known.
#[derive(Debug, Clone)]
enum Test {
    And(Vec<Test>),
    Or(Vec<Test>),
    Not(Box<Test>),
    Compare(Operand, Comparison, Operand),
    In(Operand, Vec<Operand>),
    Like(Operand, String),
    IsNull(Operand),
    /// A boolean by itself.
    Holds(Operand),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone)]
enum Operand {
    Column(Name),
    Null,
    Boolean(bool),
    Integer(i64),
    /// A number that is no 64-bit integer, as it was written.
    Decimal(String),
    Text(String),
    /// The time of the run and what is added to it.
    Now(jiff::Span),
    /// Microseconds since 1970.
    Instant(i64),
}

impl Condition {
    /// The columns it names, in the order of the text.
    pub(crate) fn names(&self) -> Vec<&Name> {
        let mut names = Vec::new();
        self.test.each_operand(&mut |operand| {
            if let Operand::Column(name) = operand {
                names.push(name);
            }
        });
        names.sort_by_key(|name| name.at.start);
        names
    }

    /// Whether it asks for the time of the run.
    pub(crate) fn asks_for_now(&self) -> bool {
        let mut asks = false;
        self.test
            .each_operand(&mut |operand| asks |= matches!(operand, Operand::Now(_)));
        asks
    }
}

/// A condition at work.
#[derive(Debug, Clone)]
pub(crate) struct BoundCondition(Test);

/// What a condition needs to work.
pub(crate) struct Surroundings<'a> {
    /// Where a column stands in the row.
    pub(crate) index_of: &'a dyn Fn(&str) -> Option<usize>,
    /// The time of the run.
    pub(crate) now: jiff::Timestamp,
}

impl Condition {
    /// The condition at work on rows of one table.
    ///
    /// # Errors
    /// `internal` for a column that is not there, `sanitise` for a time out of range.
    pub(crate) fn bind(&self, surroundings: &Surroundings<'_>) -> Result<BoundCondition> {
        let mut test = self.test.clone();
        test.bind(surroundings)?;
        Ok(BoundCondition(test))
    }
}

impl Test {
    fn each_operand<'a>(&'a self, visit: &mut dyn FnMut(&'a Operand)) {
        match self {
            Self::And(tests) | Self::Or(tests) => {
                tests.iter().for_each(|test| test.each_operand(visit));
            }
            Self::Not(test) => test.each_operand(visit),
            Self::Compare(left, _, right) => {
                visit(left);
                visit(right);
            }
            Self::In(left, list) => {
                visit(left);
                list.iter().for_each(visit);
            }
            Self::Like(operand, _) | Self::IsNull(operand) | Self::Holds(operand) => visit(operand),
        }
    }

    fn bind(&mut self, surroundings: &Surroundings<'_>) -> Result<()> {
        match self {
            Self::And(tests) | Self::Or(tests) => tests
                .iter_mut()
                .try_for_each(|test| test.bind(surroundings)),
            Self::Not(test) => test.bind(surroundings),
            Self::Compare(left, _, right) => {
                left.bind(surroundings)?;
                right.bind(surroundings)
            }
            Self::In(left, list) => {
                left.bind(surroundings)?;
                list.iter_mut().try_for_each(|one| one.bind(surroundings))
            }
            Self::Like(operand, _) | Self::IsNull(operand) | Self::Holds(operand) => {
                operand.bind(surroundings)
            }
        }
    }
}
