//! Completing a schema with data.

use super::entry::Section;
use super::{Archive, CatalogId, Compression, DumpId, Entry};

/// The OID of `pg_class`, where tables and sequences are found.
const PG_CLASS: u32 = 1259;

impl Archive {
    /// The first number that no entry has.
    pub(crate) fn next_dump_id(&self) -> DumpId {
        let ids = self.entries.iter().map(|entry| entry.dump_id);
        ids.max().unwrap_or_default().saturating_add(1)
    }

    /// Says how the data are compressed.
    pub(crate) fn set_compression(&mut self, compression: Compression) {
        self.header.compression = compression;
    }

    /// Puts entries of data where a restore loads data: behind the last object that is made
    /// before, with its comments and grants.
    pub(crate) fn insert_data(&mut self, data: Vec<Entry>) {
        let sections = || self.entries.iter().map(|entry| entry.section);
        let made_before = sections().rposition(|section| section == Section::PreData);
        let behind = made_before.map_or(0, |last| last + 1);
        let belonging = sections().skip(behind);
        let belonging = belonging.take_while(|section| *section == Section::None);
        let at = behind + belonging.count();
        self.entries.splice(at..at, data);
    }

    /// The entry of the table with that OID.
    pub(crate) fn table(&self, oid: u32) -> Option<&Entry> {
        self.relation("TABLE", oid)
    }

    /// The entry of the sequence with that OID.
    pub(crate) fn sequence(&self, oid: u32) -> Option<&Entry> {
        self.relation("SEQUENCE", oid)
    }

    fn relation(&self, kind: &str, oid: u32) -> Option<&Entry> {
        let id = CatalogId {
            table: PG_CLASS,
            object: oid,
        };
        let mut entries = self.entries.iter();
        entries.find(|entry| entry.catalog_id == id && entry.is(kind))
    }
}
