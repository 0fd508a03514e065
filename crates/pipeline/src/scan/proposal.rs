//! A ruleset proposed from a scan. It is held against the schema before anybody sees it: a rule
//! that does not fit gives way to the next that may.

use super::keys::{self, Place};
use super::rules::{Proposed, candidates};
use super::tables::{ScannedColumn, ScannedTable};
use std::collections::{BTreeMap, BTreeSet};
use weir_config::problem::Problems;
use weir_mask::{Ruleset, Types};
use weir_model::catalog::{Catalog, Table, TableKind};

/// A ruleset and what it leaves open.
pub(super) struct Proposal {
    pub(super) text: String,
    pub(super) open: Vec<String>,
}

/// Columns that must have one rule, and the rules left to try: the first is the one proposed.
struct Group {
    candidates: Vec<Proposed>,
    tried: usize,
}

impl Group {
    fn proposed(&self) -> Option<&Proposed> {
        self.candidates.get(self.tried)
    }

    /// Goes on to the next rule, if there is one.
    fn advance(&mut self) -> bool {
        let more = self.tried + 1 < self.candidates.len();
        self.tried += usize::from(more);
        more
    }
}

/// The columns of a schema with their rules.
struct Draft<'a> {
    place: &'a str,
    rows: u64,
    catalog: &'a Catalog,
    groups: Vec<Group>,
    /// By table and column.
    members: BTreeMap<(&'a str, &'a str), Member>,
}

/// A column of a group.
struct Member {
    group: usize,
    /// What makes it a key.
    role: Option<String>,
}

/// Proposes a ruleset for what was scanned.
pub(super) fn propose(
    place: &str,
    (catalog, types): (&Catalog, Types),
    scanned: &[ScannedTable],
    rows: u64,
) -> Proposal {
    let mut draft = Draft::new(place, catalog, scanned, rows);
    loop {
        let (text, lines) = draft.write();
        let Err(problems) = judged(&text, catalog, types) else {
            return Proposal {
                text,
                open: draft.undecided(),
            };
        };
        let wrong: BTreeSet<usize> = problems
            .0
            .iter()
            .filter_map(|problem| lines.get(&problem.line).copied())
            .collect();
        let groups = wrong.iter();
        let advanced = groups.filter(|group| draft.advance(**group)).count();
        if advanced == 0 {
            let open = problems.0.iter().map(|problem| problem.message.clone());
            return Proposal {
                text,
                open: open.chain(draft.undecided()).collect(),
            };
        }
    }
}

fn judged(text: &str, catalog: &Catalog, types: Types) -> Result<(), Problems> {
    Ruleset::parse(text, "the proposal")?.check(catalog, types)
}

impl<'a> Draft<'a> {
    fn new(place: &'a str, catalog: &'a Catalog, scanned: &[ScannedTable], rows: u64) -> Self {
        let mut draft = Self {
            place,
            rows,
            catalog,
            groups: Vec::new(),
            members: BTreeMap::new(),
        };
        let mut known: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (table, column) in ruled(catalog) {
            let Some(found) = found(scanned, (table, column)) else {
                continue;
            };
            let (parent, key) = keys::root(catalog, (table, column));
            let group = *known
                .entry((parent.name.as_str(), key.name.as_str()))
                .or_insert_with(|| {
                    draft.groups.push(Group {
                        candidates: Vec::new(),
                        tried: 0,
                    });
                    draft.groups.len() - 1
                });
            let role = keys::role(catalog, (table, column));
            let candidates = candidates(found, role.as_deref());
            let place = (table.name.as_str(), column.name.as_str());
            draft.members.insert(place, Member { group, role });
            if let Some(group) = draft.groups.get_mut(group) {
                // Of columns that share their values, the one that gives most away decides.
                if candidates.len() > group.candidates.len() {
                    group.candidates = candidates;
                }
            }
        }
        draft
    }

    fn advance(&mut self, group: usize) -> bool {
        self.groups.get_mut(group).is_some_and(Group::advance)
    }

