//! What a statement of a dump makes, besides tables.

use super::settings::Settings;
use crate::catalog::text::{
    Kind, Token, definer_of, plain_text, tokens, unqualified_by, with_definer,
};
use crate::catalog::{ObjectKind, StoredObject};
use crate::config::identifier;

/// Words that tell what a statement makes.
const KINDS: [(&str, ObjectKind); 6] = [
    ("VIEW", ObjectKind::View),
    ("TRIGGER", ObjectKind::Trigger),
    ("PROCEDURE", ObjectKind::Procedure),
    ("FUNCTION", ObjectKind::Function),
    ("PACKAGE", ObjectKind::Package),
    ("EVENT", ObjectKind::Event),
];

/// The statement without the comments to the server that parts of it stand in.
pub(super) fn unwrapped(statement: &str) -> String {
    let all: Vec<Token<'_>> = tokens(statement).collect();
    if all.first().is_none_or(|first| first.kind != Kind::Opens) {
        return statement.to_owned();
    }
    let (mut depth, mut begin, mut pieces) = (0_usize, 0, Vec::new());
    for token in all {
        match token.kind {
            Kind::Opens => {
                if depth == 0 {
                    pieces.push(statement.get(begin..token.at).unwrap_or_default());
                    begin = token.end();
                }
                depth += 1;
            }
            Kind::Closes => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    pieces.push(statement.get(begin..token.at).unwrap_or_default());
                    begin = token.end();
                }
            }
            _ => {}
        }
    }
    pieces.push(statement.get(begin..).unwrap_or_default());
    let pieces = pieces.iter().map(|piece| piece.trim());
    let pieces: Vec<&str> = pieces.filter(|piece| !piece.is_empty()).collect();
    pieces.join(" ")
}

/// The object that a statement makes, in the settings that it is made in; nothing where it makes
/// none. `database` is the dump's own, which its objects do not name.
pub(super) fn object(statement: &str, settings: &Settings, database: &str) -> Option<StoredObject> {
    let create = unwrapped(statement);
    let seen: Vec<Token<'_>> = tokens(&create).filter(|token| !token.is_blank()).collect();
    let mut rest = seen.iter();
    let mut kind = rest.find_map(|token| {
        let mut kinds = KINDS.iter();
        kinds
            .find(|(word, _)| token.is(word))
            .map(|(_, kind)| *kind)
    })?;
    let mut rest = rest.peekable();
    if kind == ObjectKind::Package && rest.next_if(|token| token.is("BODY")).is_some() {
        kind = ObjectKind::PackageBody;
    }
    while rest
        .next_if(|token| token.is("IF") || token.is("NOT") || token.is("EXISTS"))
        .is_some()
    {}
    let mut name = named(rest.next()?)?;
    if rest.next_if(|token| token.is_symbol(".")).is_some() {
        name = named(rest.next()?)?;
    }
    let definer = definer_of(&create).map(account).unwrap_or_default();
    // As the server tells it, however the mode of a package quotes it.
    let told = with_definer(&create, Some(&definer));
    let setting = |name: &str| settings.get(name).to_owned();
    let is_view = kind == ObjectKind::View;
    let of_body = |name: &str| {
        if is_view {
            String::new()
        } else {
            setting(name)
        }
    };
    Some(StoredObject {
        kind,
        name,
        table: (kind == ObjectKind::Trigger)
            .then(|| table(&seen))
            .flatten(),
        definer,
        create: unqualified_by(&of_body("sql_mode"), &told, database),
        sql_mode: of_body("sql_mode"),
        character_set_client: setting("character_set_client"),
        collation_connection: setting("collation_connection"),
        database_collation: of_body("collation_database"),
        time_zone: match kind {
            ObjectKind::Event => setting("time_zone"),
            _ => String::new(),
        },
    })
}

/// The names of the columns of a view that only stands in for one.
pub(super) fn stand_in_columns(create: &str) -> Vec<String> {
    let seen: Vec<Token<'_>> = tokens(create).filter(|token| !token.is_blank()).collect();
    let columns = seen.windows(3).filter_map(|three| match three {
        [value, word, name] if word.is("AS") && (value.is("NULL") || value.text == "1") => {
            name.name()
        }
        _ => None,
    });
    columns.collect()
}

