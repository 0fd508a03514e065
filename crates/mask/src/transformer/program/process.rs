//! A running program, asked several lines at a time.

use crate::run::Run;
use rustix::process::{Pid, Signal, kill_process_group};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};
use weir_model::error::Error;

/// The longest line that is read from a program.
const LONGEST_LINE: u64 = 16 << 20;

/// Bytes of short lines that are read at once.
const ROOM: usize = 64 << 10;

/// How often somebody who waits looks whether the run is still wanted.
const LOOK: Duration = Duration::from_millis(100);

/// What of Weir's environment a program sees: the rest may hold secrets.
const ENVIRONMENT: [&str; 6] = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"];

const WAITING: &str = "wait for a program's answer";
const SURPLUS: &str = "it answered more than it was asked";
const ENDED: &str = "it ended before its work was done";

/// One or more whole lines.
type Answered = Result<Vec<u8>, &'static str>;

/// Why there is no answer.
pub(super) enum Failure {
    /// The program's doing.
    Program(&'static str),
    /// The run is over.
    Run(Error),
}

impl From<&'static str> for Failure {
    fn from(cause: &'static str) -> Self {
        Self::Program(cause)
    }
}

/// A program at work. It and what it started are killed when this is dropped.
pub(super) struct Process {
    child: Child,
    questions: SyncSender<String>,
    answers: Receiver<Answered>,
    /// Lines that were read and not yet taken, and how far they were.
    lines: (Vec<u8>, usize),
    timeout: Duration,
    /// Why it cannot be asked again.
    failure: Option<&'static str>,
    /// Whether it was killed and waited for.
    is_over: bool,
}

impl Process {
    /// Starts a program in a process group of its own.
    pub(super) fn start(
        program: &str,
        arguments: &[String],
        timeout: Duration,
    ) -> Result<Self, &'static str> {
        let kept = ENVIRONMENT
            .iter()
            .filter_map(|name| Some((name, std::env::var_os(name)?)));
        let mut child = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(kept)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // It may quote values there.
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|_| "it cannot be started: it is not there, or may not be run")?;
        let (questions, to_ask) = sync_channel(1);
        let (answered, answers) = sync_channel(1);
        let pipes = (child.stdin.take(), child.stdout.take());
        let process = Self {
            child,
            questions,
            answers,
            lines: (Vec::new(), 0),
            timeout,
            failure: None,
            is_over: false,
        };
        let (Some(input), Some(output)) = pipes else {
            return Err("it cannot be started: it has no pipes");
        };
        // A thread for each direction: a program may answer before it has read all questions, and who
        // asks can stop waiting.
        thread(move || write(input, &to_ask))?;
        thread(move || read(output, &answered))?;
        Ok(process)
    }

    /// Asks so many questions, one a line, and hands on the answers in their order. Each has the
    /// time that an answer may take, counted from the one before.
    pub(super) fn ask(
        &mut self,
        questions: String,
        count: usize,
        run: &Run,
        mut take: impl FnMut(usize, &[u8]) -> Result<(), &'static str>,
    ) -> Result<(), Failure> {
        if let Some(failure) = self.failure {
            run.check(WAITING).map_err(Failure::Run)?;
            return Err(failure.into());
        }
        self.refuse_surplus()?;
        if self.questions.try_send(questions).is_err() {
            return Err(self.fail(ENDED).into());
        }
        for number in 0..count {
            self.wait(run)?;
            let taken = self.line(|line| take(number, line));
            taken.map_err(|cause| self.fail(cause))?;
        }
        // Of two answers to one question all that follow would belong to others.
        match self.has_line() {
            true => Err(self.fail(SURPLUS).into()),
            false => Ok(()),
        }
    }

    /// Whether a line was read and not yet taken.
    fn has_line(&self) -> bool {
        self.lines.1 < self.lines.0.len()
    }

    fn refuse_surplus(&mut self) -> Result<(), Failure> {
        if self.has_line() {
            return Err(self.fail(SURPLUS).into());
        }
        match self.answers.try_recv() {
            Ok(Ok(_)) => Err(self.fail(SURPLUS).into()),
            Ok(Err(cause)) => Err(self.fail(cause).into()),
            Err(_) => Ok(()),
        }
    }

    /// Waits until a line is there.
    fn wait(&mut self, run: &Run) -> Result<(), Failure> {
        if self.has_line() {
            return Ok(());
        }
        let asked = Instant::now();
        loop {
            let left = self.timeout.saturating_sub(asked.elapsed());
            match self.answers.recv_timeout(left.min(LOOK)) {
                Ok(Ok(lines)) => {
                    self.lines = (lines, 0);
                    return Ok(());
                }
                Ok(Err(cause)) => return Err(self.fail(cause).into()),
                Err(RecvTimeoutError::Disconnected) => return Err(self.fail(ENDED).into()),
                Err(RecvTimeoutError::Timeout) if left <= LOOK => {
                    return Err(self.fail("it gave no answer in time").into());
                }
                Err(RecvTimeoutError::Timeout) => {
                    if let Err(stopped) = run.check(WAITING) {
                        self.fail("the run that it worked for is over");
                        return Err(Failure::Run(stopped));
                    }
                }
            }
        }
    }

    /// Takes the next line.
    fn line<T>(&mut self, take: impl FnOnce(&[u8]) -> T) -> T {
        let (lines, from) = &mut self.lines;
        let rest = lines.get(*from..).unwrap_or_default();
        let end = rest.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(rest.len(), |end| end + 1);
        *from += length;
        take(rest.get(..length).unwrap_or_default())
    }

    /// Remembers a failure: a line that comes later would be taken for another's answer.
    fn fail(&mut self, cause: &'static str) -> &'static str {
        self.failure = Some(cause);
        self.kill();
        cause
    }

    fn kill(&mut self) {
        // Once it was waited for, its number may belong to others.
        if !self.is_over {
            self.is_over = true;
            let group = Pid::from_child(&self.child);
            let _ = kill_process_group(group, Signal::KILL);
            let _ = self.child.wait();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn thread(work: impl FnOnce() + Send + 'static) -> Result<(), &'static str> {
    let builder = std::thread::Builder::new().name("mask program".to_owned());
    let begun = builder.spawn(work);
    begun
        .map(drop)
        .map_err(|_| "it cannot be started: there is no thread for it")
}

/// Passes questions on until one of them cannot be: then no answer comes.
fn write(mut input: ChildStdin, to_ask: &Receiver<String>) {
    while let Ok(questions) = to_ask.recv() {
        if input.write_all(questions.as_bytes()).is_err() {
            return;
        }
    }
}

/// Passes answers back until there are none.
fn read(output: ChildStdout, answered: &SyncSender<Answered>) {
    let mut output = BufReader::with_capacity(ROOM, output);
    loop {
        let lines = lines(&mut output);
        let is_over = lines.is_err();
        if answered.send(lines).is_err() || is_over {
            return;
        }
    }
}

/// The next line, with those that are there already.
fn lines(output: &mut BufReader<ChildStdout>) -> Answered {
    let mut lines = Vec::new();
    loop {
        let mut bounded = output.by_ref().take(LONGEST_LINE);
        let read = bounded.read_until(b'\n', &mut lines);
        read.map_err(|_| ENDED)?;
        match lines.last() {
            Some(b'\n') => {}
            _ if bounded.limit() == 0 => return Err("its answer has more than 16 MiB"),
            _ => return Err(ENDED),
        }
        if !output.buffer().contains(&b'\n') {
            return Ok(lines);
        }
    }
}
