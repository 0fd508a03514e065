//! Whether an expression is true of what rules write.

use super::expression::{Expression, Operand, Operator};
use std::cmp::Ordering;
use weir_engine::Replacement;

/// What stands in a column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Gives {
    Null,
    /// This text.
    Text(String),
    /// A number between two.
    Number(f64, f64),
    /// Some text of so many characters at most.
    AtMost(usize),
    /// A document that is sound JSON.
    Json,
    /// Anything.
    Any,
}

/// What an expression can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Truth {
    pub(crate) can_be_true: bool,
    pub(crate) can_be_false: bool,
    pub(crate) can_be_null: bool,
}

const TRUE: Truth = Truth {
    can_be_true: true,
    can_be_false: false,
    can_be_null: false,
};
const FALSE: Truth = Truth {
    can_be_true: false,
    can_be_false: true,
    can_be_null: false,
};
const NULL: Truth = Truth {
    can_be_true: false,
    can_be_false: false,
    can_be_null: true,
};
const EITHER: Truth = Truth {
    can_be_true: true,
    can_be_false: true,
    can_be_null: false,
};
const UNKNOWN: Truth = Truth {
    can_be_null: true,
    ..EITHER
};

impl Truth {
    /// Whether a CHECK of that is satisfied, which NULL does.
    pub(crate) const fn is_satisfied(self) -> bool {
        !self.can_be_false
    }

    /// Whether it surely is not.
    pub(crate) const fn is_broken(self) -> bool {
        self.can_be_false && !self.can_be_true && !self.can_be_null
    }

    const fn not(self) -> Self {
        Self {
            can_be_true: self.can_be_false,
            can_be_false: self.can_be_true,
            can_be_null: self.can_be_null,
        }
    }

    const fn and(self, other: Self) -> Self {
        Self {
            can_be_true: self.can_be_true && other.can_be_true,
            can_be_false: self.can_be_false || other.can_be_false,
            can_be_null: (self.can_be_null && (other.can_be_null || other.can_be_true))
                || (other.can_be_null && self.can_be_true),
        }
    }

    const fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }
}

impl Gives {
    /// One value that is known.
    pub(crate) fn value(value: &Replacement) -> Self {
        match value {
            Replacement::Null => Self::Null,
            Replacement::Text(text) => Self::Text(text.clone()),
            Replacement::Integer(number) => Self::Number(*number as f64, *number as f64),
            Replacement::Real(number) => Self::Number(*number, *number),
            Replacement::Blob(_) => Self::Any,
        }
    }
}

