use super::super::{Archive, Compression, Content, CustomReader, DumpId, Format};
use super::{VERSIONS, fixture};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::collections::BTreeMap;
use std::io::Write as _;
use weir_model::error::{Kind, Result};

const DUMPS: [&str; 2] = ["plain.dump", "compressed.dump"];

/// The data of an archive: by entry, and the large objects by OID.
#[derive(Debug, Default, PartialEq, Eq)]
struct Everything {
    rows: BTreeMap<DumpId, Vec<u8>>,
    large_objects: BTreeMap<u32, Vec<u8>>,
}

fn read_all(bytes: &[u8]) -> Result<(Archive, Everything)> {
    let (archive, mut reader) = CustomReader::open(bytes)?;
    let mut all = Everything::default();
    while let Some(block) = reader.next_block()? {
        match block.content {
            Content::Data(mut data) => {
                let rows = all.rows.entry(block.dump_id).or_default();
                while let Some(chunk) = data.next_chunk()? {
                    assert!((1..=64 << 10).contains(&chunk.len()));
                    rows.extend_from_slice(&chunk);
                }
            }
            Content::LargeObjects(mut objects) => {
                while let Some((oid, mut data)) = objects.next_object()? {
                    let content = all.large_objects.entry(oid).or_default();
                    while let Some(chunk) = data.next_chunk()? {
                        content.extend_from_slice(&chunk);
                    }
                }
            }
        }
    }
    Ok((archive, all))
}

fn refused(bytes: &[u8], kind: Kind, cause: &str) {
    let error = read_all(bytes).unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(cause), "{error}");
    assert!(error.hint_text().is_some());
}

/// The archive, and what stands behind its table of contents.
fn split(bytes: &[u8]) -> (Archive, &[u8]) {
    let (archive, _) = CustomReader::open(bytes).unwrap();
    let contents = archive.emit().unwrap().len();
    (archive, &bytes[contents..])
}

/// The same archive without the entries that have no data.
fn shortened(bytes: &[u8]) -> Vec<u8> {
    let (mut archive, blocks) = split(bytes);
    archive.entries.retain(|entry| entry.had_dumper);
    [&archive.emit().unwrap(), blocks].concat()
}

/// An archive of one table, numbered 1, and that behind it.
fn one_table(compression: Compression, blocks: &[u8]) -> Vec<u8> {
    let bytes = fixture("18", "plain.dump");
    let (mut archive, _) = split(&bytes);
    archive.header.compression = compression;
    archive.entries.retain(|entry| entry.is("TABLE DATA"));
    archive.entries.truncate(1);
    archive.entries[0].dump_id = 1;
    [&archive.emit().unwrap(), blocks].concat()
}

const GZIP: Compression = Compression::Gzip { level: None };

fn number(number: usize) -> Vec<u8> {
    let magnitude = u32::try_from(number).unwrap().to_le_bytes();
    [&[0], &magnitude[..]].concat()
}

/// A block of data in pieces.
fn block(dump_id: usize, pieces: &[&[u8]]) -> Vec<u8> {
    let mut block = [vec![1], number(dump_id)].concat();
    for piece in pieces {
        block.extend(number(piece.len()));
        block.extend_from_slice(piece);
    }
    block.extend(number(0));
    block
}

fn zlib(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn all_data_of_a_dump_are_read() {
    for version in VERSIONS {
        for name in DUMPS {
            let (archive, all) = read_all(&fixture(version, name)).unwrap();
            let rows = |table: &str| {
                let mut entries = archive.entries.iter();
                let found = entries.find(|entry| {
                    entry.is("TABLE DATA") && entry.tag.as_ref().is_some_and(|tag| *tag == table)
                });
                String::from_utf8(all.rows[&found.unwrap().dump_id].clone()).unwrap()
            };
            assert_eq!(all.rows.len(), 8, "{name} of {version}");
            assert_eq!(rows("nothing"), "\n\\.\n\n\n");
            assert_eq!(rows("children"), "2\t3\n\\.\n\n\n");
            assert!(rows("between").ends_with("50\t50\t50\t50\t50\n\\.\n\n\n"));
            let large = [
                (70_001, b"\xde\xad\xbe\xef".to_vec()),
                (70_002, Vec::new()),
                (4_000_000_000, b"large ".repeat(200)),
            ];
            assert_eq!(all.large_objects, large.into(), "{name} of {version}");
        }
    }
}

#[test]
fn what_is_not_asked_for_is_skipped() {
    for version in VERSIONS {
        for name in DUMPS {
            let bytes = fixture(version, name);
            let (_, mut reader) = CustomReader::open(&*bytes).unwrap();
            let mut blocks = 0;
            while let Some(block) = reader.next_block().unwrap() {
                if let Content::LargeObjects(mut objects) = block.content {
                    assert_eq!(objects.next_object().unwrap().unwrap().0, 70_001);
                    assert_eq!(objects.next_object().unwrap().unwrap().0, 70_002);
                }
                blocks += 1;
            }
            assert_eq!(blocks, 9, "{name} of {version}");
            assert!(reader.next_block().unwrap().is_none());
        }
    }
}

#[test]
fn a_dump_cut_off_anywhere_is_refused() {
    for version in VERSIONS {
        for name in DUMPS {
            let bytes = shortened(&fixture(version, name));
            read_all(&bytes).unwrap();
            for end in 0..bytes.len() {
                let error = read_all(&bytes[..end]).unwrap_err();
                assert_eq!(error.kind(), Kind::Corrupt, "cut at {end}: {error}");
            }
        }
    }
}

#[test]
fn compressed_data_that_changed_are_refused() {
    let bytes = shortened(&fixture("15", "compressed.dump"));
    let (_, blocks) = split(&bytes);
    let content = |all: Everything| {
        (
            all.rows,
            all.large_objects.into_values().collect::<Vec<_>>(),
        )
    };
    let (_, expected) = read_all(&bytes).unwrap();
    let expected = content(expected);
    for at in bytes.len() - blocks.len()..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        match read_all(&changed) {
            Err(error) => assert_eq!(error.kind(), Kind::Corrupt, "changed at {at}: {error}"),
            // Nothing says what the OIDs of large objects should be, nor in what order they come.
            Ok((_, all)) => {
                let (rows, mut large_objects) = content(all);
                large_objects.sort();
                let mut expected = expected.clone();
                expected.1.sort();
                assert!((rows, large_objects) == expected, "changed at {at}");
            }
        }
    }
}

