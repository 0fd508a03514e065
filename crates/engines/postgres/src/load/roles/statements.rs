//! Where statements name roles, as `pg_dump` writes them.

use crate::config::leading_name;
use crate::dump::archive::{Entry, dumped_identifier};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The roles that an entry names in its definition: whom it grants something to, applies to, or is
/// for.
pub(super) fn named_by(entry: &Entry) -> Vec<String> {
    let Some(text) = entry.definition.as_ref().and_then(|text| text.as_str()) else {
        return Vec::new();
    };
    if entry.is("POLICY") {
        return Policy::parse(text).map_or_else(Vec::new, |policy| policy.roles);
    }
    let places = places_in(entry, text);
    places
        .into_iter()
        .filter_map(|place| name_at(text, place))
        .collect()
}

/// The same definition with other names of roles; those of a policy in the order of their names,
/// since servers tell them in the order in which they were made.
pub(super) fn renamed(entry: &Entry, names: &BTreeMap<String, String>) -> Option<String> {
    let text = entry.definition.as_ref()?.as_str()?;
    let other = |name: String| names.get(&name).cloned().unwrap_or(name);
    if entry.is("POLICY") {
        let mut policy = Policy::parse(text)?;
        let roles: BTreeSet<String> = policy.roles.into_iter().map(other).collect();
        policy.roles = roles.into_iter().collect();
        return Some(policy.text());
    }
    let mut text = text.to_owned();
    for place in places_in(entry, &text).into_iter().rev() {
        if let Some(name) = name_at(&text, place.clone()) {
            text.replace_range(place, &dumped_identifier(&other(name)));
        }
    }
    Some(text)
}

/// A policy for those of its roles that are there; `None` when none is.
pub(super) fn policy_for(text: &str, is_there: impl Fn(&String) -> bool) -> Option<String> {
    let mut policy = Policy::parse(text)?;
    policy.roles.retain(is_there);
    (!policy.roles.is_empty()).then(|| policy.text())
}

/// The roles that a statement about grants names.
pub(crate) fn roles_of(statement: &str) -> Vec<String> {
    let places = places(statement).into_iter();
    places
        .filter_map(|place| name_at(statement, place))
        .collect()
}

