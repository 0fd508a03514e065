//! What this user may do, read from what the server grants it.

use crate::config::{Address, Session, identifier, literal};
use weir_engine::Finding;
use weir_model::error::Result;

/// Where a grant holds.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Scope {
    /// Everywhere.
    Server,
    /// In the schemas that match.
    Schemas(String),
    /// On that table.
    Table(String, String),
}

/// What this user may do. Grants on columns and single routines count for nothing here.
#[derive(Debug, Default)]
pub(super) struct Grants {
    granted: Vec<(Vec<String>, Scope)>,
    /// What MySQL takes back in some schemas of what is granted everywhere.
    revoked: Vec<(Vec<String>, Scope)>,
}

impl Grants {
    /// Asks the server, the roles of the session included.
    pub(super) async fn read(session: &mut Session) -> Result<Self> {
        let rows = session
            .rows("ask what may be done on", "SHOW GRANTS")
            .await?;
        let lines: Vec<String> = rows.iter().map(|row| row.text(0)).collect::<Result<_>>()?;
        Ok(Self::of(lines.iter().map(String::as_str)))
    }

    fn of<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut grants = Self::default();
        for line in lines {
            grants.granted.extend(clause(line, "GRANT "));
            grants.revoked.extend(clause(line, "REVOKE "));
        }
        grants
    }

    /// Whether something may be done everywhere.
    pub(super) fn on_server(&self, privilege: &str) -> bool {
        self.has(privilege, |scope| *scope == Scope::Server)
    }

    /// Whether something may be done in a whole schema.
    pub(super) fn in_schema(&self, privilege: &str, schema: &str) -> bool {
        let is_revoked = self.revoked.iter().any(|(taken, scope)| {
            matches!(scope, Scope::Schemas(pattern) if matches_pattern(pattern, schema))
                && taken.iter().any(|one| one == privilege)
        });
        !is_revoked
            && self.has(privilege, |scope| match scope {
                Scope::Server => true,
                Scope::Schemas(pattern) => matches_pattern(pattern, schema),
                Scope::Table(..) => false,
            })
    }

    /// Whether something may be done with that table.
    pub(super) fn on_table(&self, privilege: &str, schema: &str, table: &str) -> bool {
        self.has(privilege, |scope| match scope {
            Scope::Table(of, name) => of == schema && name == table,
            Scope::Server | Scope::Schemas(_) => false,
        }) || self.in_schema(privilege, schema)
    }

    fn has(&self, privilege: &str, holds: impl Fn(&Scope) -> bool) -> bool {
        let gives = |given: &String| given == privilege || given == "ALL PRIVILEGES";
        let mut granted = self.granted.iter();
        granted.any(|(given, scope)| holds(scope) && given.iter().any(gives))
    }

    /// Which of these privileges are missing in a schema.
    pub(super) fn missing(&self, privileges: &[&str], schema: &str) -> Vec<String> {
        let missing = privileges.iter().filter(|one| !self.in_schema(one, schema));
        missing.map(|one| (*one).to_owned()).collect()
    }
}

/// Says that privileges are missing, with the grant to paste, or that none are.
pub(super) async fn told(
    session: &mut Session,
    address: &Address,
    missing: &[String],
    schema: &str,
    what_for: &str,
) -> Result<Finding> {
    let user = &address.user;
    if missing.is_empty() {
        return Ok(Finding::well(format!("{user} may {what_for}")));
    }
    let missing = missing.join(", ");
    let what = format!("{user} may not {what_for}: it lacks {missing}");
    let account = account(session).await?;
    let schema = identifier(&escaped(schema));
    Ok(Finding::failure(
        what,
        format!("GRANT {missing} ON {schema}.* TO {account};"),
    ))
}

/// The account that this user is to the server, as statements name it.
pub(super) async fn account(session: &mut Session) -> Result<String> {
    let row = session
        .row("ask who we are to", "SELECT CURRENT_USER()")
        .await?;
    let account = row.map_or(Ok(String::new()), |row| row.text(0))?;
    Ok(match account.rsplit_once('@') {
        Some((user, host)) => format!("{}@{}", literal(user), literal(host)),
        None => identifier(&account),
    })
}

