use super::super::entry::Section;
use super::super::keywords::NOT_UNRESERVED;
use super::super::{Archive, Compression, DumpId, Entry, SequenceSet, TableData, Version};
use super::{VERSIONS, archive, lines};
use weir_model::error::Kind;

/// The columns of each table that are dumped, as `objects.sql` makes them.
const COLUMNS: [(&str, &[&str]); 8] = [
    ("Tab'le", &["id", "person", "select", "Größe"]),
    (
        "between",
        &["values", "json", "name", "system_user", "left"],
    ),
    ("children", &["id", "more"]),
    ("hashed_0", &["m"]),
    ("nothing", &[]),
    ("parents", &["id"]),
    ("parts_1", &["id", "at"]),
    ("people", &["id", "name", "order"]),
];
/// Where each sequence stands.
const SEQUENCES: [(&str, i64, bool); 4] = [
    ("Tab'le_id_seq", 2, true),
    ("apart", 42, true),
    ("it's a sequence", -5, false),
    ("people_id_seq", 17, true),
];

fn text(text: &Option<super::super::Text>) -> String {
    text.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// The same entry, made by us.
fn made_anew(archive: &Archive, entry: &Entry) -> Entry {
    let (schema, tag) = (text(&entry.namespace), text(&entry.tag));
    let owner = text(&entry.owner);
    let named = |kind: &str| {
        let mut entries = archive.entries.iter();
        let found = entries.find(|other| other.is(kind) && other.tag == entry.tag);
        found.unwrap()
    };
    if entry.is("BLOBS") {
        return Entry::large_objects(entry.dump_id);
    }
    if entry.is("SEQUENCE SET") {
        let (_, last_value, is_called) = SEQUENCES
            .into_iter()
            .find(|(name, ..)| *name == tag)
            .unwrap();
        let oid = named("SEQUENCE").catalog_id.object;
        let sequence_entry = archive.sequence(oid).map(|entry| entry.dump_id);
        let set = SequenceSet {
            schema: &schema,
            name: &tag,
            owner: &owner,
            sequence_entry,
            last_value,
            is_called,
        };
        return Entry::sequence_set(entry.dump_id, set);
    }
    let (_, columns) = COLUMNS.into_iter().find(|(name, _)| *name == tag).unwrap();
    let columns: Vec<_> = columns.iter().map(|name| (*name).to_owned()).collect();
    let oid = named("TABLE").catalog_id.object;
    let data = TableData {
        schema: &schema,
        relation: &tag,
        oid,
        columns: &columns,
        owner: &owner,
        table_entry: archive.table(oid).map(|entry| entry.dump_id),
        via_root: (tag == "hashed_0").then_some(("public", "hashed")),
        file_name: &format!("{}.dat", entry.dump_id),
    };
    Entry::table_data(entry.dump_id, data)
}

fn data_of(archive: &Archive) -> impl Iterator<Item = &Entry> {
    let entries = archive.entries.iter();
    entries.filter(|entry| entry.section == Section::Data)
}

#[test]
fn entries_of_data_are_those_that_pg_dump_writes() {
    for version in VERSIONS {
        let archive = archive(version, "full.toc");
        let groups_large_objects = archive.header.version >= Version::V1_16;
        let mut compared = 0;
        for entry in data_of(&archive) {
            if groups_large_objects && (entry.is("BLOBS") || entry.is("BLOB METADATA")) {
                continue;
            }
            let mut made = made_anew(&archive, entry);
            if version != "18" {
                // Older ones know fewer keywords.
                let known =
                    |word: &str| lines(version, "keywords").iter().any(|known| known == word);
                let mut copy = text(&made.copy_statement);
                for newer in ["json", "system_user"]
                    .into_iter()
                    .filter(|word| !known(word))
                {
                    copy = copy.replace(&format!("\"{newer}\""), newer);
                }
                made.copy_statement = made.copy_statement.map(|_| copy.into());
            }
            assert_eq!(&made, entry, "of {version}");
            compared += 1;
        }
        let expected = COLUMNS.len() + SEQUENCES.len() + usize::from(!groups_large_objects);
        assert_eq!(compared, expected, "of {version}");
    }
}

#[test]
fn every_version_knows_no_other_keywords() {
    for version in VERSIONS {
        for word in lines(version, "keywords") {
            assert!(
                NOT_UNRESERVED.contains(&word.as_str()),
                "{word} of {version}"
            );
        }
    }
    assert!(NOT_UNRESERVED.is_sorted());
    assert_eq!(NOT_UNRESERVED.to_vec(), lines("18", "keywords"));
}

#[test]
fn a_completed_schema_is_in_the_order_of_a_full_dump() {
    let order = |archive: &Archive| -> Vec<String> {
        let names = archive.entries.iter();
        names
            .map(|entry| format!("{} {}", entry.description, text(&entry.tag)))
            .collect()
    };
    for version in VERSIONS {
        let full = archive(version, "full.toc");
        let mut completed = archive(version, "sections.toc");
        let first = completed.next_dump_id();
        assert!(completed.entries.iter().all(|entry| entry.dump_id < first));
        let data = (first..).zip(data_of(&full)).map(|(dump_id, entry)| Entry {
            dump_id,
            ..entry.clone()
        });
        completed.insert_data(data.collect());
        assert_eq!(order(&completed), order(&full), "of {version}");
        let bytes = completed.emit().unwrap();
        assert_eq!(Archive::parse(&bytes).unwrap(), completed);
    }
}

#[test]
fn data_go_to_the_end_of_a_schema_without_indexes_and_to_the_start_of_nothing() {
    let mut schema = archive("15", "sections.toc");
    schema
        .entries
        .retain(|entry| entry.section == Section::PreData);
    schema.insert_data(vec![Entry::large_objects(9)]);
    assert!(schema.entries.last().unwrap().is("BLOBS"));
    schema.entries.clear();
    assert_eq!(schema.next_dump_id(), 1);
    schema.insert_data(vec![Entry::large_objects(1)]);
    assert_eq!(schema.entries.len(), 1);
}

/// The entries of large objects, but for their numbers.
fn of_large_objects(archive: &Archive) -> Vec<Entry> {
    let entries = archive.entries.iter();
    let entries = entries.filter(|entry| {
        entry.is("BLOB") || entry.is("BLOBS") || text(&entry.tag).starts_with("LARGE OBJECT")
    });
    let mut entries: Vec<Entry> = entries
        .map(|entry| Entry {
            dump_id: 1,
            dependencies: Vec::new(),
            ..entry.clone()
        })
        .collect();
    entries.sort_by_key(|entry| text(&entry.tag));
    entries
}

#[test]
fn what_the_oldest_version_can_hold_is_converted_to_it() {
    for version in VERSIONS {
        let newer = archive(version, "sections.toc");
        let older = newer.clone().into_version_1_14().unwrap();
        let again = Archive::parse(&older.emit().unwrap()).unwrap();
        assert_eq!(again, older, "of {version}");
        assert_eq!(again.header.version, Version::V1_14);
        assert_eq!(again.entries.len(), newer.entries.len());
        let whole = archive(version, "full.toc").into_version_1_14().unwrap();
        assert_eq!(
            of_large_objects(&whole),
            of_large_objects(&archive("15", "full.toc"))
        );
    }
}

#[test]
fn what_it_cannot_hold_is_refused() {
    let mut no_group = archive("18", "full.toc");
    let mut groups = no_group.entries.iter_mut();
    let group = groups.find(|entry| entry.is("BLOB METADATA")).unwrap();
    group.definition = Some("70001\nother".into());
    let mut zstd = archive("16", "full.toc");
    zstd.set_compression(Compression::Zstd);
    for (archive, kind, cause) in [
        (no_group, Kind::Corrupt, "no list of large objects"),
        (zstd, Kind::Unsupported, "other than gzip"),
    ] {
        let error = archive.into_version_1_14().unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.to_string().contains(cause), "{error}");
    }
}

