//! A dump that mariadb-dump 10.11 made with `--routines --events --dump-history`.

use super::*;
use crate::catalog::ObjectKind;
use std::collections::BTreeMap;

const SHOP: &[u8] = include_bytes!("shop.sql");

/// Keeps what comes, by the names of tables.
#[derive(Default)]
struct Kept {
    parts: BTreeMap<String, Vec<u8>>,
    open: String,
}

impl Output for &mut Kept {
    fn begin(&mut self, _: &str, table: &str) -> Result<String> {
        table.clone_into(&mut self.open);
        Ok(table.to_owned())
    }

    fn bytes(&mut self, bytes: Bytes) -> Result<()> {
        let part = self.parts.entry(self.open.clone()).or_default();
        part.extend_from_slice(&bytes);
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Gives one byte at a time, so that everything is cut everywhere.
struct Trickle<'a>(&'a [u8]);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = buffer.len().min(1);
        self.0.read(&mut buffer[..length])
    }
}

fn read(dump: &[u8]) -> Result<(Contents, BTreeMap<String, String>)> {
    let mut kept = Kept::default();
    let contents = Reading::new(dump, "shop.sql".to_owned(), &mut kept).read()?;
    contents.schema()?;
    let text = |(name, bytes)| (name, String::from_utf8(bytes).unwrap());
    Ok((contents, kept.parts.into_iter().map(text).collect()))
}

/// The dump with something else in it.
fn changed(from: &str, to: &str) -> Vec<u8> {
    let at = memchr::memmem::find(SHOP, from.as_bytes()).unwrap_or_else(|| panic!("no {from}"));
    [&SHOP[..at], to.as_bytes(), &SHOP[at + from.len()..]].concat()
}

fn refusal(dump: &[u8]) -> (Kind, String) {
    let error = read(dump).err().expect("it is refused");
    (error.kind(), format!("{error:?}"))
}

#[test]
fn rows_are_written_as_ours() {
    let (contents, parts) = read(SHOP).unwrap();
    let tables: Vec<&String> = parts.keys().collect();
    assert_eq!(tables, ["kept", "people"]);
    let people = &parts["people"];
    let rows = "INSERT INTO `people` (`id`,`email`,`born`,`photo`,`price`,`next`) VALUES\n\
                (1,'it\\'s ü;\\n-- Dump completed','2020-01-02 03:04:05',0x00FF275C0A,1.50,5)\n\
                ,(2,NULL,NULL,'',NULL,6)\n;\n";
    assert!(people.ends_with(rows), "{people}");
    assert!(parts["kept"].contains("(`a`,`b`,`row_start`,`row_end`) VALUES\n"));
    let rows: Vec<(String, u64)> = contents
        .digests()
        .into_iter()
        .map(|table| (table.table, table.rows))
        .collect();
    let expected = [("empty_one", 0), ("kept", 2), ("people", 2)];
    assert_eq!(rows, expected.map(|(name, rows)| (name.to_owned(), rows)));
}

#[test]
fn everything_else_is_known_and_nothing_of_weirs_is_taken() {
    let (contents, _) = read(SHOP).unwrap();
    let schema = contents.schema().unwrap();
    assert_eq!(schema.name, "shop");
    assert_eq!(schema.collation, "utf8mb4_general_ci");
    let objects: Vec<(ObjectKind, &str)> = schema
        .objects
        .iter()
        .map(|object| (object.kind, object.name.as_str()))
        .collect();
    assert_eq!(
        objects,
        [
            (ObjectKind::Procedure, "p"),
            (ObjectKind::View, "names"),
            (ObjectKind::View, "a_view"),
            (ObjectKind::Trigger, "tr"),
            (ObjectKind::Event, "ev"),
        ]
    );
    let procedure = &schema.objects[0];
    assert!(
        procedure
            .create
            .ends_with("begin select `people`.id from people; end")
    );
    assert_eq!(procedure.database_collation, "utf8mb4_general_ci");
    assert!(procedure.sql_mode.contains("STRICT_TRANS_TABLES"));
    assert!(
        schema
            .objects
            .iter()
            .all(|object| object.definer == "`root`@`localhost`")
    );
    assert_eq!(schema.objects[4].time_zone, "SYSTEM");
    let sequence = &schema.sequences[0];
    assert_eq!(
        (sequence.name.as_str(), schema.sequences.len()),
        ("numbers", 1)
    );
    assert!(
        sequence
            .create
            .starts_with("CREATE SEQUENCE `numbers` start with 5")
    );
    assert!(
        schema
            .tables
            .iter()
            .any(|table| table.create.contains("nextval(`numbers`)"))
    );
    assert_eq!(contents.view_columns["names"], ["email", "photo"]);
    assert_eq!(
        contents.made_by,
        "MariaDB dump 10.19  Distrib 10.11.19-MariaDB"
    );
    assert!(contents.server.starts_with("10.11."));
    let made_at = contents.made_at.unwrap();
    assert!(
        made_at.parse::<jiff::civil::DateTime>().is_ok(),
        "{made_at}"
    );
}

#[test]
fn however_it_is_cut_it_is_read_the_same() {
    let mut kept = Kept::default();
    let contents = Reading::new(Trickle(SHOP), String::new(), &mut kept)
        .read()
        .unwrap();
    let (whole, parts) = read(SHOP).unwrap();
    assert_eq!(contents.digests(), whole.digests());
    let same = parts
        .iter()
        .all(|(table, text)| kept.parts[table] == text.as_bytes());
    assert!(same && kept.parts.len() == parts.len());
}

#[test]
fn what_is_cut_off_anywhere_or_goes_on_is_corrupt() {
    for end in (0..SHOP.len()).step_by(7).chain([SHOP.len() - 1]) {
        let (kind, text) = refusal(&SHOP[..end]);
        assert_eq!(kind, Kind::Corrupt, "cut off at {end}: {text}");
    }
    for behind in [b"x".as_slice(), b"\n", SHOP] {
        let (kind, text) = refusal(&[SHOP, behind].concat());
        assert_eq!(kind, Kind::Corrupt, "{text}");
        assert!(text.contains("goes on behind its end"));
    }
}

#[test]
fn what_cannot_be_taken_is_refused_in_words() {
    for (from, to, expected) in [
        (
            "-- Dumping data for table `people`",
            "-- ",
            "without the rows of table people",
        ),
        (
            "DROP SEQUENCE IF EXISTS `numbers`",
            "GRANT ALL ON *.* TO `a`",
            "GRANT ALL",
        ),
        (
            "SET NAMES utf8mb4",
            "SET NAMES sjis",
            "value of column email",
        ),
        ("SET TIME_ZONE='+00:00'", "SET @x='+00:00'", "--skip-tz-utc"),
        (", row_start, row_end)", ")", "number of values"),
        (
            "LOCK TABLES `people`",
            "USE `shop`; USE `other`; LOCK TABLES `people`",
            "more than one database",
        ),
    ] {
        let (_, text) = refusal(&changed(from, to));
        assert!(text.contains(expected), "{from}: {text}");
        assert!(!text.contains("it's"), "a value is told: {text}");
    }
    let none = changed("CREATE TABLE `people`", "CREATE TABLE `persons`");
    assert!(refusal(&none).1.contains("--no-create-info"));
}

#[test]
fn rows_come_in_every_way_that_others_write_them() {
    let people = "INSERT INTO `people`";
    for to in ["REPLACE INTO `people`", "INSERT  IGNORE INTO `people`"] {
        let (contents, _) = read(&changed(people, to)).unwrap();
        assert_eq!(contents.digests(), read(SHOP).unwrap().0.digests());
    }
}