#[test]
fn data_come_in_pieces_of_any_size() {
    let content = b"0123456789".repeat(50_000);
    let plain = one_table(
        Compression::None,
        &block(1, &[&content[..1], &content[1..]]),
    );
    let packed = zlib(&content);
    let (begun, rest) = packed.split_at(packed.len() / 2);
    let pieces: Vec<_> = begun.chunks(1).chain([rest]).collect();
    let packed = one_table(GZIP, &block(1, &pieces));
    for bytes in [plain, packed] {
        let (_, all) = read_all(&bytes).unwrap();
        assert!(all.rows[&1] == content);
    }
}

#[test]
fn blocks_that_do_not_belong_are_refused() {
    let once = block(1, &[b"1\n"]);
    let plain = |blocks: &[u8]| one_table(Compression::None, blocks);
    read_all(&plain(&once)).unwrap();
    refused(
        &plain(b""),
        Kind::Corrupt,
        "the data of 1 entries are missing",
    );
    refused(
        &plain(&[&*once, &*once].concat()),
        Kind::Corrupt,
        "had them before",
    );
    refused(
        &plain(&block(2, &[])),
        Kind::Corrupt,
        "entry 2 has no such data",
    );
    refused(
        &plain(&[&once[..], b"\x02"].concat()),
        Kind::Corrupt,
        "2 is unknown",
    );
    let mut large_objects = once;
    large_objects[0] = 3;
    refused(
        &plain(&large_objects),
        Kind::Corrupt,
        "entry 1 has no such data",
    );
}

#[test]
fn compressed_data_are_one_stream_to_its_end() {
    let packed = zlib(b"1\n");
    let gzip = |content: &[u8]| one_table(GZIP, &block(1, &[content]));
    read_all(&gzip(&packed)).unwrap();
    read_all(&one_table(GZIP, &block(1, &[]))).unwrap();
    let cut = &packed[..packed.len() - 1];
    refused(&gzip(cut), Kind::Corrupt, "has no end");
    let longer = [&*packed, b"x"].concat();
    refused(&gzip(&longer), Kind::Corrupt, "something follows");
    refused(&gzip(b"1\n"), Kind::Corrupt, "is damaged");
}

#[test]
fn other_files_are_refused_in_words() {
    for (compression, name) in [(Compression::Lz4, "lz4"), (Compression::Zstd, "zstd")] {
        refused(&one_table(compression, b""), Kind::Unsupported, name);
    }
    refused(
        &fixture("15", "full.toc"),
        Kind::Unsupported,
        "in a directory",
    );
    refused(b"-- PostgreSQL database dump\n", Kind::Corrupt, "not PGDMP");
    refused(b"", Kind::Corrupt, "the file ends");
}

#[test]
fn a_file_that_cannot_be_read_is_not_called_damaged() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is on fire"))
        }
    }
    let error = CustomReader::open(Broken).err().unwrap();
    assert_eq!(error.kind(), Kind::Source);
}

#[test]
fn entries_of_one_number_are_refused() {
    let bytes = fixture("15", "plain.dump");
    let (mut archive, blocks) = split(&bytes);
    assert_eq!(archive.header.format, Format::Custom);
    archive.entries.retain(|entry| entry.had_dumper);
    archive.entries[1].dump_id = archive.entries[0].dump_id;
    let bytes = [&archive.emit().unwrap(), blocks].concat();
    refused(&bytes, Kind::Corrupt, "two entries have the number");
}

proptest! {
    #[test]
    fn damage_never_panics(
        version in select(VERSIONS.to_vec()),
        name in select(DUMPS.to_vec()),
        edits in vec((any::<Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = shortened(&fixture(version, name));
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Err(error) = read_all(&bytes) {
            prop_assert!(error.hint_text().is_some());
        }
    }
}
