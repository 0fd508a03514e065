//! What a dump sets its session to, as far as the meaning of what follows depends on it.

use super::charset::Charset;
use crate::catalog::text::{Kind, Token, plain_text, tokens};
use std::collections::BTreeMap;

/// Settings by their names in lower case; variables of users have their `@`.
#[derive(Debug, Default)]
pub(super) struct Settings {
    values: BTreeMap<String, String>,
}

impl Settings {
    /// What a setting is; empty where the dump does not say.
    pub(super) fn get(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// The character set that statements are written in.
    pub(super) fn charset(&self) -> Charset {
        match self.get("character_set_client") {
            // Without a word about it, clients of today write UTF-8.
            "" => Charset::Utf8,
            name => Charset::named(name),
        }
    }

    /// Obeys a SET statement. What is not understood sets nothing that matters here.
    pub(super) fn set(&mut self, statement: &str) {
        let seen: Vec<Token<'_>> = tokens(statement)
            .filter(|token| !token.is_blank())
            .collect();
        let assignments = seen.get(1..).unwrap_or_default();
        for assignment in assignments.split(|token| token.is_symbol(",")) {
            self.assign(assignment);
        }
    }

    fn assign(&mut self, assignment: &[Token<'_>]) {
        if let [names, set, rest @ ..] = assignment
            && names.is("NAMES")
        {
            self.put("character_set_client", set.text);
            let collation = rest.iter().skip_while(|token| !token.is("COLLATE")).nth(1);
            self.put(
                "collation_connection",
                collation.map_or("", |token| token.text),
            );
            return;
        }
        let mut sides = assignment.splitn(2, |token| token.is_symbol("="));
        let (Some(target), Some(value)) = (sides.next(), sides.next()) else {
            return;
        };
        let target = variable(target);
        let value = match value {
            [one] if one.kind == Kind::Text => plain_text(one.text),
            [one] => one.text.to_owned(),
            _ => {
                let copied = variable(value);
                self.values.get(&copied).cloned().unwrap_or_default()
            }
        };
        self.put(&target, &value);
    }

    fn put(&mut self, name: &str, value: &str) {
        self.values
            .insert(name.to_owned(), value.trim_matches('\'').to_owned());
    }
}

/// The name of a setting or of a user's variable.
fn variable(side: &[Token<'_>]) -> String {
    let signs = side.iter().take_while(|token| token.is_symbol("@")).count();
    let name = side
        .last()
        .map_or(String::new(), |token| token.text.to_ascii_lowercase());
    match signs {
        1 => format!("@{name}"),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_kept_changed_and_brought_back() {
        let mut settings = Settings::default();
        assert_eq!(settings.charset(), Charset::Utf8);
        for statement in [
            "/*!40101 SET NAMES latin1 */",
            "/*!40101 SET @OLD_TIME_ZONE=@@TIME_ZONE, TIME_ZONE='+00:00' */",
            "/*!40101 SET @saved_cs_client     = @@character_set_client */",
            "/*!50003 SET character_set_client  = utf8mb3 */ ",
            "/*!50003 SET sql_mode              = 'A,B' */",
        ] {
            settings.set(statement);
        }
        assert_eq!(settings.get("character_set_client"), "utf8mb3");
        assert_eq!(settings.get("sql_mode"), "A,B");
        assert_eq!(settings.get("time_zone"), "+00:00");
        settings.set("SET @@session.character_set_client = @saved_cs_client");
        assert_eq!(settings.charset(), Charset::Latin1);
        settings.set("SET TIME_ZONE=@OLD_TIME_ZONE");
        assert_eq!(settings.get("time_zone"), "");
    }
}