/// A schema's name in a grant, where `_` and `%` stand for others.
fn escaped(schema: &str) -> String {
    schema.replace('_', "\\_").replace('%', "\\%")
}

/// Reads `GRANT a, b (c) ON x.y TO …` or the like; a grant of a role says nothing by itself.
fn clause(line: &str, verb: &str) -> Option<(Vec<String>, Scope)> {
    let rest = line.strip_prefix(verb)?;
    let (given, rest) = rest.split_once(" ON ")?;
    let scope = scope(rest)?;
    let given = given
        .split(',')
        .map(str::trim)
        .filter(|one| !one.ends_with(')'));
    Some((given.map(str::to_uppercase).collect(), scope))
}

fn scope(text: &str) -> Option<Scope> {
    if text.starts_with("*.* ") {
        return Some(Scope::Server);
    }
    let (schema, rest) = quoted(text)?;
    let rest = rest.strip_prefix('.')?;
    if rest.starts_with("* ") {
        return Some(Scope::Schemas(schema));
    }
    Some(Scope::Table(schema, quoted(rest)?.0))
}

/// The name in backticks at the beginning of a text, and what stands behind it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('`')?;
    let mut name = String::new();
    loop {
        let (part, behind) = rest.split_once('`')?;
        name.push_str(part);
        match behind.strip_prefix('`') {
            Some(more) => {
                name.push('`');
                rest = more;
            }
            None => return Some((name, behind)),
        }
    }
}

/// Whether a name matches a pattern in which `_` is any letter, `%` any letters, and a backslash
/// takes that away.
fn matches_pattern(pattern: &str, name: &str) -> bool {
    let (mut pattern, mut name) = (pattern.chars(), name.chars());
    while let Some(letter) = pattern.next() {
        match letter {
            '%' => {
                let rest = pattern.as_str();
                return (0..=name.as_str().len()).any(|at| {
                    let behind = name.as_str().get(at..);
                    behind.is_some_and(|behind| matches_pattern(rest, behind))
                });
            }
            '_' if name.next().is_some() => {}
            '\\' if pattern
                .next()
                .is_some_and(|meant| name.next() == Some(meant)) => {}
            '_' | '\\' => return false,
            letter if name.next() == Some(letter) => {}
            _ => return false,
        }
    }
    name.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_are_read() {
        let grants = Grants::of(
            [
                "GRANT `reader` TO `weir`@`%`",
                "GRANT RELOAD, PROCESS ON *.* TO `weir`@`%` IDENTIFIED BY PASSWORD '*1234'",
                "GRANT SELECT, SHOW VIEW ON `a\\_b%`.* TO `weir`@`%`",
                "GRANT SELECT (`id`, `x`), INSERT ON `app`.`p` TO `weir`@`%`",
                "GRANT EXECUTE ON FUNCTION `app`.`f` TO `weir`@`%`",
                "GRANT ALL PRIVILEGES ON `own`.* TO `weir`@`%` WITH GRANT OPTION",
                "GRANT BACKUP_ADMIN,SHOW_ROUTINE ON *.* TO `weir`@`%`",
                "REVOKE TRIGGER ON `own`.* FROM `weir`@`%`",
            ]
            .into_iter(),
        );
        assert!(grants.on_server("RELOAD") && !grants.on_server("SUPER"));
        assert!(grants.in_schema("SHOW VIEW", "a_bc") && !grants.in_schema("SHOW VIEW", "axb"));
        assert!(grants.in_schema("RELOAD", "anything"));
        assert!(grants.in_schema("EVENT", "own") && !grants.in_schema("EVENT", "ow"));
        assert!(grants.on_server("SHOW_ROUTINE") && !grants.in_schema("TRIGGER", "own"));
        assert!(grants.on_table("INSERT", "app", "p") && !grants.on_table("SELECT", "app", "p"));
        let missing = grants.missing(&["SELECT", "TRIGGER"], "a_b");
        assert_eq!(missing, ["TRIGGER"]);
    }
}
