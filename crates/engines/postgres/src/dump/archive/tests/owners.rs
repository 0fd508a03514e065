use super::{VERSIONS, archive, lines};

/// What `pg_restore` up to 15 calls every kind of relation.
fn as_tables(statement: &str) -> String {
    let kinds = ["ALTER SEQUENCE ", "ALTER VIEW ", "ALTER MATERIALIZED VIEW "];
    kinds.iter().fold(statement.to_owned(), |statement, kind| {
        statement.replace(kind, "ALTER TABLE ")
    })
}

#[test]
fn owners_are_set_as_pg_restore_sets_them() {
    for version in VERSIONS {
        let archive = archive(version, "full.toc");
        let statements = archive.entries.iter().filter_map(|entry| {
            let owner = entry.owner.as_ref()?.to_string();
            entry.owner_statement(&owner)
        });
        let statements: String = statements.collect();
        let found: Vec<_> = statements.lines().map(as_tables).collect();
        let expected: Vec<_> = lines(version, "owners.sql");
        let expected: Vec<_> = expected.iter().map(|line| as_tables(line)).collect();
        assert_eq!(found, expected, "of {version}");
    }
}

#[test]
fn another_role_may_become_the_owner() {
    let archive = archive("15", "full.toc");
    let table = archive.entries.iter().find(|entry| entry.is("TABLE"));
    let statement = table.unwrap().owner_statement("New \"owner").unwrap();
    assert_eq!(
        statement,
        "ALTER TABLE \"Odd \"\"schema\".\"Tab'le\" OWNER TO \"New \"\"owner\";\n"
    );
}