fn grants(dump_id: DumpId, tag: &str, namespace: &str, definition: &str) -> Entry {
    Entry {
        description: "ACL".into(),
        tag: Some(tag.into()),
        namespace: Some(namespace.into()),
        definition: Some(definition.into()),
        dependencies: vec![dump_id + 100],
        ..Entry::large_objects(dump_id)
    }
}

#[test]
fn who_grants_in_a_schema_is_let_in_first() {
    let mut archive = archive("15", "sections.toc");
    let by_another = "SET SESSION AUTHORIZATION giver;\nGRANT SELECT ON TABLE t TO reader;\n";
    let by_oneself = "GRANT SELECT ON TABLE own TO reader;\n";
    let lets_in = "GRANT USAGE ON SCHEMA \"Odd one\" TO giver;\n";
    archive.entries = vec![
        grants(1, "TABLE t", "Odd one", by_another),
        grants(2, "TABLE own", "Odd one", by_oneself),
        grants(3, "TABLE t", "other", by_another),
        grants(4, "SCHEMA \"Odd one\"", "", lets_in),
    ];
    archive.order_grants();
    let waits = archive.entries.iter().map(|entry| &entry.dependencies[..]);
    let waits: Vec<&[DumpId]> = waits.collect();
    assert_eq!(waits, [&[101, 4][..], &[102], &[103], &[104]]);
}
