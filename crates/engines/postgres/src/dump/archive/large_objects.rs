//! Large objects: an entry for each and one for the content of all, as archives before 1.16 have
//! them. Newer ones group those of the same owner and grants.

use super::entry::Section;
use super::{Archive, CatalogId, DumpId, Entry, Text};
use std::collections::BTreeMap;
use weir_model::error::{Error, Kind, Result};

/// The OID of `pg_largeobject`, in which entries say that they are found.
const PG_LARGEOBJECT: u32 = 2613;
/// The one file that lists them in a directory.
const FILE: &str = "blobs.toc";
/// How statements name one, in front of its number.
const NAMED: &str = "LARGE OBJECT ";
/// Kinds of entries that say something about one.
const ABOUT: [&str; 3] = ["ACL", "COMMENT", "SECURITY LABEL"];

impl Entry {
    /// The entry that makes a large object.
    pub(crate) fn large_object(dump_id: DumpId, oid: u32, owner: Option<Text>) -> Self {
        Self {
            catalog_id: CatalogId {
                table: PG_LARGEOBJECT,
                object: oid,
            },
            section: Section::PreData,
            definition: Some(format!("SELECT pg_catalog.lo_create('{oid}');\n").into()),
            drop_statement: Some(format!("SELECT pg_catalog.lo_unlink('{oid}');\n").into()),
            owner,
            ..Self::of_data(dump_id, "BLOB", &oid.to_string())
        }
    }

    /// An entry that says something about a large object: of kind `ACL`, `COMMENT` or
    /// `SECURITY LABEL`.
    pub(crate) fn about_large_object(
        &self,
        dump_id: DumpId,
        kind: &str,
        definition: String,
    ) -> Self {
        let tag = format!("{NAMED}{}", self.catalog_id.object);
        Self {
            section: Section::None,
            definition: Some(definition.into()),
            owner: self.owner.clone(),
            dependencies: vec![self.dump_id],
            ..Self::of_data(dump_id, kind, &tag)
        }
    }

    /// The one entry of the content of all large objects.
    pub(crate) fn large_objects(dump_id: DumpId) -> Self {
        Self {
            had_dumper: true,
            file_name: Some(FILE.into()),
            ..Self::of_data(dump_id, "BLOBS", "BLOBS")
        }
    }

    /// The same entry in an archive of the format that has the other one.
    fn kept_as(self, other: &Self) -> Self {
        Self {
            file_name: self.file_name.filter(|_| other.offset.is_none()),
            offset: other.offset,
            ..self
        }
    }
}

impl Archive {
    /// Puts each large object of a group into an entry of its own, and the content of all of them
    /// under one.
    ///
    /// # Errors
    /// `corrupt` when a group is none; `unsupported` when what is granted is not in UTF-8.
    pub(super) fn ungroup_large_objects(&mut self) -> Result<()> {
        let mut next = self.next_dump_id();
        let mut groups: BTreeMap<DumpId, Vec<Entry>> = BTreeMap::new();
        let (mut made, mut kept) = (Vec::new(), Vec::new());
        let mut has_content = false;
        for entry in std::mem::take(&mut self.entries) {
            let group = entry.dependencies.first().and_then(|id| groups.get(id));
            if entry.is("BLOB METADATA") {
                let members = members(&entry, &mut next)?;
                made.extend(members.iter().cloned());
                groups.insert(entry.dump_id, members);
            } else if entry.is("BLOBS") {
                let content = Entry::large_objects(entry.dump_id).kept_as(&entry);
                kept.extend((!has_content).then_some(content));
                has_content = true;
            } else if let Some(group) = group.filter(|_| ABOUT.iter().any(|kind| entry.is(kind))) {
                for object in group.iter().filter(|object| is_about(&entry, object)) {
                    let definition = told_of(&entry, object.catalog_id.object)?;
                    let kind = entry.description.to_string();
                    let about = object.about_large_object(next, &kind, definition);
                    made.push(about.kept_as(&entry));
                    next = next.saturating_add(1);
                }
            } else {
                kept.push(entry);
            }
        }
        self.entries = kept;
        self.insert_data(made);
        Ok(())
    }
}

/// The large objects of a group: its definition has a line for each.
fn members(group: &Entry, next: &mut DumpId) -> Result<Vec<Entry>> {
    let numbers = group.definition.as_ref().and_then(|text| text.as_str());
    let mut members = Vec::new();
    for line in numbers.unwrap_or_default().lines() {
        let oid = line.parse().map_err(|_| no_group(group))?;
        let member = Entry::large_object(*next, oid, group.owner.clone());
        members.push(member.kept_as(group));
        *next = next.saturating_add(1);
    }
    Ok(members)
}

/// Whether what is told of a group is told of that member: grants are those of all, and a comment is
/// one's own.
fn is_about(entry: &Entry, object: &Entry) -> bool {
    let tag = entry.tag.as_ref().and_then(|tag| tag.as_str());
    let number = tag.and_then(|tag| tag.strip_prefix(NAMED)?.parse().ok());
    number.is_none_or(|number: u32| number == object.catalog_id.object)
}

/// What is told of a group, of which it names one, of that member.
fn told_of(entry: &Entry, oid: u32) -> Result<String> {
    let text = entry.definition.as_ref().and_then(|text| text.as_str());
    let text = text.ok_or_else(|| not_text(entry))?;
    let mut told = String::with_capacity(text.len());
    // Every second piece is the name of a role in quotes.
    for (place, piece) in text.split('"').enumerate() {
        if place > 0 {
            told.push('"');
        }
        if place % 2 == 1 {
            told.push_str(piece);
            continue;
        }
        let mut pieces = piece.split(NAMED);
        told.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            let rest = piece.trim_start_matches(|letter: char| letter.is_ascii_digit());
            told.push_str(&format!("{NAMED}{oid}{rest}"));
        }
    }
    Ok(told)
}

fn no_group(entry: &Entry) -> Error {
    let cause = format!("entry {} is no list of large objects", entry.dump_id);
    Error::new(
        Kind::Corrupt,
        "read the dump's table of contents (toc.dat)",
        cause,
    )
    .hint("the dump is damaged or was changed: take another one")
}

fn not_text(entry: &Entry) -> Error {
    let cause = format!(
        "entry {} tells of large objects in other than UTF-8",
        entry.dump_id
    );
    Error::new(
        Kind::Unsupported,
        "convert the dump's table of contents to archive version 1.14",
        cause,
    )
    .hint("dump with pg_dump --encoding=UTF8")
}
