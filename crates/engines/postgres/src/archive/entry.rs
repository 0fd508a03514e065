//! One entry of an archive: an object, or a piece of its data.

use super::header::Version;
use super::primitives::{Reader, Writer};
use super::text::Text;
use weir_model::error::Result;

/// The number by which entries name each other within one archive, from 1 on.
pub type DumpId = u32;

/// The largest [`DumpId`] that the format can write.
pub(super) const MOST_DUMP_ID: DumpId = i32::MAX.unsigned_abs();
/// What every `pg_dump` since 12 writes where older ones said whether a table has row numbers.
const WITH_OIDS: &[u8] = b"false";

/// Where an object is found in the catalogue of its database; zeros for what is in none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct CatalogId {
    /// The OID of the catalogue table, e.g. 1259 for `pg_class`.
    pub table: u32,
    /// The OID of the object in it.
    pub object: u32,
}

/// When a restore makes an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Section {
    /// With the object it belongs to: comments, grants, security labels.
    None,
    /// Before the data.
    PreData,
    /// The data.
    Data,
    /// After the data.
    PostData,
}

impl Section {
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        match reader.int("a section")? {
            1 => Ok(Self::None),
            2 => Ok(Self::PreData),
            3 => Ok(Self::Data),
            4 => Ok(Self::PostData),
            other => Err(reader.wrong("a section", &format!("there is no section {other}"))),
        }
    }

    const fn number(self) -> i32 {
        match self {
            Self::None => 1,
            Self::PreData => 2,
            Self::Data => 3,
            Self::PostData => 4,
        }
    }
}

/// An entry. No text at all (`None`) and an empty text are not the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub dump_id: DumpId,
    /// Whether it has a file of data, or had one to write.
    pub had_dumper: bool,
    /// Where the object is found in the catalogue.
    pub catalog_id: CatalogId,
    /// The object's name, unquoted; of several parts for some kinds (`people people_pkey`).
    pub tag: Option<Text>,
    /// The kind of object, e.g. `TABLE` or `TABLE DATA`.
    pub description: Text,
    /// When a restore makes it.
    pub section: Section,
    /// The statements that make it.
    pub definition: Option<Text>,
    /// The statement that drops it.
    pub drop_statement: Option<Text>,
    /// The `COPY` that loads its data.
    pub copy_statement: Option<Text>,
    /// Its schema, unquoted.
    pub namespace: Option<Text>,
    /// Its tablespace; empty for the database's own, `None` where it can have none.
    pub tablespace: Option<Text>,
    /// Its table access method.
    pub table_access_method: Option<Text>,
    /// The letter of its kind in `pg_class`, 0 for none; always 0 before 1.16.
    pub relation_kind: u8,
    /// Its owner, unquoted.
    pub owner: Option<Text>,
    /// The entries that a restore must make before. Some name entries that are in no archive.
    pub dependencies: Vec<DumpId>,
    /// The name of its file of data, without the ending that tells the compression.
    pub file_name: Option<Text>,
}

impl Entry {
    pub(super) fn read(reader: &mut Reader<'_>, version: Version) -> Result<Self> {
        Ok(Self {
            dump_id: dump_id(reader)?,
            had_dumper: flag(reader)?,
            catalog_id: CatalogId {
                table: oid(reader)?,
                object: oid(reader)?,
            },
            tag: reader.text("a name")?,
            description: reader.some_text("a kind of object")?,
            section: Section::read(reader)?,
            definition: reader.text("a definition")?,
            drop_statement: reader.text("a drop statement")?,
            copy_statement: reader.text("a copy statement")?,
            namespace: reader.text("a schema")?,
            tablespace: reader.text("a tablespace")?,
            table_access_method: reader.text("a table access method")?,
            relation_kind: relation_kind(reader, version)?,
            owner: reader.text("an owner")?,
            dependencies: {
                without_oids(reader)?;
                dependencies(reader)?
            },
            file_name: reader.text("a file's name")?,
        })
    }