/// In which order triggers of a table run that are of one kind: as the dump has them.
pub(super) fn trigger_order(trigger: &StoredObject) -> (String, String, String) {
    let words: Vec<String> = tokens(&trigger.create)
        .filter(|token| token.kind == Kind::Word)
        .map(|token| token.text.to_ascii_uppercase())
        .collect();
    let at = words
        .iter()
        .position(|word| word == "BEFORE" || word == "AFTER");
    let word = |at: Option<usize>| at.and_then(|at| words.get(at)).cloned().unwrap_or_default();
    let table = trigger.table.clone().unwrap_or_default();
    (table, word(at.map(|at| at + 1)), word(at))
}

fn named(token: &Token<'_>) -> Option<String> {
    match token.kind {
        // A name, in the mode that packages are written in.
        Kind::Text => Some(plain_text(token.text)),
        _ => token.name(),
    }
}

/// The table of a trigger: behind the first ON.
fn table(seen: &[Token<'_>]) -> Option<String> {
    let on = seen.iter().position(|token| token.is("ON"))?;
    let first = named(seen.get(on + 1)?)?;
    match seen.get(on + 2)?.is_symbol(".") {
        true => named(seen.get(on + 3)?),
        false => Some(first),
    }
}

/// An account in backticks, however the statement quotes it.
fn account(definer: &str) -> String {
    let names = tokens(definer).filter_map(|token| named(&token));
    let names: Vec<String> = names.map(|name| identifier(&name)).collect();
    names.join("@")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_put_together_as_the_server_prints_it() {
        let text = "/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */\n/*!50001 VIEW `v1` AS select `app`.`t`.`id` AS `id` from `app`.`t` where `t`.`x` <> '*/' */";
        let mut settings = Settings::default();
        settings.set("SET character_set_client = utf8mb3");
        settings.set("SET sql_mode = 'x'");
        let view = object(text, &settings, "app").unwrap();
        assert_eq!((view.kind, view.name.as_str()), (ObjectKind::View, "v1"));
        assert_eq!(
            view.create,
            "CREATE ALGORITHM=UNDEFINED DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW `v1` AS select `t`.`id` AS `id` from `t` where `t`.`x` <> '*/'"
        );
        assert_eq!(view.definer, "`root`@`localhost`");
        assert_eq!(
            (view.sql_mode.as_str(), view.character_set_client.as_str()),
            ("", "utf8mb3")
        );
        let stand_in = "/*!50001 CREATE VIEW `v1` AS SELECT\n NULL AS `id`,\n 1 AS `co``de` */";
        assert_eq!(stand_in_columns(stand_in), ["id", "co`de"]);
    }

    #[test]
    fn triggers_routines_and_packages_are_known() {
        let settings = Settings::default();
        let text = "/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`%`*/ /*!50003 trigger tr1 before insert on `parent` for each row begin /* x */ set new.x = 1; end \n*/";
        let trigger = object(text, &settings, "app").unwrap();
        assert_eq!(trigger.table.as_deref(), Some("parent"));
        assert_eq!(
            trigger.create,
            "CREATE DEFINER=`a`@`%` trigger tr1 before insert on `parent` for each row begin /* x */ set new.x = 1; end"
        );
        let order = trigger_order(&trigger);
        assert_eq!((order.1.as_str(), order.2.as_str()), ("INSERT", "BEFORE"));
        let text = "CREATE DEFINER=\"root\"@\"localhost\" PACKAGE BODY \"pk\" as function f return int as begin return 1; end; end";
        let body = object(text, &settings, "app").unwrap();
        assert_eq!(
            (body.kind, body.name.as_str()),
            (ObjectKind::PackageBody, "pk")
        );
        assert_eq!(body.definer, "`root`@`localhost`");
        assert!(object("CREATE TABLE `view` (`a` int)", &settings, "app").is_none());
    }
}
