use super::super::entry::{Offset, Section};
use super::super::{
    Archive, CatalogId, Compression, CustomReader, Entry, Format, Header, Text, Version,
};
use super::{VERSIONS, archive, fixture};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use weir_model::error::Kind;

#[test]
fn what_pg_dump_wrote_is_written_again_byte_for_byte() {
    for version in VERSIONS {
        for name in ["full.toc", "sections.toc", "ascii.toc"] {
            let bytes = fixture(version, name);
            assert!(
                archive(version, name).emit().unwrap() == bytes,
                "{name} of {version}"
            );
        }
        for name in ["plain.dump", "compressed.dump"] {
            let bytes = fixture(version, name);
            let (contents, _) = CustomReader::open(&*bytes).unwrap();
            let written = contents.emit().unwrap();
            assert!(bytes.starts_with(&written), "{name} of {version}");
        }
    }
}

#[test]
fn the_header_says_who_wrote_it() {
    let expected = [
        ("15", Version::V1_14, "15.18 (Debian 15.18-0+deb12u1)"),
        ("16", Version::V1_15, "16.2"),
        ("18", Version::V1_16, "18.6"),
    ];
    for (version, written, dump_version) in expected {
        let header = archive(version, "full.toc").header;
        assert_eq!(header.version, written);
        assert_eq!(header.format, Format::Directory);
        assert_eq!(header.compression, Compression::Gzip { level: None });
        assert_eq!(header.database, Some("postgres".into()));
        assert_eq!(header.dump_version, Some(dump_version.into()));
    }
}

#[test]
fn a_table_of_contents_ends_where_it_says() {
    let bytes = fixture("15", "ascii.toc");
    for end in 0..bytes.len() {
        let error = Archive::parse(&bytes[..end]).unwrap_err();
        assert_eq!(error.kind(), Kind::Corrupt, "cut at {end}: {error}");
        assert!(error.hint_text().is_some());
    }
    let longer = [&*bytes, b"\0"].concat();
    assert_eq!(Archive::parse(&longer).unwrap_err().kind(), Kind::Corrupt);
}

#[test]
fn other_archives_are_refused_in_words() {
    let mut older = fixture("15", "ascii.toc");
    older[6] = 13;
    let custom = fixture("15", "plain.dump");
    for (bytes, cause) in [
        (older, "1.13.0, not 1.14 to 1.16"),
        (custom, "not one in a directory"),
    ] {
        let error = Archive::parse(&bytes).unwrap_err();
        assert_eq!(error.kind(), Kind::Unsupported);
        assert!(error.to_string().contains(cause), "{error}");
    }
    let sql = b"-- PostgreSQL database dump\n";
    assert_eq!(Archive::parse(sql).unwrap_err().kind(), Kind::Corrupt);
}

#[test]
fn what_the_format_cannot_hold_is_not_written() {
    let contents = archive("15", "full.toc");
    let refused = |change: fn(&mut Archive)| {
        let mut contents = contents.clone();
        change(&mut contents);
        assert_eq!(contents.emit().unwrap_err().kind(), Kind::Internal);
    };
    refused(|contents| contents.set_compression(Compression::Zstd));
    refused(|contents| contents.entries[0].relation_kind = b'r');
    refused(|contents| contents.entries[0].dump_id = 0);
    refused(|contents| contents.header.format = Format::Custom);
}

fn text() -> impl Strategy<Value = Text> {
    vec(any::<u8>(), 0..12).prop_map(Text::from)
}

fn some_text() -> impl Strategy<Value = Option<Text>> {
    option::of(text())
}

fn header() -> impl Strategy<Value = Header> {
    let level = option::of(1..=9_u8);
    let gzip = level.prop_map(|level| Compression::Gzip { level });
    let older = prop_oneof![Just(Compression::None), gzip];
    let newer = select(vec![
        Compression::None,
        Compression::Gzip { level: None },
        Compression::Lz4,
        Compression::Zstd,
    ]);
    let version = prop_oneof![
        older.prop_map(|compression| (Version::V1_14, compression)),
        newer
            .clone()
            .prop_map(|compression| (Version::V1_15, compression)),
        newer.prop_map(|compression| (Version::V1_16, compression)),
    ];
    let numbers = -i32::MAX..=i32::MAX;
    let created = proptest::array::uniform7(numbers);
    (version, created, [some_text(), some_text(), some_text()]).prop_map(
        |((version, compression), created, [database, server_version, dump_version])| Header {
            version,
            format: Format::Directory,
            compression,
            created,
            database,
            server_version,
            dump_version,
        },
    )
}

fn entry() -> impl Strategy<Value = Entry> {
    let section = select(vec![
        Section::None,
        Section::PreData,
        Section::Data,
        Section::PostData,
    ]);
    let dump_ids = 1..=i32::MAX.unsigned_abs();
    let numbers = (
        dump_ids.clone(),
        any::<bool>(),
        any::<(u32, u32)>(),
        any::<u8>(),
    );
    let texts = proptest::array::uniform9(some_text());
    (numbers, section, text(), texts, vec(dump_ids, 0..3)).prop_map(
        |(numbers, section, description, texts, dependencies)| {
            let (dump_id, had_dumper, (table, object), relation_kind) = numbers;
            let [
                tag,
                definition,
                drop_statement,
                copy_statement,
                namespace,
                rest @ ..,
            ] = texts;
            let [tablespace, table_access_method, owner, file_name] = rest;
            Entry {
                dump_id,
                had_dumper,
                catalog_id: CatalogId { table, object },
                tag,
                description,
                section,
                definition,
                drop_statement,
                copy_statement,
                namespace,
                tablespace,
                table_access_method,
                relation_kind,
                owner,
                dependencies,
                file_name,
                offset: None,
            }
        },
    )
}

fn any_archive() -> impl Strategy<Value = Archive> {
    (header(), vec(entry(), 0..4)).prop_map(|(header, mut entries)| {
        for entry in &mut entries {
            if header.version < Version::V1_16 {
                entry.relation_kind = 0;
            }
        }
        Archive { header, entries }
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(written in any_archive()) {
        let bytes = written.emit().unwrap();
        prop_assert_eq!(Archive::parse(&bytes).unwrap(), written);
    }

    #[test]
    fn so_it_is_in_front_of_blocks(mut written in any_archive(), state in 1..=3_u8, position: u64) {
        written.header.format = Format::Custom;
        for entry in &mut written.entries {
            entry.file_name = None;
            entry.offset = Some(Offset { state, position });
        }
        let bytes = written.emit().unwrap();
        if let Ok((read, _)) = CustomReader::open(&*bytes) {
            prop_assert_eq!(read, written);
        }
    }

    #[test]
    fn damage_is_refused_or_written_again(
        version in select(VERSIONS.to_vec()),
        edits in vec((any::<Index>(), any::<u8>()), 1..4),
        end in option::of(any::<Index>()),
    ) {
        let mut bytes = fixture(version, "ascii.toc");
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(end) = end {
            bytes.truncate(end.index(bytes.len()));
        }
        match Archive::parse(&bytes) {
            Ok(contents) => prop_assert_eq!(contents.emit().unwrap(), bytes),
            Err(error) => prop_assert!(error.hint_text().is_some()),
        }
    }
}