    fn rule<'s>(&'s self, table: &'s str, column: &'s str) -> Option<(&'s Member, &'s Proposed)> {
        let member = self.members.get(&(table, column))?;
        Some((member, self.groups.get(member.group)?.proposed()?))
    }

    /// The columns that somebody must decide about.
    fn undecided(&self) -> Vec<String> {
        let columns = self.members.keys().filter(|(table, column)| {
            let rule = self.rule(table, column);
            rule.is_some_and(|(_, proposed)| proposed.is_open)
        });
        columns
            .map(|(table, column)| format!("{table}.{column} is kept because no transformer fits"))
            .collect()
    }

    /// The text, and which group stands on which line.
    fn write(&self) -> (String, BTreeMap<usize, usize>) {
        let mut page = Page::default();
        page.line(&format!(
            "# Proposed by `weir scan` from the schema of {} and up to {} rows of each table.",
            self.place, self.rows
        ));
        page.line("# It is a guess: read every line before you name this file with `sanitise:`.");
        page.line("weir-rules: 1");
        let tables = self.catalog.tables.iter();
        let tables: Vec<&Table> = tables
            .filter(|table| table.kind != TableKind::Backing)
            .collect();
        page.line(if tables.is_empty() {
            "tables: {}"
        } else {
            "tables:"
        });
        for table in tables {
            self.table(table, &mut page);
        }
        self.objects(&mut page);
        (page.text, page.groups)
    }

    fn table(&self, table: &Table, page: &mut Page) {
        let name = yaml_key(&table.name);
        if table.kind == TableKind::Virtual {
            page.line(&format!(
                "  {name}: {{drop: true}}  # its module keeps copies of values"
            ));
            return;
        }
        let columns: Vec<_> = table
            .columns
            .iter()
            .filter_map(|column| Some((column, self.rule(&table.name, &column.name)?)))
            .collect();
        if columns.is_empty() {
            page.line(&format!("  {name}: keep  # it has no columns of its own"));
            return;
        }
        page.line(&format!("  {name}:"));
        page.line("    columns:");
        for (column, (member, proposed)) in columns {
            let (key, rule) = (yaml_key(&column.name), &proposed.rule);
            let because = match &member.role {
                Some(role) if rule == "keep" && !proposed.is_open => role,
                _ => &proposed.because,
            };
            let line = format!("      {key}: {rule}  # {}", one_line(because));
            page.grouped(member.group, &line);
        }
    }

    fn objects(&self, page: &mut Page) {
        let objects = self.catalog.objects.iter();
        let carriers = objects.filter(|object| object.carrier && object.kind != "statistics");
        let named: BTreeMap<&str, &str> = carriers
            .map(|object| (object.name.as_str(), object.kind.as_str()))
            .collect();
        if named.is_empty() {
            return;
        }
        page.line("objects:");
        for (name, kind) in named {
            page.line(&format!(
                "  {}: drop  # {kind}: its text may hold values; `keep` it once you have read it",
                yaml_key(name)
            ));
        }
    }
}

/// Lines as they are written.
#[derive(Default)]
struct Page {
    text: String,
    lines: usize,
    groups: BTreeMap<usize, usize>,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
        self.lines += 1;
    }

    fn grouped(&mut self, group: usize, line: &str) {
        self.line(line);
        self.groups.insert(self.lines, group);
    }
}

/// The columns that take rules.
fn ruled(catalog: &Catalog) -> impl Iterator<Item = Place<'_>> {
    let tables = catalog.tables.iter();
    tables
        .filter(|table| table.kind == TableKind::Ordinary)
        .flat_map(|table| table.columns.iter().map(move |column| (table, column)))
        .filter(|(_, column)| !column.generated)
}

fn found<'s>(scanned: &'s [ScannedTable], (table, column): Place<'_>) -> Option<&'s ScannedColumn> {
    let table = scanned.iter().find(|found| found.table == table.name)?;
    let mut columns = table.columns.iter();
    columns.find(|found| found.column == column.name)
}

/// A name as a YAML key: in the quotes of JSON, which YAML has too, unless it is surely plain.
fn yaml_key(name: &str) -> String {
    const WORDS: [&str; 7] = ["null", "true", "false", "yes", "no", "on", "off"];
    let plain = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !WORDS.contains(&name.to_ascii_lowercase().as_str());
    if plain {
        name.to_owned()
    } else {
        serde_json::Value::from(name).to_string()
    }
}

fn one_line(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}
