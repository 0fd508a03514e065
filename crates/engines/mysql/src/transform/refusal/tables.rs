//! Tables and other objects of databases that a statement names where it changes them.

use super::{Reason, Token};

/// Words behind which a statement names what it changes.
const BEFORE_A_TARGET: [&str; 6] = ["INTO", "TABLE", "TRUNCATE", "REPLACE", "TO", "EXISTS"];
/// The same where something is made, changed or dropped.
const BEFORE_AN_OBJECT: [&str; 10] = [
    "VIEW",
    "TRIGGER",
    "PROCEDURE",
    "FUNCTION",
    "EVENT",
    "SEQUENCE",
    "PACKAGE",
    "BODY",
    "REFERENCES",
    "TABLES",
];
/// Words behind which a table stands in an UPDATE or DELETE of several.
const BEFORE_A_TABLE: [&str; 9] = [
    "UPDATE",
    "DELETE",
    "FROM",
    "JOIN",
    "STRAIGHT_JOIN",
    "USING",
    "LOW_PRIORITY",
    "QUICK",
    "IGNORE",
];

/// Whether it changes something that it says is in a database: the shadow's name is nobody's
/// business. A table that is only read may be in another one, but where several are changed at once.
pub(super) fn other_database(seen: &[Token<'_>]) -> Option<Reason> {
    let places = changed(seen);
    let is_named = places.iter().any(|at| is_of_a_database(seen, *at));
    is_named.then_some(Reason::OtherDatabase)
}

/// Whether it names something of the database `live`, however its letters are written, where it
/// changes tables.
pub(super) fn names(seen: &[Token<'_>], live: &str) -> bool {
    let is_live = |at: usize| {
        let name = seen.get(at).and_then(Token::name);
        name.is_some_and(|name| name.to_lowercase() == live.to_lowercase())
    };
    let places = changed(seen);
    places
        .iter()
        .any(|at| is_live(*at) && is_of_a_database(seen, *at))
}

/// Whether a name of two parts begins there.
fn is_of_a_database(seen: &[Token<'_>], at: usize) -> bool {
    let is_name = |at: usize| seen.get(at).is_some_and(|token| token.name().is_some());
    let is_dot = seen.get(at + 1).is_some_and(|token| token.is_symbol("."));
    is_name(at) && is_dot && is_name(at + 2)
}

/// Where the statement names what it changes.
fn changed(seen: &[Token<'_>]) -> Vec<usize> {
    let begins = |words: &[&str]| {
        let first = seen.first();
        first.is_some_and(|first| words.iter().any(|word| first.is(word)))
    };
    let is_definition = begins(&["CREATE", "ALTER", "DROP", "RENAME"]);
    let makes_key = is_definition && seen.iter().take(4).any(|token| token.is("INDEX"));
    // The tables of an UPDATE stand before what is set, those of a DELETE before the condition.
    let end = if begins(&["UPDATE"]) {
        seen.iter().position(|token| token.is("SET"))
    } else if begins(&["DELETE"]) {
        Some(
            seen.iter()
                .position(|token| token.is("WHERE"))
                .unwrap_or(seen.len()),
        )
    } else {
        None
    };
    let mut places = Vec::new();
    for (at, token) in seen.iter().enumerate() {
        let is_one_of = |words: &[&str]| words.iter().any(|word| token.is(word));
        let before = at.checked_sub(1).and_then(|at| seen.get(at));
        let of_several = end.is_some_and(|end| at < end)
            && (is_one_of(&BEFORE_A_TABLE) || token.is_symbol(",") || token.is_symbol("("));
        let of_a_body = token.is("UPDATE") && !before.is_some_and(|before| before.is("KEY"));
        let of_a_list = is_definition && token.is_symbol(",") && begins(&["DROP", "RENAME"]);
        if is_one_of(&BEFORE_A_TARGET)
            || of_several
            || of_a_body
            || of_a_list
            || is_definition && is_one_of(&BEFORE_AN_OBJECT)
            || makes_key && token.is("ON")
            || at == 0 && begins(&["INSERT", "REPLACE"])
        {
            places.push(at + 1);
        }
        if at == 0 && begins(&["INSERT"]) {
            // INSERT IGNORE other.t: INTO may be left out.
            places.push(2);
        }
    }
    places
}
