//! Azure Blob Storage as Azurite, Microsoft's own emulator, plays it: a process of its own, on a
//! free port, in memory. `scripts/test-clouds` installs it.

// A test kit fails by panicking: there is nobody to return an error to.
#![allow(clippy::expect_used, clippy::panic)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use tempfile::TempDir;

const CONTAINER: &str = "backups";
const ACCOUNT: &str = "weir";
/// Ends the server when its standard input ends: with this process, however that ends.
const RUN: &str = r#"node "$@" </dev/null & cat >/dev/null; kill $!; wait"#;

/// A running emulator with one container. It stops when it is dropped.
pub struct Azurite {
    /// The address of the account, e.g. `http://127.0.0.1:41873/weir`.
    pub endpoint: String,
    /// The container that exists.
    pub container: String,
    /// The account.
    pub account: String,
    /// Its key, in base64.
    pub key: String,
    process: Child,
    /// Kept open: a server that cannot say that it ends complains loudly.
    _output: BufReader<ChildStdout>,
    _folder: TempDir,
}

impl Azurite {
    /// Starts an emulator on a free port.
    ///
    /// # Panics
    /// When it is not installed, or does not start.
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("make a folder for Azurite");
        let mut secret = [0_u8; 32];
        getrandom::fill(&mut secret).expect("ask the system for random bytes");
        let key = STANDARD.encode(secret);
        let mut process = Command::new("sh")
            .args(["-c", RUN, "azurite"])
            .arg(program())
            .args(["--blobHost", "127.0.0.1", "--blobPort", "0"])
            .args(["--skipApiVersionCheck", "--disableTelemetry"])
            .args(["--silent", "--inMemoryPersistence"])
            .current_dir(folder.path())
            .env("AZURITE_ACCOUNTS", format!("{ACCOUNT}:{key}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("start Azurite: is node installed?");
        let output = process.stdout.take().expect("read what Azurite says");
        let mut output = BufReader::new(output);
        let address = output
            .by_ref()
            .lines()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("listens on http://")?.1.to_owned()))
            .expect("Azurite did not start: run scripts/test-clouds, which installs it");
        make_container(&address, &secret);
        Self {
            endpoint: format!("http://{address}/{ACCOUNT}"),
            container: CONTAINER.to_owned(),
            account: ACCOUNT.to_owned(),
            key,
            process,
            _output: output,
            _folder: folder,
        }
    }
}

impl Drop for Azurite {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

fn program() -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.join("target/tools/azurite/node_modules/azurite/dist/src/blob/main.js")
}

/// Asks for the container, signed as Azure wants it: the library only reads and writes in one.
fn make_container(address: &str, secret: &[u8; 32]) {
    let date = Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S GMT");
    let headers = format!("x-ms-date:{date}\nx-ms-version:2021-08-06\n");
    let resource = format!("/{ACCOUNT}/{ACCOUNT}/{CONTAINER}\nrestype:container");
    let text = format!("PUT\n\n\n\n\n\n\n\n\n\n\n\n{headers}{resource}");
    let signature = STANDARD.encode(hmac(secret, text.as_bytes()));
    let mut connection = TcpStream::connect(address).expect("connect to Azurite");
    let request = format!(
        "PUT /{ACCOUNT}/{CONTAINER}?restype=container HTTP/1.1\r\nhost: {address}\r\n\
         x-ms-date: {date}\r\nx-ms-version: 2021-08-06\r\ncontent-length: 0\r\n\
         authorization: SharedKey {ACCOUNT}:{signature}\r\nconnection: close\r\n\r\n"
    );
    connection
        .write_all(request.as_bytes())
        .expect("ask for a container");
    let mut answer = String::new();
    connection
        .read_to_string(&mut answer)
        .expect("hear of the container");
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
}

fn hmac(key: &[u8; 32], text: &[u8]) -> Vec<u8> {
    let pad = |with: u8| {
        let mut block = [with; 64];
        for (byte, key) in block.iter_mut().zip(key) {
            *byte ^= key;
        }
        block
    };
    let inner = Sha256::new()
        .chain_update(pad(0x36))
        .chain_update(text)
        .finalize();
    Sha256::new()
        .chain_update(pad(0x5c))
        .chain_update(inner)
        .finalize()
        .to_vec()
}