fn places_in(entry: &Entry, text: &str) -> Vec<Range<usize>> {
    if entry.is("USER MAPPING") {
        let before = "CREATE USER MAPPING FOR ";
        let rest = text.strip_prefix(before);
        return rest
            .and_then(|rest| place_of(rest, before.len()))
            .into_iter()
            .collect();
    }
    if !entry.is("ACL") && !entry.is("DEFAULT ACL") {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut from = 0;
    for statement in text.split_inclusive(";\n") {
        let places = places(statement).into_iter();
        found.extend(places.map(|place| place.start + from..place.end + from));
        from += statement.len();
    }
    found
}

/// Where a statement about grants names roles, in order.
fn places(statement: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for begin in [
        "SET SESSION AUTHORIZATION ",
        "ALTER DEFAULT PRIVILEGES FOR ROLE ",
    ] {
        let rest = statement.strip_prefix(begin);
        found.extend(rest.and_then(|rest| place_of(rest, begin.len())));
    }
    let begins = ["GRANT ", "REVOKE ", "ALTER DEFAULT PRIVILEGES "];
    if begins.iter().any(|begin| statement.starts_with(begin)) {
        found.extend(grantee(statement));
    }
    found
}

/// Where the role stands that a grant is to: a name with which the statement ends.
fn grantee(statement: &str) -> Option<Range<usize>> {
    let whole = statement.trim_end().trim_end_matches(';');
    let whole = whole.strip_suffix(" WITH GRANT OPTION").unwrap_or(whole);
    [" TO ", " FROM "].iter().find_map(|before| {
        whole.match_indices(before).find_map(|(at, _)| {
            let from = at + before.len();
            let (_, rest) = leading_name(whole.get(from..)?)?;
            rest.is_empty().then_some(from..whole.len())
        })
    })
}

/// Where the name stands that a text begins with, which is itself at `from`.
fn place_of(text: &str, from: usize) -> Option<Range<usize>> {
    let (_, rest) = leading_name(text)?;
    Some(from..from + text.len() - rest.len())
}

/// The role at a place; `None` for everybody.
fn name_at(text: &str, place: Range<usize>) -> Option<String> {
    let name = text.get(place)?;
    if name.eq_ignore_ascii_case("public") {
        return None;
    }
    leading_name(name).map(|(name, _)| name)
}

/// A policy that is for some roles only.
struct Policy {
    before: String,
    roles: Vec<String>,
    after: String,
}

impl Policy {
    fn parse(text: &str) -> Option<Self> {
        let (_, rest) = leading_name(text.strip_prefix("CREATE POLICY ")?)?;
        let (_, rest) = leading_name(rest.strip_prefix(" ON ")?)?;
        let (_, rest) = leading_name(rest.strip_prefix('.')?)?;
        let rest = rest.strip_prefix(" AS RESTRICTIVE").unwrap_or(rest);
        let rest = match rest.strip_prefix(" FOR ") {
            Some(rest) => rest.trim_start_matches(|letter: char| letter.is_ascii_uppercase()),
            None => rest,
        };
        let mut rest = rest.strip_prefix(" TO ")?;
        let before = text.get(..text.len() - rest.len())?.to_owned();
        let mut roles = Vec::new();
        loop {
            let (role, more) = leading_name(rest)?;
            roles.push(role);
            rest = more;
            match rest.strip_prefix(", ") {
                Some(more) => rest = more,
                None => break,
            }
        }
        Some(Self {
            before,
            roles,
            after: rest.to_owned(),
        })
    }

    fn text(&self) -> String {
        let roles: Vec<_> = self
            .roles
            .iter()
            .map(|role| dumped_identifier(role))
            .collect();
        format!("{}{}{}", self.before, roles.join(", "), self.after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dump::archive::Text;

    fn entry(description: &str, definition: &str) -> Entry {
        Entry {
            description: description.into(),
            definition: Some(Text::from(definition)),
            ..Entry::large_objects(1)
        }
    }

    #[test]
    fn the_roles_of_grants_are_found() {
        let cases: [(&str, &[&str]); 7] = [
            ("GRANT SELECT ON TABLE public.t TO reader;\n", &["reader"]),
            (
                "GRANT ALL ON SCHEMA s TO \"Odd \"\"one\" WITH GRANT OPTION;\n",
                &["Odd \"one"],
            ),
            (
                "GRANT ALL ON TABLE s.\"a TO b\" TO \"c FROM d\";\n",
                &["c FROM d"],
            ),
            ("REVOKE ALL ON TABLE public.t FROM PUBLIC;\n", &[]),
            ("SET SESSION AUTHORIZATION giver;\n", &["giver"]),
            ("RESET SESSION AUTHORIZATION;\n", &[]),
            (
                "ALTER DEFAULT PRIVILEGES FOR ROLE maker IN SCHEMA s GRANT SELECT ON TABLES  TO reader;\n",
                &["maker", "reader"],
            ),
        ];
        for (statement, expected) in cases {
            assert_eq!(roles_of(statement), expected, "{statement}");
        }
    }

    #[test]
    fn roles_get_other_names_wherever_they_stand() {
        let names = [("reader", "Other reader"), ("maker", "builder")];
        let names = names.map(|(from, to)| (from.to_owned(), to.to_owned()));
        let names = BTreeMap::from(names);
        let cases = [
            (
                "ACL",
                "REVOKE ALL ON TABLE s.reader FROM maker;\nGRANT ALL ON TABLE s.reader TO reader WITH GRANT OPTION;\n",
                "REVOKE ALL ON TABLE s.reader FROM builder;\nGRANT ALL ON TABLE s.reader TO \"Other reader\" WITH GRANT OPTION;\n",
            ),
            (
                "DEFAULT ACL",
                "ALTER DEFAULT PRIVILEGES FOR ROLE maker GRANT SELECT ON TABLES  TO reader;\n",
                "ALTER DEFAULT PRIVILEGES FOR ROLE builder GRANT SELECT ON TABLES  TO \"Other reader\";\n",
            ),
            (
                "USER MAPPING",
                "CREATE USER MAPPING FOR reader SERVER reader;\n",
                "CREATE USER MAPPING FOR \"Other reader\" SERVER reader;\n",
            ),
            (
                "USER MAPPING",
                "CREATE USER MAPPING FOR public SERVER reader;\n",
                "CREATE USER MAPPING FOR public SERVER reader;\n",
            ),
            (
                "POLICY",
                "CREATE POLICY reader ON s.t AS RESTRICTIVE FOR SELECT TO zoe, reader, maker USING ((who = ' TO reader'));\n",
                "CREATE POLICY reader ON s.t AS RESTRICTIVE FOR SELECT TO \"Other reader\", builder, zoe USING ((who = ' TO reader'));\n",
            ),
        ];
        for (description, definition, expected) in cases {
            let found = renamed(&entry(description, definition), &names);
            assert_eq!(found.as_deref(), Some(expected));
        }
        let all = "CREATE POLICY p ON s.t USING ((who = ' TO reader'));\n";
        assert_eq!(renamed(&entry("POLICY", all), &names), None);
    }

    #[test]
    fn a_policy_is_for_the_roles_that_are_there() {
        let text = "CREATE POLICY p ON public.t TO a, \"B\" WITH CHECK (true);\n";
        let kept = policy_for(text, |role| role == "B");
        let expected = "CREATE POLICY p ON public.t TO \"B\" WITH CHECK (true);\n";
        assert_eq!(kept.as_deref(), Some(expected));
        assert_eq!(policy_for(text, |_| false), None);
    }
}
