//! One entry of an archive: an object, or a piece of its data.

use super::header::{Format, Header, Version};
use super::primitives::{Reader, Writer};
use super::text::Text;
use std::io::Read;
use weir_model::error::Result;

/// The number by which entries name each other within one archive, from 1 on.
pub(crate) type DumpId = u32;

/// The largest [`DumpId`] that the format can write.
pub(super) const MOST_DUMP_ID: DumpId = i32::MAX.unsigned_abs();
/// What every `pg_dump` since 12 writes where older ones said whether a table has row numbers.
const WITH_OIDS: &[u8] = b"false";

/// Where an object is found in the catalogue of its database; zeros for what is in none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct CatalogId {
    /// The OID of the catalogue table, e.g. 1259 for `pg_class`.
    pub(crate) table: u32,
    /// The OID of the object in it.
    pub(crate) object: u32,
}

/// When a restore makes an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Section {
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
    fn read<R: Read>(reader: &mut Reader<R>) -> Result<Self> {
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

/// Where a custom archive says that the data of an entry begin. Its reader goes from block to
/// block and needs it only to write it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Offset {
    /// 1 not known, as in a dump through a pipe; 2 known; 3 there are no data.
    pub(super) state: u8,
    pub(super) position: u64,
}

impl Offset {
    fn read<R: Read>(reader: &mut Reader<R>) -> Result<Self> {
        let what = "where data begin";
        let state = reader.byte(what)?;
        if !(1..=3).contains(&state) {
            return Err(reader.wrong(what, &format!("there is no state {state}")));
        }
        let position = u64::from_le_bytes(reader.array(what)?);
        Ok(Self { state, position })
    }

    fn write(self, writer: &mut Writer) {
        writer.byte(self.state);
        writer.raw(&self.position.to_le_bytes());
    }
}

/// An entry. No text at all (`None`) and an empty text are not the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its number.
    pub(crate) dump_id: DumpId,
    /// Whether it has a file of data, or had one to write.
    pub(crate) had_dumper: bool,
    /// Where the object is found in the catalogue.
    pub(crate) catalog_id: CatalogId,
    /// The object's name, unquoted; of several parts for some kinds (`people people_pkey`).
    pub(crate) tag: Option<Text>,
    /// The kind of object, e.g. `TABLE` or `TABLE DATA`.
    pub(crate) description: Text,
    /// When a restore makes it.
    pub(crate) section: Section,
    /// The statements that make it.
    pub(crate) definition: Option<Text>,
    /// The statement that drops it.
    pub(crate) drop_statement: Option<Text>,
    /// The `COPY` that loads its data.
    pub(crate) copy_statement: Option<Text>,
    /// Its schema, unquoted.
    pub(crate) namespace: Option<Text>,
    /// Its tablespace; empty for the database's own, `None` where it can have none.
    pub(crate) tablespace: Option<Text>,
    /// Its table access method.
    pub(crate) table_access_method: Option<Text>,
    /// The letter of its kind in `pg_class`, 0 for none; always 0 before 1.16.
    pub(crate) relation_kind: u8,
    /// Its owner, unquoted.
    pub(crate) owner: Option<Text>,
    /// The entries that a restore must make before. Some name entries that are in no archive.
    pub(crate) dependencies: Vec<DumpId>,
    /// The name of its file of data, without the ending that tells the compression: in a
    /// directory.
    pub(crate) file_name: Option<Text>,
    /// Where its data begin: in a custom archive.
    pub(crate) offset: Option<Offset>,
}

impl Entry {
    pub(super) fn read<R: Read>(reader: &mut Reader<R>, header: &Header) -> Result<Self> {
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
            relation_kind: relation_kind(reader, header.version)?,
            owner: reader.text("an owner")?,
            dependencies: {
                without_oids(reader)?;
                dependencies(reader)?
            },
            file_name: match header.format {
                Format::Custom => None,
                Format::Directory => reader.text("a file's name")?,
            },
            offset: match header.format {
                Format::Custom => Some(Offset::read(reader)?),
                Format::Directory => None,
            },
        })
    }

    pub(super) fn write(&self, writer: &mut Writer, header: &Header) -> Result<()> {
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
        self.write_relation_kind(writer, header.version)?;
        writer.text(self.owner.as_ref(), "an owner")?;
        writer.text(Some(&WITH_OIDS.to_vec().into()), "a word")?;
        for dependency in &self.dependencies {
            known_dump_id(*dependency)?;
            writer.decimal(*dependency, "a dependency")?;
        }
        writer.text(None, "the end of the dependencies")?;
        self.write_place(writer, header.format)
    }

    fn write_place(&self, writer: &mut Writer, format: Format) -> Result<()> {
        match (format, &self.file_name, self.offset) {
            (Format::Directory, name, None) => writer.text(name.as_ref(), "a file's name"),
            (Format::Custom, None, Some(offset)) => {
                offset.write(writer);
                Ok(())
            }
            _ => Err(Writer::impossible(format!(
                "entry {} keeps its data as the other format does",
                self.dump_id
            ))),
        }
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
    pub(crate) fn is(&self, description: &str) -> bool {
        self.description == description
    }
}

/// The number of an entry, which is above 0.
pub(super) fn dump_id<R: Read>(reader: &mut Reader<R>) -> Result<DumpId> {
    match reader.int("the number of an entry")? {
        id @ 1.. => Ok(id.unsigned_abs()),
        _ => Err(reader.wrong("the number of an entry", "it is not above 0")),
    }
}

/// The number as the format writes it.
fn known_dump_id(id: DumpId) -> Result<i32> {
    match i32::try_from(id) {
        Ok(id) if id > 0 => Ok(id),
        _ => Err(Writer::impossible(format!("{id} is no number of an entry"))),
    }
}

fn flag<R: Read>(reader: &mut Reader<R>) -> Result<bool> {
    match reader.int("whether there is data")? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(reader.wrong("whether there is data", "it is neither 0 nor 1")),
    }
}

fn oid<R: Read>(reader: &mut Reader<R>) -> Result<u32> {
    let found = reader.decimal("an OID")?;
    found.ok_or_else(|| reader.wrong("an OID", "it is missing"))
}

fn relation_kind<R: Read>(reader: &mut Reader<R>, version: Version) -> Result<u8> {
    if version < Version::V1_16 {
        return Ok(0);
    }
    let kind = reader.int("a kind of relation")?;
    u8::try_from(kind).map_err(|_| reader.wrong("a kind of relation", "it is no letter"))
}

fn without_oids<R: Read>(reader: &mut Reader<R>) -> Result<()> {
    match reader.string("whether rows have OIDs")?.as_deref() {
        Some(WITH_OIDS) => Ok(()),
        _ => Err(reader.wrong("whether rows have OIDs", "it is not \"false\"")),
    }
}

fn dependencies<R: Read>(reader: &mut Reader<R>) -> Result<Vec<DumpId>> {
    let mut found = Vec::new();
    while let Some(id) = reader.decimal("a dependency")? {
        if id == 0 || id > MOST_DUMP_ID {
            return Err(reader.wrong("a dependency", "it is no number of an entry"));
        }
        found.push(id);
    }
    Ok(found)
}
