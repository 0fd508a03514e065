//! How entries of an archive are called in a catalog.

use super::qualified;
use crate::dump::archive::Entry;

/// Kinds of entries: `pg_dump`'s word, the catalog's, and whether the text may hold values of
/// rows, so that a clean copy takes it only by name.
const KINDS: [(&str, &str, bool); 44] = [
    ("ENCODING", "encoding", false),
    ("SCHEMA", "schema", false),
    ("EXTENSION", "extension", false),
    ("TYPE", "type", false),
    ("SHELL TYPE", "shell-type", false),
    ("DOMAIN", "domain", false),
    ("FUNCTION", "function", true),
    ("PROCEDURE", "procedure", true),
    ("AGGREGATE", "aggregate", true),
    ("OPERATOR", "operator", false),
    ("OPERATOR CLASS", "operator-class", false),
    ("OPERATOR FAMILY", "operator-family", false),
    ("CAST", "cast", false),
    ("COLLATION", "collation", false),
    ("CONVERSION", "conversion", false),
    ("ACCESS METHOD", "access-method", false),
    ("PROCEDURAL LANGUAGE", "language", false),
    ("TRANSFORM", "transform", false),
    ("TEXT SEARCH PARSER", "text-search-parser", false),
    ("TEXT SEARCH DICTIONARY", "text-search-dictionary", false),
    ("TEXT SEARCH TEMPLATE", "text-search-template", false),
    (
        "TEXT SEARCH CONFIGURATION",
        "text-search-configuration",
        false,
    ),
    ("FOREIGN DATA WRAPPER", "foreign-data-wrapper", false),
    // Their options may be passwords of other servers.
    ("SERVER", "server", true),
    ("USER MAPPING", "user-mapping", true),
    ("FOREIGN TABLE", "foreign-table", false),
    // A table with rows is found among the tables; these are the others.
    ("TABLE", "partitioned-table", false),
    ("TABLE ATTACH", "partition", false),
    ("VIEW", "view", true),
    ("MATERIALIZED VIEW", "materialized-view", true),
    ("SEQUENCE", "sequence", false),
    ("SEQUENCE OWNED BY", "sequence-owner", false),
    ("DEFAULT", "default", false),
    ("CONSTRAINT", "constraint", false),
    ("CHECK CONSTRAINT", "check-constraint", false),
    ("FK CONSTRAINT", "foreign-key", false),
    ("INDEX", "index", false),
    ("INDEX ATTACH", "index-partition", false),
    ("STATISTICS", "extended-statistics", false),
    ("RULE", "rule", true),
    ("TRIGGER", "trigger", true),
    ("EVENT TRIGGER", "event-trigger", true),
    ("POLICY", "policy", true),
    ("ROW SECURITY", "row-security", false),
];

/// More of them, which a list of that length would make hard to read.
const OTHERS: [(&str, &str, bool); 8] = [
    ("PUBLICATION", "publication", false),
    ("PUBLICATION TABLE", "published-table", false),
    ("PUBLICATION TABLES IN SCHEMA", "published-schema", false),
    ("SUBSCRIPTION", "subscription", true),
    ("ACL", "grants", false),
    ("DEFAULT ACL", "default-grants", false),
    ("COMMENT", "comment", true),
    ("SECURITY LABEL", "security-label", true),
];

/// The name under which all large objects stand in a catalog.
const LARGE_OBJECTS: (&str, &str) = ("large-objects", "all");

fn known() -> impl Iterator<Item = &'static (&'static str, &'static str, bool)> {
    KINDS.iter().chain(&OTHERS)
}

/// Kind and name of what an entry defines; `None` for data, and for what belongs to the database
/// itself or to single large objects, which come and go as rows do.
pub(crate) fn object_of(entry: &Entry) -> Option<(&'static str, String)> {
    if is_large_object(entry) {
        let (kind, name) = LARGE_OBJECTS;
        return Some((kind, name.to_owned())).filter(|_| entry.is("BLOB"));
    }
    if is_state(entry) || is_of_database(entry) {
        return None;
    }
    let description = entry.description.as_str().unwrap_or_default();
    let (_, kind, _) = known().find(|(word, ..)| *word == description)?;
    let text = |text: Option<&crate::dump::archive::Text>| {
        text.map(ToString::to_string).unwrap_or_default()
    };
    let (schema, name) = (text(entry.namespace.as_ref()), text(entry.tag.as_ref()));
    Some((kind, qualified(&schema, &name)))
}

/// Whether an entry is data rather than the definition of something.
pub(crate) fn is_state(entry: &Entry) -> bool {
    const STATES: [&str; 6] = [
        "TABLE DATA",
        "SEQUENCE SET",
        "MATERIALIZED VIEW DATA",
        "BLOBS",
        "BLOB METADATA",
        "STATISTICS DATA",
    ];
    STATES.iter().any(|state| entry.is(state))
}

/// Whether an entry is a large object, or says something about one.
pub(crate) fn is_large_object(entry: &Entry) -> bool {
    entry.is("BLOB") || says_of(entry, b"LARGE OBJECT")
}

/// Whether an entry says something about what has a tag that begins so.
fn says_of(entry: &Entry, tag: &[u8]) -> bool {
    const SAID: [&str; 3] = ["ACL", "COMMENT", "SECURITY LABEL"];
    let tagged = entry.tag.as_ref().map(|known| known.as_bytes());
    SAID.iter().any(|word| entry.is(word)) && tagged.is_some_and(|known| known.starts_with(tag))
}

/// Whether entries of that kind are known: what they hold, and so what a rule says of it.
pub(crate) fn is_known(entry: &Entry) -> bool {
    let description = entry.description.as_str().unwrap_or_default();
    is_state(entry)
        || is_large_object(entry)
        || is_of_database(entry)
        || ["STDSTRINGS", "SEARCHPATH"].contains(&description)
        || known().any(|(word, ..)| *word == description)
}

/// Kind and name of what can hold values of rows in its own text or bytes, as rules call it.
pub(crate) fn carrier_of(entry: &Entry) -> Option<(&'static str, String)> {
    if entry.is("BLOBS") || is_large_object(entry) {
        return Some((LARGE_OBJECTS.0, LARGE_OBJECTS.1.to_owned()));
    }
    object_of(entry).filter(|(kind, _)| is_carrier(kind))
}

/// Whether an entry is the database itself, or says something about it: these are the target's.
pub(crate) fn is_of_database(entry: &Entry) -> bool {
    entry.is("DATABASE") || entry.is("DATABASE PROPERTIES") || says_of(entry, b"DATABASE ")
}

/// Whether the text of that kind of object may hold values of rows.
pub(super) fn is_carrier(kind: &str) -> bool {
    kind == LARGE_OBJECTS.0 || known().any(|(_, name, carrier)| *name == kind && *carrier)
}
