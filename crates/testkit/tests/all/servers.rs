//! What is found of a server by other processes than its owner, and once its owner is gone.

use serde::de::DeserializeOwned;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const FOLDER: &str = "WEIR_SERVER_FOLDER";
/// What the other process says before the address of its server.
const SERVER: &str = "server: ";
const PATIENCE: Duration = Duration::from_secs(60);

/// The side of the other process: it uses the server of the folder it is told, until its standard
/// input ends.
pub(super) fn other<Address: serde::Serialize>(shared_in: impl FnOnce(&Path) -> Address) {
    let folder = std::env::var(FOLDER).expect("the tests of a server say where");
    let server = shared_in(Path::new(&folder));
    println!("\n{SERVER}{}", serde_json::to_string(&server).unwrap());
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap();
}

/// This test binary, run as a test that calls [`other`].
pub(super) struct Other {
    pub(super) process: Child,
    output: BufReader<ChildStdout>,
}

impl Other {
    pub(super) fn start(test: &str, folder: &Path, servers: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture"])
            .arg(test)
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
    pub(super) fn server<Address: DeserializeOwned>(&mut self) -> Address {
        let mut lines = self.output.by_ref().lines().map_while(Result::ok);
        let said = lines.find_map(|line| Some(line.strip_prefix(SERVER)?.to_owned()));
        serde_json::from_str(&said.expect("the other process says its server")).unwrap()
    }

    pub(super) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// Folders of another process: the one it works in, and the one its servers are made in.
pub(super) struct Folders {
    pub(super) shared: TempDir,
    pub(super) servers: TempDir,
}

impl Folders {
    pub(super) fn new() -> Self {
        let servers = tempfile::tempdir().unwrap();
        // The server's user must get there.
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(servers.path(), open).unwrap();
        let shared = tempfile::tempdir().unwrap();
        Self { shared, servers }
    }

    pub(super) fn is_empty(&self) -> bool {
        std::fs::read_dir(&self.servers).unwrap().next().is_none()
    }

    pub(super) fn wait_until_nothing_is_left(&self) {
        wait_until(|| self.is_empty() && working_in(self.servers.path()).is_empty());
    }
}

/// Processes whose working folder is in this one, even when it is gone: those of a server are.
pub(super) fn working_in(folder: &Path) -> Vec<String> {
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
pub(super) fn wait_until(condition: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "this takes too long");
        std::thread::sleep(Duration::from_millis(20));
    }
}
