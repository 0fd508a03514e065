//! Which expressions a database may be asked to evaluate: those that surely do nothing but tell.
//! An expression comes from a catalog, and a catalog from whoever wrote a backup.

use super::lexis::{Quotes, Token, tokens};
use std::ops::Range;

/// Functions that every database knows as its own, that read nothing but what they are given, and
/// whose answer is at most twice as long: `replace` can make it as long as it likes.
const FUNCTIONS: [&str; 68] = [
    "abs",
    "array_length",
    "bit_length",
    "btrim",
    "cardinality",
    "cast",
    "ceil",
    "ceiling",
    "char_length",
    "character_length",
    "coalesce",
    "concat",
    "date",
    "date_part",
    "day",
    "dayofmonth",
    "dayofweek",
    "extract",
    "floor",
    "greatest",
    "hex",
    "hour",
    "if",
    "ifnull",
    "iif",
    "initcap",
    "instr",
    "isnull",
    "json_array_length",
    "json_extract",
    "json_length",
    "json_type",
    "json_typeof",
    "json_valid",
    "jsonb_array_length",
    "jsonb_typeof",
    "lcase",
    "least",
    "left",
    "length",
    "lower",
    "ltrim",
    "max",
    "min",
    "minute",
    "mod",
    "month",
    "nullif",
    "num_nonnulls",
    "num_nulls",
    "octet_length",
    "position",
    "regexp_like",
    "right",
    "round",
    "rtrim",
    "second",
    "sign",
    "split_part",
    "strpos",
    "substr",
    "substring",
    "trim",
    "trunc",
    "typeof",
    "ucase",
    "upper",
    "year",
];
/// What else may stand before a parenthesis: words of the language, and types with a length.
const WORDS: [&str; 42] = [
    "all",
    "and",
    "any",
    "array",
    "as",
    "between",
    "bigint",
    "bit",
    "by",
    "case",
    "char",
    "character",
    "check",
    "dec",
    "decimal",
    "else",
    "escape",
    "float",
    "double",
    "from",
    "glob",
    "ilike",
    "in",
    "int",
    "integer",
    "interval",
    "is",
    "like",
    "nchar",
    "not",
    "numeric",
    "or",
    "regexp",
    "rlike",
    "some",
    "then",
    "time",
    "timestamp",
    "varchar",
    "varying",
    "when",
    "datetime",
];
/// Words that begin what is more than an expression.
const MORE: [&str; 9] = [
    "select",
    "into",
    "with",
    "values",
    "table",
    "operator",
    "procedure",
    "execute",
    "set",
];
/// Signs that lead out of an expression, or out of the row.
const SIGNS: [&str; 5] = [";", "@", "#", "?", ":"];
/// As long as anybody's constraint.
const LONGEST: usize = 16 << 10;

/// The expression as a database may be asked for it: closed in itself, calling nothing but known
/// functions, and written anew from what was read, so that no database reads it otherwise.
///
/// # Errors
/// Why it may not, in words.
pub(super) fn harmless(expression: &str, quotes: Quotes) -> Result<String, String> {
    let unreadable = || "its expression cannot be read".to_owned();
    if expression.len() > LONGEST || expression.contains("--") || expression.contains("/*") {
        return Err(unreadable());
    }
    let all = tokens(expression, quotes).ok_or_else(unreadable)?;
    let mut depth = 0_usize;
    for (at, (token, _)) in all.iter().enumerate() {
        let next = all.get(at + 1).map(|(token, _)| token);
        match token {
            // What a backslash does in quotes is the server's setting, and not known here.
            Token::Quoted(_, text) if text.contains('\\') => return Err(unreadable()),
            Token::Text(text) if quotes.backslashes && text.contains('\\') => {
                return Err(unreadable());
            }
            Token::Sign("(") => depth += 1,
            Token::Sign(")") => depth = depth.checked_sub(1).ok_or_else(unreadable)?,
            Token::Sign(".") => return Err("it uses what is of a schema".to_owned()),
            Token::Sign(sign) if SIGNS.contains(sign) => {
                return Err(format!("nobody knows what `{sign}` does in it"));
            }
            Token::Word(word) if is_among(word, &MORE) => {
                return Err(format!("nobody knows what `{word}` does in it"));
            }
            Token::Word(word)
                if next == Some(&Token::Sign("("))
                    && !is_among(word, &FUNCTIONS)
                    && !is_among(word, &WORDS) =>
            {
                return Err(format!("it calls `{word}`, which may do more than tell"));
            }
            Token::Quoted(_, name) if next == Some(&Token::Sign("(")) => {
                return Err(format!("it calls `{name}`, which may do more than tell"));
            }
            _ => {}
        }
    }
    (depth == 0).then(|| written(&all)).ok_or_else(unreadable)
}

/// The type, written anew, where it is a type and nothing else.
#[must_use]
pub(super) fn harmless_type(data_type: &str, quotes: Quotes) -> Option<String> {
    let all = tokens(data_type, quotes)?;
    let mut depth = 0_usize;
    let is_type = all.iter().all(|(token, _)| match token {
        Token::Quoted(_, text) | Token::Text(text) if text.contains('\\') => false,
        Token::Sign("(") => {
            depth += 1;
            depth == 1
        }
        Token::Sign(")") => {
            let was_open = depth == 1;
            depth = 0;
            was_open
        }
        Token::Sign(",") => depth == 1,
        Token::Sign("[" | "]" | ".") | Token::Quoted(..) => depth == 0,
        Token::Sign(_) => false,
        Token::Text(_) | Token::Number(_) => depth == 1,
        Token::Word(word) => !is_among(word, &["select", "check", "default", "references"]),
    });
    (is_type && depth == 0).then(|| written(&all))
}

/// What was read, with nothing between it that two readers may see in two ways.
fn written(all: &[(Token, Range<usize>)]) -> String {
    let doubled = |text: &str, quote: char| {
        let twice = format!("{quote}{quote}");
        text.replace(quote, &twice)
    };
    let one = |token: &Token| match token {
        Token::Word(text) | Token::Number(text) => text.clone(),
        Token::Sign(sign) => (*sign).to_owned(),
        Token::Text(text) => format!("'{}'", doubled(text, '\'')),
        Token::Quoted('[', name) => format!("[{name}]"),
        Token::Quoted(quote, name) => format!("{quote}{}{quote}", doubled(name, *quote)),
    };
    let mut text = String::new();
    let mut before: Option<&Token> = None;
    for (token, _) in all {
        // MySQL knows some functions only by a parenthesis that follows at once.
        let is_call = matches!((before, token), (Some(Token::Word(_)), Token::Sign("(")));
        if before.is_some() && !is_call {
            text.push(' ');
        }
        text.push_str(&one(token));
        before = Some(token);
    }
    text
}

fn is_among(word: &str, known: &[&str]) -> bool {
    known.iter().any(|known| known.eq_ignore_ascii_case(word))
}
