//! Who a view, trigger, routine or event runs as.

use super::{Kind, Token, tokens};
use std::ops::Range;

/// Words behind which a statement says who it makes its object for no more.
const OBJECTS: [&str; 8] = [
    "VIEW",
    "TRIGGER",
    "PROCEDURE",
    "FUNCTION",
    "PACKAGE",
    "EVENT",
    "TABLE",
    "SEQUENCE",
];

/// The definer that a statement names, as it stands there, e.g. `` `app`@`%` ``.
pub(crate) fn definer_of(create: &str) -> Option<&str> {
    create.get(find(create)?.account)
}

/// The statement with another definer, or with none: everything else stays byte for byte. One
/// that names none stays as it is.
pub(crate) fn with_definer(create: &str, definer: Option<&str>) -> String {
    let Some(found) = find(create) else {
        return create.to_owned();
    };
    let mut text = create.to_owned();
    match definer {
        Some(definer) => text.replace_range(found.account, definer),
        None => text.replace_range(found.clause, ""),
    }
    text
}

struct Found {
    /// The account alone.
    account: Range<usize>,
    /// From the word DEFINER to the white space behind the account.
    clause: Range<usize>,
}

fn find(create: &str) -> Option<Found> {
    let all: Vec<Token<'_>> = tokens(create).collect();
    let seen = all.iter().filter(|token| !token.is_blank());
    let mut seen = seen.peekable();
    let begin = loop {
        let token = seen.next()?;
        if OBJECTS.iter().any(|word| token.is(word)) {
            return None;
        }
        if token.is("DEFINER") && seen.peek().is_some_and(|next| next.is_symbol("=")) {
            break token.at;
        }
    };
    seen.next();
    let user = seen.next()?;
    let mut end = user.end();
    // A host behind a sign, or the parentheses of CURRENT_USER().
    let signs: &[&str] = match user.is("CURRENT_USER") {
        true => &["(", ")"],
        false => &["@"],
    };
    for sign in signs {
        if let Some(token) = seen.next_if(|next| next.is_symbol(sign)) {
            end = token.end();
        }
    }
    if create
        .get(user.at..end)
        .is_some_and(|text| text.ends_with('@'))
    {
        end = seen.next()?.end();
    }
    let space = all
        .iter()
        .find(|token| token.at == end && token.kind == Kind::Space);
    Some(Found {
        account: user.at..end,
        clause: begin..space.map_or(end, Token::end),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_name_a_definer_is_known() {
        for (account, behind) in [
            (
                "`root`@`localhost`",
                " trigger t before insert on x for each row set @a=1",
            ),
            ("`ro``ot`@`%`", " SQL SECURITY DEFINER VIEW `v` AS select 1"),
            ("'a'@'b'", " PROCEDURE p() begin end"),
            (
                "\"root\"@\"localhost\"",
                " PACKAGE BODY \"p\" as begin null; end",
            ),
            ("CURRENT_USER()", " VIEW v AS SELECT 1"),
            ("current_user", " VIEW v AS SELECT 1"),
            ("a@b", " EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1"),
            ("role", " VIEW v AS SELECT 1"),
        ] {
            let text = format!("CREATE DEFINER={account}{behind}");
            assert_eq!(definer_of(&text), Some(account));
            let other = with_definer(&text, Some("`x`@`y`"));
            assert_eq!(other, format!("CREATE DEFINER=`x`@`y`{behind}"));
            assert_eq!(
                with_definer(&text, None),
                format!("CREATE {}", behind.trim_start())
            );
        }
    }

    #[test]
    fn a_body_is_never_taken_for_the_head() {
        let view = "CREATE ALGORITHM=UNDEFINED VIEW `v` AS select 'DEFINER=`a`@`b`' AS `definer`";
        assert_eq!(definer_of(view), None);
        assert_eq!(with_definer(view, Some("x")), view);
        let view =
            "CREATE ALGORITHM=UNDEFINED DEFINER=`a`@`b` SQL SECURITY DEFINER VIEW `v` AS select 1";
        assert_eq!(
            with_definer(view, None),
            "CREATE ALGORITHM=UNDEFINED SQL SECURITY DEFINER VIEW `v` AS select 1"
        );
        let spaced = "CREATE /*!50017 DEFINER = `a`@`b` */ TRIGGER t AFTER DELETE ON x FOR EACH ROW BEGIN END";
        assert_eq!(definer_of(spaced), Some("`a`@`b`"));
    }
}
