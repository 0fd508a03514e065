//! Names as `pg_dump` writes them into statements: quoted only where they must be. Readers
//! compare such statements with their own.

use super::keywords::NOT_UNRESERVED;
use std::borrow::Cow;

/// A name.
pub(crate) fn identifier(name: &str) -> Cow<'_, str> {
    let begins_plainly = name.starts_with(|first: char| is_plain(first) && !first.is_ascii_digit());
    if begins_plainly && name.chars().all(is_plain) && NOT_UNRESERVED.binary_search(&name).is_err()
    {
        return Cow::Borrowed(name);
    }
    Cow::Owned(crate::config::identifier(name))
}

/// The name of something in a schema; without one, its own.
pub(super) fn qualified(schema: &str, name: &str) -> String {
    match schema {
        "" => identifier(name).into_owned(),
        _ => format!("{}.{}", identifier(schema), identifier(name)),
    }
}

fn is_plain(letter: char) -> bool {
    letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_where_they_must_be() {
        for plain in ["people", "_1", "name", "a_b2"] {
            assert_eq!(identifier(plain), plain);
        }
        for odd in [
            "", "1a", "People", "größe", "a b", "a.b", "select", "between", "left", "json",
        ] {
            assert_eq!(identifier(odd), format!("\"{odd}\""));
        }
        assert_eq!(identifier("a\"b"), "\"a\"\"b\"");
        assert_eq!(qualified("public", "order"), "public.\"order\"");
        assert_eq!(qualified("", "people"), "people");
    }
}
