//! A condition at work, by SQL's logic of three values.

use super::compare::{Value, compare, is_like};
use super::{BoundCondition, Comparison, Operand, Surroundings, Test};
use std::cmp::Ordering;
use weir_engine::Field;
use weir_model::error::{Error, Kind, Result};

impl BoundCondition {
    /// Whether it is known to hold for a row.
    pub(crate) fn holds(&self, row: &[Field<'_>]) -> bool {
        self.0.of(row) == Some(true)
    }

    /// The places of the columns it reads.
    pub(crate) fn columns(&self) -> Vec<usize> {
        let mut columns = Vec::new();
        self.0.each_operand(&mut |operand| {
            if let Operand::Column(name) = operand {
                columns.push(name.index);
            }
        });
        columns
    }
}

impl Test {
    fn of(&self, row: &[Field<'_>]) -> Option<bool> {
        match self {
            Self::And(tests) => all(tests.iter().map(|test| test.of(row))),
            Self::Or(tests) => any(tests.iter().map(|test| test.of(row))),
            Self::Not(test) => test.of(row).map(|holds| !holds),
            Self::Compare(left, comparison, right) => {
                let order = compare(left.value(row), right.value(row));
                order.map(|order| comparison.holds(order))
            }
            Self::In(left, list) => {
                let left = left.value(row);
                any(list.iter().map(|one| {
                    let order = compare(left, one.value(row));
                    order.map(Ordering::is_eq)
                }))
            }
            Self::Like(operand, pattern) => match operand.value(row) {
                Value::Text(text) => Some(is_like(&String::from_utf8_lossy(text), pattern)),
                Value::Integer(number) => Some(is_like(&number.to_string(), pattern)),
                _ => None,
            },
            Self::IsNull(operand) => Some(matches!(operand.value(row), Value::Null)),
            Self::Holds(operand) => operand.value(row).truth(),
        }
    }
}

/// False if one is, else not known if one is not, else true.
fn all(mut tests: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    tests
        .try_fold(Some(true), |so_far, test| match test {
            Some(false) => Err(()),
            Some(true) => Ok(so_far),
            None => Ok(None),
        })
        .unwrap_or(Some(false))
}

fn any(tests: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    all(tests.map(|test| test.map(|holds| !holds))).map(|none| !none)
}

impl Comparison {
    const fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

impl Operand {
    fn value<'a>(&'a self, row: &[Field<'a>]) -> Value<'a> {
        match self {
            Self::Column(name) => row.get(name.index).copied().unwrap_or(Field::Null).into(),
            // `now` is an instant once the condition is bound.
            Self::Null | Self::Now(_) => Value::Null,
            Self::Boolean(is_so) => Value::Boolean(*is_so),
            Self::Integer(number) => Value::Integer(*number),
            Self::Decimal(number) => Value::Decimal(number.as_bytes()),
            Self::Text(text) => Value::Text(text.as_bytes()),
            Self::Instant(instant) => Value::Instant(*instant),
        }
    }

    pub(super) fn bind(&mut self, surroundings: &Surroundings<'_>) -> Result<()> {
        match self {
            Self::Column(name) => {
                let index = (surroundings.index_of)(&name.name);
                name.index = index.ok_or_else(|| {
                    Error::new(
                        Kind::Internal,
                        format!("read the column {} for a condition", name.name),
                        "it is not there, and the check did not say so",
                    )
                    .hint("this is a bug in Weir: please report it")
                })?;
            }
            Self::Now(span) => {
                // Days and years are counted by the calendar, in UTC.
                let now = surroundings.now.to_zoned(jiff::tz::TimeZone::UTC);
                let then = now.checked_add(*span).map_err(|error| {
                    Error::from_source(Kind::Sanitise, "reckon the time in a condition", error)
                        .hint("write a shorter stretch of time behind `now`")
                })?;
                *self = Self::Instant(then.timestamp().as_microsecond());
            }
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    const COLUMNS: [&str; 5] = ["id", "status", "price", "made", "select"];

    fn holds(condition: &str, row: [Field<'_>; 5]) -> bool {
        let index_of = |name: &str| COLUMNS.iter().position(|known| *known == name);
        let surroundings = Surroundings {
            index_of: &index_of,
            now: "2026-06-15T12:00:00Z".parse().unwrap(),
        };
        parse(condition)
            .unwrap()
            .bind(&surroundings)
            .unwrap()
            .holds(&row)
    }

    const ROW: [Field<'static>; 5] = [
        Field::Integer(7),
        Field::Text(b"paid"),
        Field::Text(b"12345678901234567890.50"),
        Field::Text(b"2024-06-14 09:00:00+00"),
        Field::Null,
    ];

    #[test]
    fn values_are_compared_by_what_they_are() {
        for condition in [
            "id = 7 and status = 'paid'",
            "id in (1, 7) and not id in (1, 2)",
            "id not in (1, 2) and id between 7 and 8",
            "price > 12345678901234567890.49 and price = 12345678901234567890.500",
            "id = 7.0 and id < 7.5 and id > -8",
            "made < now - 2 years and made > now - 105 weeks",
            "made > '2024-06-14T08:59:59Z' and made < '2024-06-15'",
            "status like 'p%d' and status not like 'P%' and status like 'p__d'",
            "status <> 'open' or false",
            "\"select\" is null and id is not null",
        ] {
            assert!(holds(condition, ROW), "{condition}");
        }
    }

    #[test]
    fn null_is_neither_true_nor_false() {
        for condition in [
            "\"select\" = 1",
            "not \"select\" = 1",
            "\"select\" <> 1",
            "\"select\" in (1, 2)",
            "id not in (1, null)",
            "\"select\" = null",
            "\"select\" like '%'",
            "status > 5",
        ] {
            assert!(!holds(condition, ROW), "{condition}");
        }
        assert!(holds("\"select\" = 1 or id = 7", ROW));
        assert!(holds("not (\"select\" = 1 and id = 8)", ROW));
    }

    #[test]
    fn booleans_of_every_engine_hold() {
        for field in [
            Field::Integer(1),
            Field::Text(b"t"),
            Field::Text(b"true"),
            Field::Blob(&[1]),
        ] {
            let row = [field, Field::Null, Field::Null, Field::Null, Field::Null];
            assert!(holds("id and id = true and not id = false", row));
        }
    }

    #[test]
    fn faults_have_their_place() {
        for (condition, at, message) in [
            ("id = ", 5..5, "the condition ends too soon"),
            ("id == 1 status", 8..14, "should have ended"),
            ("id ~ 1", 3..6, "this sign means nothing"),
            ("status = 'x", 9..11, "not closed"),
            ("made > now - 3 fortnights", 13..25, "no stretch of time"),
            ("id", 0..0, ""),
            ("5", 0..1, "compared with nothing"),
            ("(id = 1", 7..7, "`)` is missing"),
        ] {
            match parse(condition) {
                Ok(_) => assert!(message.is_empty(), "{condition}"),
                Err(fault) => {
                    assert_eq!(fault.at, at, "{condition}");
                    assert!(
                        fault.message.contains(message),
                        "{condition}: {}",
                        fault.message
                    );
                }
            }
        }
        let deep = format!("{}id = 1{}", "(".repeat(500), ")".repeat(500));
        assert!(parse(&deep).unwrap_err().message.contains("too deep"));
    }
}
