//! The testkit's MariaDB: it answers, is shared between processes, and dies with its owner.

use super::servers::{self, Folders, Other, wait_until, working_in};
use weir_testkit::certificates::Authority;
use weir_testkit::mariadb::{Grants, MariadbServer, ServerAddress};

const OTHER: &str = "all::mariadb::other";

#[test]
fn a_server_answers_and_says_why_it_does_not() {
    let server = MariadbServer::shared();
    let odd = r#"caf'é "%41" = a`b"#;
    server.create_database(odd);
    let sql = "CREATE TABLE t (a INT, b TEXT CHARACTER SET utf8mb4); INSERT INTO t VALUES (1, 'é'), (2, NULL); SELECT * FROM t;";
    assert_eq!(server.try_run(odd, sql).unwrap(), "1\té\n2\tNULL");
    let refused = server
        .try_run(odd, "SELECT nothing; SELECT 2;")
        .unwrap_err();
    assert!(refused.contains("Unknown column"), "{refused}");
    let dump = server.client("mariadb-dump").arg(odd).output().unwrap();
    assert!(dump.status.success() && dump.stdout.ends_with(b"\n"));
    server.drop_database(odd);
    server.drop_database(odd);
    let refused = server.client("mariadb-dump").arg(odd).output().unwrap();
    assert!(!refused.status.success());
}

#[test]
fn it_writes_a_binary_log_and_runs_events() {
    let server = MariadbServer::shared();
    let settings = "SELECT @@log_bin, @@event_scheduler, @@binlog_format";
    assert_eq!(server.query(settings), "1\tON\tROW");
}

/// Who it takes somebody for.
fn who(server: &MariadbServer, user: &str, password: &str) -> String {
    let (mut client, _password) = server.tcp_client("mariadb", user, password);
    let output = client
        .args(["-N", "-e", "SELECT CURRENT_USER()"])
        .output()
        .unwrap();
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

#[test]
fn tcp_asks_for_a_password() {
    let server = MariadbServer::shared();
    let password = server.password();
    assert_eq!(
        who(server, server.superuser(), &password),
        "weir@127.0.0.1\n"
    );
    assert_eq!(who(server, server.guest(), &password), "guest@127.0.0.1\n");
    for wrong in ["wrong", ""] {
        let refused = who(server, server.superuser(), wrong);
        assert!(refused.contains("Access denied"), "{refused}");
    }
}

#[test]
fn an_account_may_do_what_it_was_granted() {
    let server = MariadbServer::shared();
    for name in ["granted", "grantedx"] {
        server.create_database(name);
        server.run(&format!("CREATE TABLE {name}.t (a INT)"));
    }
    let account = server.account(Grants::Source("granted"));
    let ask = |sql: &str| {
        let (mut client, _password) =
            server.tcp_client("mariadb", &account.user, &account.password);
        client.args(["-e", sql]).output().unwrap().status.success()
    };
    assert!(ask("SELECT * FROM granted.t"));
    assert!(!ask("SELECT * FROM grantedx.t"));
    assert!(!ask("INSERT INTO granted.t VALUES (1)"));
}

#[test]
fn two_servers_do_not_know_each_other() {
    let one = MariadbServer::start_with_settings(&["--lower-case-table-names=1"]);
    let other = MariadbServer::start();
    assert_ne!(one.port, other.port);
    assert_eq!(one.query("SELECT @@lower_case_table_names"), "1");
    one.create_database("only_here");
    other.try_run("only_here", "SELECT 1").unwrap_err();
    let folder = one.folder.clone();
    drop(one);
    assert!(!folder.exists() && working_in(&folder).is_empty());
    assert_eq!(other.query("SELECT 1"), "1");
}

#[test]
fn a_certificate_is_shown_and_another_authoritys_is_refused() {
    let (authority, stranger) = (Authority::new("ours"), Authority::new("theirs"));
    let shown = authority.issue("server", &["127.0.0.1"]);
    let server = MariadbServer::start_with_tls(&shown, &authority, &[]);
    let folder = tempfile::tempdir().unwrap();
    let entered = |trusted: &Authority| {
        let file = folder.path().join("trusted.crt");
        std::fs::write(&file, trusted.certificate()).unwrap();
        let (mut client, _password) =
            server.tcp_client("mariadb", server.superuser(), &server.password());
        client.arg(format!("--ssl-ca={}", file.display()));
        client.args([
            "--ssl-verify-server-cert",
            "-Ne",
            "SHOW STATUS LIKE 'Ssl_version'",
        ]);
        client.output().unwrap()
    };
    let output = entered(&authority);
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("TLSv1.3"),
        "{output:?}"
    );
    assert!(!entered(&stranger).status.success());
}

#[test]
fn another_process_joins_the_server_of_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let address = MariadbServer::shared_in(folder.path());
    let mut other = Other::start(OTHER, folder.path(), &std::env::temp_dir());
    assert_eq!(other.server::<ServerAddress>(), address);
    other.kill();
    assert_eq!(MariadbServer::shared_in(folder.path()), address);
    assert_eq!(address.query("SELECT 1"), "1");
}

#[test]
fn a_killed_owner_leaves_neither_process_nor_folder() {
    let folders = Folders::new();
    let mut owner = Other::start(OTHER, folders.shared.path(), folders.servers.path());
    let address = owner.server::<ServerAddress>();
    assert_eq!(address.query("SELECT 1"), "1");
    assert!(working_in(&address.folder).len() > 1);
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
    servers::other(MariadbServer::shared_in);
}