    pub(super) fn write(&self, writer: &mut Writer, version: Version) -> Result<()> {
        writer.int(known_dump_id(self.dump_id)?);
        writer.int(self.had_dumper.into());
        writer.decimal(self.catalog_id.table, "a catalogue's OID")?;
        writer.decimal(self.catalog_id.object, "an OID")?;
        writer.text(self.tag.as_ref(), "a name")?;
        writer.text(Some(&self.description), "a kind of object")?;
        writer.int(self.section.number());
        writer.text(self.definition.as_ref(), "a definition")?;
        writer.text(self.drop_statement.as_ref(), "a drop statement")?;
        writer.text(self.copy_statement.as_ref(), "a copy statement")?;
        writer.text(self.namespace.as_ref(), "a schema")?;
        writer.text(self.tablespace.as_ref(), "a tablespace")?;
        writer.text(self.table_access_method.as_ref(), "an access method")?;
        self.write_relation_kind(writer, version)?;
        writer.text(self.owner.as_ref(), "an owner")?;
        writer.text(Some(&WITH_OIDS.to_vec().into()), "a word")?;
        for dependency in &self.dependencies {
            known_dump_id(*dependency)?;
            writer.decimal(*dependency, "a dependency")?;
        }
        writer.text(None, "the end of the dependencies")?;
        writer.text(self.file_name.as_ref(), "a file's name")
    }

    fn write_relation_kind(&self, writer: &mut Writer, version: Version) -> Result<()> {
        if version >= Version::V1_16 {
            writer.int(self.relation_kind.into());
        } else if self.relation_kind != 0 {
            let cause = format!("version {version} has no place for kinds of relations");
            return Err(Writer::impossible(cause));
        }
        Ok(())
    }

    /// Whether it is of that kind, e.g. `TABLE`.
    #[must_use]
    pub fn is(&self, description: &str) -> bool {
        self.description == description
    }
}

fn dump_id(reader: &mut Reader<'_>) -> Result<DumpId> {
    match reader.int("the number of an entry")? {
        id @ 1.. => Ok(id.unsigned_abs()),
        _ => Err(reader.wrong("the number of an entry", "it is not above 0")),
    }
}

/// The number as the format writes it.
fn known_dump_id(id: DumpId) -> Result<i32> {
    match i32::try_from(id) {
        Ok(id) if id > 0 => Ok(id),
        _ => Err(Writer::impossible(format!(
            "{id} is no number of an entry"
        ))),
    }
}

fn flag(reader: &mut Reader<'_>) -> Result<bool> {
    match reader.int("whether there is data")? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(reader.wrong("whether there is data", "it is neither 0 nor 1")),
    }
}

fn oid(reader: &mut Reader<'_>) -> Result<u32> {
    let found = reader.decimal("an OID")?;
    found.ok_or_else(|| reader.wrong("an OID", "it is missing"))
}

fn relation_kind(reader: &mut Reader<'_>, version: Version) -> Result<u8> {
    if version < Version::V1_16 {
        return Ok(0);
    }
    let kind = reader.int("a kind of relation")?;
    u8::try_from(kind).map_err(|_| reader.wrong("a kind of relation", "it is no letter"))
}

fn without_oids(reader: &mut Reader<'_>) -> Result<()> {
    match reader.string("whether rows have OIDs")? {
        Some(WITH_OIDS) => Ok(()),
        _ => Err(reader.wrong("whether rows have OIDs", "it is not \"false\"")),
    }
}

fn dependencies(reader: &mut Reader<'_>) -> Result<Vec<DumpId>> {
    let mut found = Vec::new();
    while let Some(id) = reader.decimal("a dependency")? {
        if id == 0 || id > MOST_DUMP_ID {
            return Err(reader.wrong("a dependency", "it is no number of an entry"));
        }
        found.push(id);
    }
    Ok(found)
}