impl Expression {
    /// What it can be where the columns are such.
    pub(crate) fn truth(&self, columns: &[Gives]) -> Truth {
        match self {
            Self::All(parts) => {
                let parts = parts.iter().map(|part| part.truth(columns));
                parts.fold(TRUE, Truth::and)
            }
            Self::Any(parts) => {
                let parts = parts.iter().map(|part| part.truth(columns));
                parts.fold(FALSE, Truth::or)
            }
            Self::Not(inside) => inside.truth(columns).not(),
            Self::Compare(operator, left, right) => {
                compare(*operator, &left.gives(columns), &right.gives(columns))
            }
            Self::IsNull(operand) => match operand.gives(columns) {
                Gives::Null => TRUE,
                Gives::Any => EITHER,
                _ => FALSE,
            },
            Self::IsJson(operand) => match operand.gives(columns) {
                Gives::Null => NULL,
                Gives::Json => TRUE,
                Gives::Text(text) => of_bool(is_json(&text)),
                _ => UNKNOWN,
            },
        }
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

impl Operand {
    fn gives(&self, columns: &[Gives]) -> Gives {
        let column = |place: &usize| columns.get(*place).cloned().unwrap_or(Gives::Any);
        let exactly = |length: usize| Gives::Number(length as f64, length as f64);
        match self {
            Self::Column(place) => column(place),
            Self::Characters(place) => match column(place) {
                Gives::Null => Gives::Null,
                Gives::Text(text) => exactly(text.chars().count()),
                Gives::AtMost(most) => Gives::Number(0.0, most as f64),
                _ => Gives::Any,
            },
            Self::Bytes(place) => match column(place) {
                Gives::Null => Gives::Null,
                // In another character set it may be more or less.
                Gives::Text(text) if text.is_ascii() => exactly(text.len()),
                Gives::Text(text) => Gives::Number(0.0, 4.0 * text.len() as f64),
                Gives::AtMost(most) => Gives::Number(0.0, 4.0 * most as f64),
                _ => Gives::Any,
            },
            Self::Null => Gives::Null,
            Self::Number(number) => Gives::Number(*number, *number),
            Self::Text(text) => Gives::Text(text.clone()),
        }
    }
}

fn of_bool(truth: bool) -> Truth {
    if truth { TRUE } else { FALSE }
}

fn compare(operator: Operator, left: &Gives, right: &Gives) -> Truth {
    match (left, right) {
        (Gives::Null, _) | (_, Gives::Null) => NULL,
        (Gives::Any, _) | (_, Gives::Any) => UNKNOWN,
        (Gives::Number(least, most), Gives::Number(from, to)) => {
            numbers(operator, (*least, *most), (*from, *to))
        }
        (Gives::Text(one), Gives::Text(other)) => texts(operator, one, other),
        _ => EITHER,
    }
}

fn numbers(operator: Operator, left: (f64, f64), right: (f64, f64)) -> Truth {
    let all_below = left.1.partial_cmp(&right.0);
    let all_above = left.0.partial_cmp(&right.1);
    let (Some(below), Some(above)) = (all_below, all_above) else {
        return EITHER;
    };
    let less = match (below, above) {
        (Ordering::Less, _) => TRUE,
        (_, Ordering::Greater | Ordering::Equal) => FALSE,
        _ => EITHER,
    };
    let greater = match (above, below) {
        (Ordering::Greater, _) => TRUE,
        (_, Ordering::Less | Ordering::Equal) => FALSE,
        _ => EITHER,
    };
    let equal = match (below, above) {
        (Ordering::Equal, Ordering::Equal) => TRUE,
        (Ordering::Less, _) | (_, Ordering::Greater) => FALSE,
        _ => EITHER,
    };
    match operator {
        Operator::Equal => equal,
        Operator::Unequal => equal.not(),
        Operator::Less => less,
        Operator::AtLeast => less.not(),
        Operator::Greater => greater,
        Operator::AtMost => greater.not(),
    }
}

/// Equal bytes are equal in every collation. What differs may still count as equal in some, unless
/// it differs whatever the letter case and the spaces at the end; which comes first is theirs.
fn texts(operator: Operator, one: &str, other: &str) -> Truth {
    let folded = |text: &str| text.trim_end().to_lowercase();
    let equal = if one == other {
        TRUE
    } else if one.is_ascii() && other.is_ascii() && folded(one) != folded(other) {
        FALSE
    } else {
        EITHER
    };
    match operator {
        Operator::Equal => equal,
        Operator::Unequal => equal.not(),
        Operator::AtMost | Operator::AtLeast if one == other => TRUE,
        Operator::Less | Operator::Greater if one == other => FALSE,
        _ => EITHER,
    }
}

#[cfg(test)]
mod tests {
    use super::super::expression::read;
    use super::*;

    fn truth(expression: &str, gives: Gives) -> Truth {
        let read = read(expression, &["a".to_owned()], false).unwrap();
        read.truth(&[gives])
    }

    fn text(text: &str) -> Gives {
        Gives::Text(text.to_owned())
    }

    #[test]
    fn values_are_held_against_lists_and_lengths() {
        assert!(truth("a IN ('x', 'y')", text("y")).is_satisfied());
        assert!(truth("a IN ('x', 'y')", text("z")).is_broken());
        // A collation may take it for the same.
        let other_case = truth("a IN ('x', 'y')", text("X"));
        assert!(!other_case.is_satisfied() && !other_case.is_broken());
        assert!(truth("a NOT IN ('x')", text("z")).is_satisfied());
        assert!(truth("length(a) <= 3", text("äöü")).is_satisfied());
        assert!(!truth("octet_length(a) <= 3", text("äöü")).is_satisfied());
        assert!(truth("length(a) <= 3", text("four")).is_broken());
        assert!(truth("length(a) <= 30", Gives::AtMost(30)).is_satisfied());
        assert!(!truth("length(a) <= 29", Gives::AtMost(30)).is_satisfied());
        assert!(truth("a <> ''", text("")).is_broken());
    }

    #[test]
    fn ranges_are_held_against_ranges() {
        assert!(truth("a >= 0", Gives::Number(0.0, 9.0)).is_satisfied());
        assert!(truth("a > 0", Gives::Number(0.0, 0.0)).is_broken());
        assert!(!truth("a > 0", Gives::Number(0.0, 9.0)).is_satisfied());
        assert!(truth("a BETWEEN 1 AND 5", Gives::Number(2.0, 5.0)).is_satisfied());
        assert!(truth("a BETWEEN 1 AND 5", Gives::Number(6.0, 7.0)).is_broken());
        assert!(truth("NOT (a < 1 OR a > 5)", Gives::Number(1.0, 5.0)).is_satisfied());
    }

    #[test]
    fn null_satisfies_unless_it_is_asked_for() {
        assert!(truth("a IN ('x')", Gives::Null).is_satisfied());
        assert!(truth("a IS NOT NULL", Gives::Null).is_broken());
        assert!(truth("a IS NOT NULL", text("")).is_satisfied());
        assert!(truth("a IN ('x', NULL)", text("z")).is_satisfied());
    }

    #[test]
    fn documents_are_sound_and_texts_may_be() {
        assert!(truth("json_valid(a)", Gives::Json).is_satisfied());
        assert!(truth("json_valid(a)", text("{}")).is_satisfied());
        assert!(truth("json_valid(a)", text("[redacted]")).is_broken());
        assert!(!truth("json_valid(a)", Gives::Any).is_satisfied());
    }
}
