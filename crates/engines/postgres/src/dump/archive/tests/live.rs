use super::super::entry::Section;
use super::super::{Archive, CustomReader};
use std::path::Path;
use weir_testkit::postgres::{PostgresServer, ServerAddress};

const DATABASE: &str = "archived";

/// A server with a database of everything that has an entry of its own.
fn server() -> &'static PostgresServer {
    let server = PostgresServer::shared();
    server.create_database(DATABASE);
    let objects = include_str!("../../../../tests/fixtures/archives/objects.sql");
    server.psql(DATABASE, objects).unwrap();
    server
}

/// Dumps into a folder and reads its table of contents.
fn contents(server: &ServerAddress, folder: &Path, options: &[&str]) -> Vec<u8> {
    let file = format!("--file={}", folder.display());
    let options = [&["--format=directory", "--no-sync", &file], options].concat();
    server.run("pg_dump", DATABASE, &options).unwrap();
    std::fs::read(folder.join("toc.dat")).unwrap()
}

/// What `pg_restore` finds in a folder, but for the numbers of the entries.
fn listed(server: &ServerAddress, folder: &Path) -> Vec<String> {
    let options = ["--list", folder.to_str().unwrap()];
    let list = server.run("pg_restore", DATABASE, &options).unwrap();
    let list = String::from_utf8(list).unwrap();
    let entries = list.lines().filter_map(|line| line.split_once("; "));
    let entries = entries.filter(|(number, _)| number.parse::<u32>().is_ok());
    entries.map(|(_, entry)| entry.to_owned()).collect()
}

#[test]
fn the_stock_tools_of_this_machine_write_and_read_the_same() {
    let server = server();
    let scratch = tempfile::tempdir().unwrap();
    let [full, sections, completed] =
        ["full", "sections", "completed"].map(|name| scratch.path().join(name));

    let bytes = contents(server, &full, &[]);
    let archive = Archive::parse(&bytes).unwrap();
    assert!(archive.emit().unwrap() == bytes);
    let custom = server
        .run("pg_dump", DATABASE, &["--format=custom"])
        .unwrap();
    let (before_blocks, mut blocks) = CustomReader::open(&*custom).unwrap();
    assert!(custom.starts_with(&before_blocks.emit().unwrap()));
    while blocks.next_block().unwrap().is_some() {}

    let options = ["--section=pre-data", "--section=post-data"];
    let mut schema = Archive::parse(&contents(server, &sections, &options)).unwrap();
    let mut data = archive.entries;
    data.retain(|entry| entry.section == Section::Data);
    for (dump_id, entry) in (schema.next_dump_id()..).zip(&mut data) {
        entry.dump_id = dump_id;
    }
    schema.insert_data(data);
    std::fs::create_dir(&completed).unwrap();
    std::fs::write(completed.join("toc.dat"), schema.emit().unwrap()).unwrap();
    let listed_anew = listed(server, &completed);
    assert!(!listed_anew.is_empty());
    assert_eq!(listed_anew, listed(server, &full));
}
