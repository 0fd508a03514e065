//! The testkit's PostgreSQL: it answers, is shared between processes, and dies with its owner.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use weir_testkit::postgres::{PostgresServer, ServerAddress};

const FOLDER: &str = "WEIR_POSTGRES_FOLDER";
/// What the other process says before the address of its server.
const SERVER: &str = "server: ";
const PATIENCE: Duration = Duration::from_secs(60);

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
    let mut other = Other::start(folder.path(), &std::env::temp_dir());
    assert_eq!(other.server(), address);
    other.kill();
    assert_eq!(PostgresServer::shared_in(folder.path()), address);
    assert_eq!(address.psql("postgres", "SELECT 1").unwrap(), "1");
}

#[test]
fn a_killed_owner_leaves_neither_process_nor_folder() {
    let folders = Folders::new();
    let mut owner = Other::start(folders.shared.path(), folders.servers.path());
    let address = owner.server();
    assert_eq!(address.psql("postgres", "SELECT 1").unwrap(), "1");
    assert!(working_in(&address.socket_folder).len() > 1);
    owner.kill();
    folders.wait_until_nothing_is_left();
}

#[test]
fn an_owner_killed_while_its_server_starts_leaves_neither_process_nor_folder() {
    let folders = Folders::new();
    let mut owner = Other::start(folders.shared.path(), folders.servers.path());
    wait_until(|| !folders.is_empty());
    owner.kill();
    folders.wait_until_nothing_is_left();
}

#[test]
fn a_shared_server_ends_with_its_process() {
    let folders = Folders::new();
    let mut owner = Other::start(folders.shared.path(), folders.servers.path());
    owner.server();
    drop(owner.process.stdin.take());
    assert!(owner.process.wait().unwrap().success());
    folders.wait_until_nothing_is_left();
}

#[test]
#[ignore = "the other process of the tests above"]
fn other() {
    let folder = std::env::var(FOLDER).expect("the tests above say where");
    let server = PostgresServer::shared_in(Path::new(&folder));
    println!("\n{SERVER}{}", serde_json::to_string(&server).unwrap());
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap();
}

/// This test binary, run as [`other`] until its standard input ends.
struct Other {
    process: Child,
    output: BufReader<ChildStdout>,
}

impl Other {
    fn start(folder: &Path, servers: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture"])
            .arg("all::postgres::other")
            .env(FOLDER, folder)
            .env("TMPDIR", servers)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        Self { process, output }
    }

    /// The server it uses, once it does.
    fn server(&mut self) -> ServerAddress {
        let mut lines = self.output.by_ref().lines().map_while(Result::ok);
        let said = lines.find_map(|line| Some(line.strip_prefix(SERVER)?.to_owned()));
        serde_json::from_str(&said.expect("the other process says its server")).unwrap()
    }

    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// Folders of another process: the one it works in, and the one its servers are made in.
struct Folders {
    shared: TempDir,
    servers: TempDir,
}

impl Folders {
    fn new() -> Self {
        let servers = tempfile::tempdir().unwrap();
        // The server's user must get there.
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(servers.path(), open).unwrap();
        let shared = tempfile::tempdir().unwrap();
        Self { shared, servers }
    }

    fn is_empty(&self) -> bool {
        std::fs::read_dir(&self.servers).unwrap().next().is_none()
    }

    fn wait_until_nothing_is_left(&self) {
        wait_until(|| self.is_empty() && working_in(self.servers.path()).is_empty());
    }
}

/// Processes whose working folder is in this one, even when it is gone: those of a server are.
fn working_in(folder: &Path) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap();
    let inside = processes.filter_map(|process| {
        let place = std::fs::read_link(process.ok()?.path().join("cwd")).ok()?;
        place
            .starts_with(folder)
            .then(|| place.display().to_string())
    });
    inside.collect()
}

#[allow(
    clippy::disallowed_methods,
    reason = "the pace of looking at other processes, up to a deadline"
)]
fn wait_until(condition: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "this takes too long");
        std::thread::sleep(Duration::from_millis(20));
    }
}
