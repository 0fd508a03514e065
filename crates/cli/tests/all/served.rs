//! `weir serve` as a process of its own.

use crate::command;
use jiff::{SignedDuration, Timestamp};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use weir_engine::{Context, SilentObserver};
use weir_pipeline::{Engines, Settings, Weir, schedule};
use weir_testkit::clock::VirtualClock;

/// How long anything may take to be told.
const PATIENCE: Duration = Duration::from_secs(240);

/// A cron line that was due half an hour ago, and is again tomorrow.
pub(crate) fn half_an_hour_ago() -> String {
    let due = Timestamp::now() - SignedDuration::from_mins(30);
    due.strftime("%M %H * * *").to_string()
}

/// Makes every job of the fleet known since an hour ago, as if somebody had served since then
/// without starting anything.
pub(crate) fn known_for_an_hour(folder: &Path) {
    let file = folder.join("weir.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let fleet = weir_config::parse(&text, "weir.yaml", folder).unwrap();
    let settings = Settings {
        clock: Arc::new(VirtualClock::off_by(SignedDuration::from_hours(-1))),
        ..Settings::default()
    };
    let weir = Weir::new(fleet, Engines::built_in(), settings);
    let context = Context::new(Arc::new(SilentObserver));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for job in &weir.fleet().jobs {
        let seen = schedule::first_seen(&weir, &job.address, &context);
        runtime.block_on(seen).unwrap();
    }
}

/// What is told, as it comes.
type Lines = Arc<(Mutex<Vec<Value>>, Condvar)>;

/// A process that serves. Whoever drops it kills it.
pub(crate) struct Served {
    child: Child,
    told: Lines,
    /// Ends with the output.
    reader: Option<JoinHandle<()>>,
}

impl Served {
    /// Starts one in a folder.
    pub(crate) fn start(folder: &Path, words: &str) -> Self {
        let mut command = command::weir(folder);
        command
            .args(["serve", "--json"])
            .args(words.split_whitespace())
            .env("WEIR_TEST_PASSWORD", crate::fleet::PASSWORD)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let told = Lines::default();
        let (lines, output) = (Arc::clone(&told), child.stdout.take().unwrap());
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
                lines.0.lock().unwrap().push(line);
                lines.1.notify_all();
            }
        });
        Self {
            child,
            told,
            reader: Some(reader),
        }
    }

    /// Waits until what was told so far is as `wanted`, and returns it.
    pub(crate) fn wait_for(&self, what: &str, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let began = Instant::now();
        let mut told = self.told.0.lock().unwrap();
        while !wanted(&told) {
            let left = PATIENCE.checked_sub(began.elapsed());
            let Some(left) = left else {
                panic!("{what} was not told in time: {told:#?}");
            };
            told = self.told.1.wait_timeout(told, left).unwrap().0;
        }
        told.clone()
    }

    /// Lets it work until it tells more than it has `told`, or a moment has passed.
    pub(crate) fn let_work(&self, told: usize, moment: Duration) {
        let lines = self.told.0.lock().unwrap();
        let quiet = |lines: &mut Vec<Value>| lines.len() <= told;
        drop(
            self.told
                .1
                .wait_timeout_while(lines, moment, quiet)
                .unwrap(),
        );
    }

    /// Waits for so many events of this name.
    pub(crate) fn wait_for_events(&self, name: &str, count: usize) -> Vec<Value> {
        let told = self.wait_for(name, |told| events(told, name).len() >= count);
        events(&told, name)
    }

    /// Waits until these jobs have ended well.
    pub(crate) fn wait_for_success(&self, jobs: &[&str]) -> Vec<Value> {
        self.wait_for(&format!("the success of {jobs:?}"), |told| {
            jobs.iter().all(|job| {
                let ended = events(told, "ended").into_iter();
                ended
                    .filter(|event| event["job"] == *job)
                    .any(|event| event["outcome"] == "succeeded")
            })
        })
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for the end of one that was killed: everything it told.
    pub(crate) fn last_words(mut self) -> Vec<Value> {
        self.child.wait().unwrap();
        self.reader.take().unwrap().join().unwrap();
        self.told.0.lock().unwrap().clone()
    }

    /// Waits for its end: the exit code, and what it wrote to standard error.
    pub(crate) fn ended(mut self) -> (i32, String) {
        let mut errors = String::new();
        let mut stderr = self.child.stderr.take().unwrap();
        stderr.read_to_string(&mut errors).unwrap();
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        (code, errors)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until a file is there.
pub(crate) fn wait_for_file(file: &Path) {
    let began = Instant::now();
    while !file.exists() {
        assert!(began.elapsed() < PATIENCE, "{} never came", file.display());
        std::thread::yield_now();
    }
}

/// The events of this name.
pub(crate) fn events(told: &[Value], name: &str) -> Vec<Value> {
    let named = told.iter().filter(|event| event["event"] == name);
    named.cloned().collect()
}
