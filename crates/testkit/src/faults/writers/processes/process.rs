//! A process of the real binary that can be stopped and told to go on.

use crate::faults::child::ended_by;
use crate::faults::kills::moment::is_boundary;
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a signal may take to be seen.
const SIGNALLED: Duration = Duration::from_secs(10);

/// When a process is stopped.
#[derive(Debug, Clone, Copy)]
pub(super) enum Moment {
    /// So long after its start.
    After(Duration),
    /// As soon as it has told of so many steps and states besides this one.
    Event(usize),
}

/// Such a process. Dropped, it is killed.
pub(super) struct Process {
    child: Child,
    boundaries: Receiver<()>,
    reader: Option<JoinHandle<(usize, String)>>,
}

impl Process {
    /// Starts it with these words in a folder with a fleet.
    pub(super) fn start(weir: &Path, folder: &Path, words: &str) -> Self {
        let mut child = Command::new(weir)
            .current_dir(folder)
            .env_remove("WEIR_CONFIG")
            .env("TMPDIR", folder.join("scratch"))
            .args(words.split_whitespace())
            .args(["-v", "--json"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("start weir");
        let told = BufReader::new(child.stderr.take().expect("its events are piped"));
        let (tell, boundaries) = channel();
        let reader = std::thread::spawn(move || {
            let (mut count, mut text) = (0, String::new());
            for line in told.lines().map_while(Result::ok) {
                if is_boundary(&line) {
                    count += 1;
                    // Whoever waits for no more of them is gone.
                    let _ = tell.send(());
                } else {
                    text.push_str(&line);
                    text.push('\n');
                }
            }
            (count, text)
        });
        Self {
            child,
            boundaries,
            reader: Some(reader),
        }
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Stops it; whether it stands still then and had not ended before.
    #[allow(
        clippy::disallowed_methods,
        reason = "a random moment is what is tested"
    )]
    pub(super) fn stop(&mut self, moment: Moment) -> bool {
        match moment {
            Moment::After(delay) => std::thread::sleep(delay),
            Moment::Event(number) => {
                // It may end before it has told of so many.
                let _ = self.boundaries.iter().nth(number);
            }
        }
        self.signal(Signal::STOP);
        let until = Instant::now() + SIGNALLED;
        while Instant::now() < until {
            match self.state() {
                Some('T') => return true,
                Some('Z') | None => return false,
                _ => std::thread::yield_now(),
            }
        }
        panic!("a process that was told to stop went on");
    }

    /// Lets it go on.
    pub(super) fn go_on(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        // Not waited for yet, it keeps its number.
        let _ = kill_process(Pid::from_child(&self.child), signal);
    }

    /// Its state as the kernel tells it.
    fn state(&self) -> Option<char> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid())).ok()?;
        let (_, fields) = stat.rsplit_once(')')?;
        fields.trim_start().chars().next()
    }

    /// Its exit code, if it ends in time.
    pub(super) fn code(&mut self, until: Instant) -> Option<i32> {
        ended_by(&mut self.child, until)
    }

    /// Of how many steps and states it told, and what else it said. It has ended, or is ended.
    pub(super) fn told(&mut self) -> (usize, String) {
        self.end();
        let reader = self.reader.take().expect("it is asked once");
        reader.join().expect("read a pipe")
    }

    fn end(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}
