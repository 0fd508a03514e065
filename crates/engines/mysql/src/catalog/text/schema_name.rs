//! Taking a schema's own name out of the statements of what is in it.

use super::token::tokens_by;
use super::{Kind, Lexis, Token};

/// Words behind which a name of two parts is one of something in a schema.
const BEFORE_AN_OBJECT: [&str; 14] = [
    "FROM",
    "JOIN",
    "STRAIGHT_JOIN",
    "INTO",
    "UPDATE",
    "TABLE",
    "CALL",
    "REFERENCES",
    "VIEW",
    "TRIGGER",
    "PROCEDURE",
    "FUNCTION",
    "EVENT",
    "EXISTS",
];

/// The statement without `schema`. before names. What is in quotes or comments stays as it is, and
/// so does a table or alias that is called as the schema is.
pub(crate) fn unqualified(sql: &str, schema: &str) -> String {
    unqualified_by("", sql, schema)
}

/// The same of a text that was written under that SQL mode.
pub(crate) fn unqualified_by(sql_mode: &str, sql: &str, schema: &str) -> String {
    let has = |word: &str| sql_mode.split(',').any(|mode| mode == word);
    let mut lexis = Lexis::default();
    lexis.escapes = !has("NO_BACKSLASH_ESCAPES");
    let quotes_names = has("ANSI_QUOTES");
    let all = tokens_by(lexis, sql).filter(|token| !token.is_blank());
    let seen: Vec<Token<'_>> = all
        .map(|token| match token.text.starts_with('"') && quotes_names {
            true => Token {
                kind: Kind::Name,
                ..token
            },
            false => token,
        })
        .collect();
    let named = |token: &Token<'_>| token.name().as_deref() == Some(schema);
    let is_dot = |at: Option<usize>| {
        at.and_then(|at| seen.get(at))
            .is_some_and(|token| token.is_symbol("."))
    };
    // Elsewhere the name may be a column's, a user variable's or a setting's.
    let stands_first = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| seen.get(at));
        !before.is_some_and(|token| token.is_symbol(".") || token.is_symbol("@"))
    };
    let places = || {
        let all = seen.iter().enumerate();
        all.filter(|(at, token)| named(token) && stands_first(*at))
    };
    let means_more = seen
        .iter()
        .enumerate()
        .any(|(at, token)| named(token) && !is_dot(Some(at + 1)));
    let mut text = String::new();
    let mut copied = 0;
    for (at, token) in places() {
        if !is_dot(Some(at + 1)) {
            continue;
        }
        let Some(object) = seen.get(at + 2).filter(|token| token.name().is_some()) else {
            continue;
        };
        let is_the_schema = !means_more
            || is_dot(Some(at + 3))
            || follows_a_word_of_objects(&seen, at)
            || seen.get(at + 3).is_some_and(|token| token.is_symbol("("));
        if is_the_schema {
            text.push_str(sql.get(copied..token.at).unwrap_or_default());
            copied = object.at;
        }
    }
    text.push_str(sql.get(copied..).unwrap_or_default());
    text
}

fn follows_a_word_of_objects(seen: &[Token<'_>], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).and_then(|at| seen.get(at));
    let is_one_of = |token: Option<&Token<'_>>, words: &[&str]| {
        token.is_some_and(|token| words.iter().any(|word| token.is(word)))
    };
    is_one_of(before(1), &BEFORE_AN_OBJECT)
        // CREATE TRIGGER … BEFORE INSERT ON the table.
        || is_one_of(before(1), &["ON"]) && is_one_of(before(2), &["INSERT", "UPDATE", "DELETE"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schemas_name_is_taken_out_of_names_alone() {
        for (sql, expected) in [
            (
                "select `app`.`t`.`id` from `app`.`t` join `other`.`app` on 1",
                "select `app`.`t`.`id` from `t` join `other`.`app` on 1",
            ),
            ("DEFAULT nextval(`app`.`sq`)", "DEFAULT nextval(`sq`)"),
            (
                "select 'app.t', \"`app`.`t`\" -- app.t\n from app . t",
                "select 'app.t', \"`app`.`t`\" -- app.t\n from t",
            ),
            ("set @app.x = @@app.y", "set @app.x = @@app.y"),
            (
                "select apple.t, x.app.c from apple",
                "select apple.t, x.app.c from apple",
            ),
            (
                "CREATE TRIGGER app.tr BEFORE INSERT ON app.t FOR EACH ROW CALL app.p()",
                "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW CALL p()",
            ),
        ] {
            let expected = expected.replace("`app`.`t`.`id`", "`t`.`id`");
            assert_eq!(unqualified(sql, "app"), expected);
        }
        assert_eq!(unqualified("from `a``b`.t", "a`b"), "from t");
        let ansi = "ANSI_QUOTES,PIPES_AS_CONCAT";
        let text = "insert into \"app\".\"t\" values ('\"app\".')";
        let expected = "insert into \"t\" values ('\"app\".')";
        assert_eq!(unqualified_by(ansi, text, "app"), expected);
        let text = "select '\\', 'from app.t'";
        assert_eq!(unqualified_by("NO_BACKSLASH_ESCAPES", text, "app"), text);
    }

    #[test]
    fn a_table_that_is_called_as_its_schema_keeps_its_columns() {
        assert_eq!(
            unqualified(
                "select app.id, app.app.x, app.f(1) from app.app where app.id > 1",
                "app"
            ),
            "select app.id, app.x, f(1) from app where app.id > 1"
        );
    }
}
