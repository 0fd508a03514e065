//! What lies where in a column of JSON documents.

use super::tables::Held;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use weir_detect::Profile;
use weir_engine::Replacement;

/// Documents that are looked into, at most.
const MOST_DOCUMENTS: usize = 200;
/// Paths at most: where there are more, their names are data themselves.
const MOST_PATHS: usize = 64;
/// A path must be in one of so many documents: a name seen once may be somebody's.
const SELDOM: usize = 20;

/// One place in the documents of a column.
#[derive(Debug, Serialize)]
pub struct ScannedPath {
    /// The path, as a ruleset names it.
    pub path: String,
    /// What it likely holds, the likeliest first.
    pub holds: Vec<Held>,
    /// Whether that is personal or secret.
    pub sensitive: bool,
}

/// The places that many of the documents have; none where names of places are data.
pub(super) fn paths<'a>(
    table: &str,
    values: impl Iterator<Item = &'a Replacement>,
) -> Vec<ScannedPath> {
    let mut search = Search {
        table,
        found: BTreeMap::new(),
    };
    let texts = values.filter_map(super::tables::bytes);
    let mut documents = 0;
    for text in texts.take(MOST_DOCUMENTS) {
        if let Ok(document) = serde_json::from_slice(text) {
            search.look(&document, "$", "");
            documents += 1;
        }
        if search.found.len() > MOST_PATHS {
            return Vec::new();
        }
    }
    search.often(documents)
}

/// A path's values: how many there were, and what they look like.
struct Place {
    seen: usize,
    profile: Profile,
}

struct Search<'a> {
    table: &'a str,
    found: BTreeMap<String, Place>,
}

impl Search<'_> {
    /// Looks below `path`, whose last name is `name`.
    fn look(&mut self, value: &Value, path: &str, name: &str) {
        if self.found.len() > MOST_PATHS {
            return;
        }
        match value {
            Value::Object(members) => {
                for (key, member) in members {
                    if is_plain(key) {
                        self.look(member, &format!("{path}.{key}"), key);
                    }
                }
            }
            Value::Array(elements) => {
                let path = format!("{path}[*]");
                for element in elements {
                    self.look(element, &path, name);
                }
            }
            Value::Null => {}
            Value::String(text) => self.leaf(path, name, text.as_bytes()),
            other => self.leaf(path, name, other.to_string().as_bytes()),
        }
    }

    fn leaf(&mut self, path: &str, name: &str, value: &[u8]) {
        let table = self.table;
        let place = self.found.entry(path.to_owned()).or_insert_with(|| Place {
            seen: 0,
            profile: Profile::new(table, name, ""),
        });
        place.seen += 1;
        place.profile.add(Some(value));
    }

    fn often(self, documents: usize) -> Vec<ScannedPath> {
        let least = (documents / SELDOM).max(1);
        let often = self
            .found
            .into_iter()
            .filter(|(_, place)| place.seen >= least);
        often
            .map(|(path, place)| {
                let verdict = place.profile.verdict();
                ScannedPath {
                    path,
                    holds: verdict.what.into_iter().map(Held::from).collect(),
                    sensitive: verdict.sensitive,
                }
            })
            .collect()
    }
}

/// Whether a member's name is a name, and no value that somebody used as one.
fn is_plain(key: &str) -> bool {
    let mut found = Vec::new();
    weir_detect::find(key.as_bytes(), &mut found);
    let starts = key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let rest = key
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    starts && rest && found.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(documents: &[&str]) -> Vec<(String, bool)> {
        let texts: Vec<Replacement> = documents
            .iter()
            .map(|text| Replacement::Text((*text).to_owned()))
            .collect();
        let paths = paths("users", texts.iter());
        paths
            .into_iter()
            .map(|path| (path.path, path.sensitive))
            .collect()
    }

    #[test]
    fn places_are_named_and_judged() {
        let documents = [
            r#"{"contact": {"email": "ada@gmx.de"}, "tags": ["a", "b"], "theme": "dark"}"#,
            r#"{"contact": {"email": "eva@gmx.de"}, "tags": [], "theme": "light"}"#,
        ];
        assert_eq!(
            told(&documents),
            [
                ("$.contact.email".to_owned(), true),
                ("$.tags[*]".to_owned(), false),
                ("$.theme".to_owned(), false)
            ]
        );
    }

    #[test]
    fn values_used_as_names_are_not_told() {
        assert_eq!(told(&[r#"{"ada@gmx.de": 1}"#]), []);
        let many: Vec<String> = (0..100)
            .map(|number| format!("{{\"user{number}\": 1}}"))
            .collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(told(&many), []);
    }
}
