//! What a declared type says about the values it takes, where that is certain.

/// The kind of value a declared type is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Affinity {
    Integer,
    Real,
    Number,
    Text,
    /// One of the values its type lists.
    List,
    /// Anything, or not certain.
    Other,
}

/// The kind by the first word of the type, in the words SQL dialects share.
pub(crate) fn of(data_type: &str) -> Affinity {
    let lower = data_type.trim().to_ascii_lowercase();
    if lower.ends_with("[]") {
        return Affinity::Other;
    }
    let end = lower
        .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .unwrap_or(lower.len());
    match lower.get(..end).unwrap_or_default() {
        "int" | "integer" | "tinyint" | "smallint" | "mediumint" | "bigint" | "int2" | "int4"
        | "int8" | "unsigned" | "serial" | "smallserial" | "bigserial" | "bool" | "boolean" => {
            Affinity::Integer
        }
        "real" | "double" | "float" | "float4" | "float8" => Affinity::Real,
        "numeric" | "decimal" | "dec" | "number" => Affinity::Number,
        "char" | "character" | "varchar" | "nchar" | "nvarchar" | "native" | "varying" | "text"
        | "tinytext" | "mediumtext" | "longtext" | "clob" | "string" => Affinity::Text,
        "enum" | "set" => Affinity::List,
        _ => Affinity::Other,
    }
}

/// Whether a type holds points or stretches of time alone.
pub(super) fn is_moment(data_type: &str) -> bool {
    let lower = data_type.trim().to_ascii_lowercase();
    let words = [
        "date",
        "time",
        "timetz",
        "timestamp",
        "timestamptz",
        "datetime",
        "interval",
        "year",
    ];
    let end = lower.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let first = lower.get(..end.unwrap_or(lower.len())).unwrap_or_default();
    !lower.ends_with("[]") && words.contains(&first)
}

/// The declared length of a text type, in characters.
pub(crate) fn declared_length(data_type: &str) -> Option<usize> {
    if of(data_type) != Affinity::Text {
        return None;
    }
    let (_, inside) = data_type.split_once('(')?;
    inside.split_once(')')?.0.trim().parse().ok()
}

/// Whether a column keeps 0.0 as it is. SQLite makes a whole number of it in columns of integer
/// and numeric affinity, and what is read back must be what was sent.
pub(crate) fn keeps_reals(data_type: &str) -> bool {
    let upper = data_type.to_ascii_uppercase();
    upper.trim().is_empty()
        || ["REAL", "FLOA", "DOUB", "BLOB"]
            .iter()
            .any(|word| upper.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_told_by_their_first_word() {
        assert_eq!(of("INTEGER"), Affinity::Integer);
        assert_eq!(of("unsigned big int"), Affinity::Integer);
        assert_eq!(of("double precision"), Affinity::Real);
        assert_eq!(of("DECIMAL(10,5)"), Affinity::Number);
        assert_eq!(of("VARCHAR(20)"), Affinity::Text);
        assert_eq!(of("enum('a','b')"), Affinity::List);
        assert_eq!(of("point"), Affinity::Other);
        assert_eq!(of(""), Affinity::Other);
    }

    #[test]
    fn only_text_has_a_length() {
        assert_eq!(declared_length("character varying(20)"), Some(20));
        assert_eq!(declared_length("VARCHAR ( 7 )"), Some(7));
        assert_eq!(declared_length("TEXT"), None);
        assert_eq!(declared_length("DECIMAL(10,5)"), None);
    }
}
