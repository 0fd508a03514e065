//! Names and texts as they stand in statements.

use weir_engine::Quotes;

/// How these servers quote.
pub(crate) const QUOTES: Quotes = Quotes {
    brackets: false,
    backslashes: true,
};

/// A name in backticks, whatever is in it.
pub(crate) fn identifier(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A table or routine as statements name it, whatever the default schema is.
pub(crate) fn qualified(schema: &str, name: &str) -> String {
    format!("{}.{}", identifier(schema), identifier(name))
}

/// A text as a literal. Sessions of ours never have `NO_BACKSLASH_ESCAPES`.
pub(crate) fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('\'');
    for letter in text.chars() {
        match letter {
            '\0' => literal.push_str("\\0"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\u{1a}' => literal.push_str("\\Z"),
            '\\' | '\'' => {
                literal.push('\\');
                literal.push(letter);
            }
            _ => literal.push(letter),
        }
    }
    literal.push('\'');
    literal
}

/// The literal of a pattern for LIKE that matches what begins with `prefix`.
pub(crate) fn pattern(prefix: &str) -> String {
    let mut pattern = String::new();
    for letter in prefix.chars() {
        if matches!(letter, '_' | '%' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    literal(&pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_quotes() {
        assert_eq!(identifier("a`b"), "`a``b`");
        assert_eq!(literal("it's\\\n"), "'it\\'s\\\\\\n'");
        assert_eq!(pattern("_weir"), "'\\\\_weir%'");
    }
}
