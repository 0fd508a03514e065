//! The testkit's PostgreSQL: it answers, is shared between processes, and dies with its owner.

use super::servers::{self, Folders, Other, wait_until, working_in};
use std::process::Command;
use weir_testkit::postgres::{PostgresServer, ServerAddress};

const OTHER: &str = "all::postgres::other";

#[test]
fn a_server_answers_and_says_why_it_does_not() {
    let server = PostgresServer::shared();
    let odd = r#"caf'é "%41" = a/b"#;
    server.create_database(odd);
    let sql = "CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1, 'é'), (2, NULL); TABLE t;";
    assert_eq!(server.psql(odd, sql).unwrap(), "1|é\n2|");
    let refused = server.psql(odd, "SELECT 1/0; SELECT 2;").unwrap_err();
    assert!(refused.contains("division by zero"), "{refused}");

    let dump = server.run("pg_dump", odd, &["--format=custom"]).unwrap();
    assert!(dump.starts_with(b"PGDMP"));
    server.drop_database(odd);
    server.drop_database(odd);
    let refused = server.run("pg_dump", odd, &[]).unwrap_err();
    assert!(refused.contains("does not exist"), "{refused}");
}

#[test]
fn tcp_asks_for_a_password() {
    let server = PostgresServer::shared();
    let who = |user: &str, password: &str| {
        let mut psql = Command::new(server.clients.join("psql"));
        psql.args(["-XAt", "-c", "SELECT current_user"]);
        psql.args(["--dbname", &server.tcp_url(user, "postgres")]);
        let output = psql.env("PGPASSWORD", password).output().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    assert_eq!(who(server.superuser(), &server.password()), "weir\n");
    assert_eq!(who(server.guest(), &server.password()), "guest\n");
    let refused = who(server.superuser(), "wrong");
    assert!(
        refused.contains("password authentication failed"),
        "{refused}"
    );
}

#[test]
fn two_servers_do_not_know_each_other() {
    let (one, other) = (PostgresServer::start(), PostgresServer::start());
    assert_ne!(one.port, other.port);
    one.create_database("only_here");
    other.psql("only_here", "SELECT 1").unwrap_err();
    let folder = one.socket_folder.clone();
    drop(one);
    assert!(!folder.exists() && working_in(&folder).is_empty());
    assert_eq!(other.psql("postgres", "SELECT 1").unwrap(), "1");
}

#[test]
fn another_process_joins_the_server_of_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let address = PostgresServer::shared_in(folder.path());
    let mut other = Other::start(OTHER, folder.path(), &std::env::temp_dir());
    assert_eq!(other.server::<ServerAddress>(), address);
    other.kill();
    assert_eq!(PostgresServer::shared_in(folder.path()), address);
    assert_eq!(address.psql("postgres", "SELECT 1").unwrap(), "1");
}

#[test]
fn a_killed_owner_leaves_neither_process_nor_folder() {
    let folders = Folders::new();
    let mut owner = Other::start(OTHER, folders.shared.path(), folders.servers.path());
    let address = owner.server::<ServerAddress>();
    assert_eq!(address.psql("postgres", "SELECT 1").unwrap(), "1");
    assert!(working_in(&address.socket_folder).len() > 1);
    owner.kill();
    folders.wait_until_nothing_is_left();
}

#[test]
fn an_owner_killed_while_its_server_starts_leaves_neither_process_nor_folder() {
    let folders = Folders::new();
    let mut owner = Other::start(OTHER, folders.shared.path(), folders.servers.path());
    wait_until(|| !folders.is_empty());
    owner.kill();
    folders.wait_until_nothing_is_left();
}

#[test]
fn a_shared_server_ends_with_its_process() {
    let folders = Folders::new();
    let mut owner = Other::start(OTHER, folders.shared.path(), folders.servers.path());
    owner.server::<ServerAddress>();
    drop(owner.process.stdin.take());
    assert!(owner.process.wait().unwrap().success());
    folders.wait_until_nothing_is_left();
}

#[test]
#[ignore = "the other process of the tests above"]
fn other() {
    servers::other(PostgresServer::shared_in);
}
