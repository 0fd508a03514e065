//! A shell that keeps a server for as long as its owner lives, however that ends.

// A test kit fails by panicking: there is nobody to return an error to.
#![allow(clippy::expect_used, clippy::panic)]

use std::ffi::OsStr;
use std::io::Read as _;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

/// A shell with a server. Dropped, it stops the server and waits until nothing of it is left.
pub(crate) struct Keeper(Child);

impl Keeper {
    /// Runs a script that starts a server: it is given `arguments`, ports that are free, and
    /// `settings`, and says `ready` with where the server is, or what went wrong.
    pub(crate) fn start<Argument: AsRef<OsStr>>(
        what: &str,
        script: &str,
        arguments: impl IntoIterator<Item = Argument>,
        settings: &[&str],
    ) -> (Self, String) {
        let shell = Command::new("sh")
            .args(["-c", script, "keep"])
            .args(arguments)
            .args(free_ports().map(|port| port.to_string()))
            .args(settings)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // What is sent to a whole group, as Ctrl-C is, must not keep it from tidying up.
            .process_group(0)
            .spawn();
        let mut shell = shell.expect("start a shell that keeps a server");
        let mut output = shell.stdout.take().expect("listen to the keeper");
        let keeper = Self(shell);
        let mut said = String::new();
        // It closes its output in either case, and keeps the server regardless.
        output.read_to_string(&mut said).expect("hear the keeper");
        match said.trim_end().strip_prefix("ready ") {
            Some(place) => (keeper, place.to_owned()),
            None => panic!("{what} did not start:\n{said}"),
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// Ports that are free now; somebody may take one before it is used.
fn free_ports() -> [u16; 3] {
    let listeners = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").expect("find a free port"));
    listeners.map(|listener| listener.local_addr().expect("ask for the port").port())
}
