use weir_engine::Replacement;

/// What SQLite does to a value when it stores it in a column, by the column's declared type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Affinity {
    /// Nothing.
    None,
    /// Numbers become text.
    Text,
    /// Text that reads as a number becomes one, a whole one where possible.
    Numeric,
    /// Text that reads as a number becomes one, and every number a floating-point one.
    Real,
}

impl Affinity {
    /// SQLite's rules, in their order.
    pub(super) fn of(declared: &str, strict: bool) -> Self {
        let declared = declared.to_ascii_uppercase();
        let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
        if declared.is_empty() || (strict && declared == "ANY") {
            Self::None
        } else if has(&["INT"]) {
            Self::Numeric
        } else if has(&["CHAR", "CLOB", "TEXT"]) {
            Self::Text
        } else if has(&["BLOB"]) {
            Self::None
        } else if has(&["REAL", "FLOA", "DOUB"]) {
            Self::Real
        } else {
            Self::Numeric
        }
    }

    /// The value as SQLite will store it, so that what is sent can be compared with what is
    /// read back.
    pub(super) fn store(self, value: Replacement) -> Replacement {
        match (self, value) {
            (Self::Text, Replacement::Integer(number)) => Replacement::Text(number.to_string()),
            (Self::Numeric, Replacement::Text(text)) => {
                number(&text).map_or(Replacement::Text(text), whole_if_possible)
            }
            (Self::Numeric, Replacement::Real(real)) => whole_if_possible(Replacement::Real(real)),
            (Self::Real, Replacement::Text(text)) => match number(&text) {
                Some(number) => floating(number),
                None => Replacement::Text(text),
            },
            (Self::Real, number @ Replacement::Integer(_)) => floating(number),
            (_, value) => value,
        }
    }
}

/// A text as a number, if all of it is one.
fn number(text: &str) -> Option<Replacement> {
    let text = text.trim_matches([' ', '\t', '\n', '\x0b', '\x0c', '\r']);
    // Rust also reads words such as "inf" as numbers; SQLite does not.
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    if !plain {
        return None;
    }
    match text.parse::<i64>() {
        Ok(whole) => Some(Replacement::Integer(whole)),
        Err(_) => text.parse::<f64>().ok().map(Replacement::Real),
    }
}

/// The same as a whole number, if nothing is lost.
fn whole_if_possible(value: Replacement) -> Replacement {
    // The range of i64 without its ends, as SQLite has it.
    const LIMIT: f64 = 9_223_372_036_854_775_807.0;
    match value {
        Replacement::Real(real) if real.fract() == 0.0 && real.abs() < LIMIT => {
            Replacement::Integer(real as i64)
        }
        other => other,
    }
}

fn floating(value: Replacement) -> Replacement {
    match value {
        Replacement::Integer(whole) => Replacement::Real(whole as f64),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;
    use rusqlite::types::Value;

    #[test]
    fn values_are_foreseen_as_sqlite_stores_them() {
        let texts = [
            "", "7", " 7 ", "007", "1e3", "1.5", "-.5", "inf", "0x10", "x", "1e", "9e18",
        ];
        let mut values: Vec<Replacement> = texts
            .iter()
            .map(|text| Replacement::Text((*text).to_owned()))
            .collect();
        values.extend([
            Replacement::Integer(i64::MAX),
            Replacement::Integer(-3),
            Replacement::Real(4.0),
            Replacement::Real(4.5),
            Replacement::Blob(vec![55]),
            Replacement::Null,
        ]);
        let connection = Connection::open_in_memory().unwrap();
        for declared in ["INTEGER", "VARCHAR(9)", "", "REAL", "DECIMAL", "BLOB"] {
            connection
                .execute_batch(&format!(
                    "DROP TABLE IF EXISTS t; CREATE TABLE t(c {declared})"
                ))
                .unwrap();
            for value in &values {
                let affinity = Affinity::of(declared, false);
                // SQLite's own formatting of floating-point numbers as text is not foreseen.
                if affinity == Affinity::Text && matches!(value, Replacement::Real(_)) {
                    continue;
                }
                connection
                    .execute("INSERT INTO t VALUES (?1)", [to_value(value)])
                    .unwrap();
                let stored: Value = connection
                    .query_row("DELETE FROM t RETURNING c", [], |row| row.get(0))
                    .unwrap();
                assert_eq!(
                    to_value(&affinity.store(value.clone())),
                    stored,
                    "{declared}"
                );
            }
        }
    }

    fn to_value(value: &Replacement) -> Value {
        match value.clone() {
            Replacement::Null => Value::Null,
            Replacement::Integer(number) => Value::Integer(number),
            Replacement::Real(number) => Value::Real(number),
            Replacement::Text(text) => Value::Text(text),
            Replacement::Blob(bytes) => Value::Blob(bytes),
        }
    }
}
