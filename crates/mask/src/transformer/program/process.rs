//! A running program, asked line by line.

use rustix::process::{Pid, Signal, kill_process_group};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

/// The longest line that is read from a program.
const LONGEST_LINE: u64 = 16 << 20;

/// What of Weir's environment a program sees: the rest may hold secrets.
const ENVIRONMENT: [&str; 6] = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"];

type Answered = Result<Vec<u8>, &'static str>;

/// A program at work. It and what it started are killed when this is dropped.
pub(super) struct Process {
    child: Child,
    questions: SyncSender<String>,
    answers: Receiver<Answered>,
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
            timeout,
            failure: None,
            is_over: false,
        };
        let (Some(input), Some(output)) = pipes else {
            return Err("it cannot be started: it has no pipes");
        };
        // Reading and writing wait in a thread of their own, so that who asks can stop waiting.
        std::thread::Builder::new()
            .name("mask program".to_owned())
            .spawn(move || serve(input, output, &to_ask, &answered))
            .map_err(|_| "it cannot be started: there is no thread for it")?;
        Ok(process)
    }

    /// Asks, and waits for the answer as long as it may take.
    pub(super) fn ask(&mut self, question: String) -> Answered {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let sent = self.questions.send(question);
        let answer = match sent {
            Ok(()) => self.answers.recv_timeout(self.timeout),
            Err(_) => return Err(self.fail("it ended before its work was done")),
        };
        match answer {
            Ok(Ok(line)) => Ok(line),
            Ok(Err(cause)) => Err(self.fail(cause)),
            Err(_) => Err(self.fail("it gave no answer in time")),
        }
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

/// Passes questions on and answers back until one of them cannot be.
fn serve(
    mut input: ChildStdin,
    output: ChildStdout,
    to_ask: &Receiver<String>,
    answered: &SyncSender<Answered>,
) {
    let mut output = BufReader::new(output);
    while let Ok(question) = to_ask.recv() {
        let answer = exchange(&question, &mut input, &mut output);
        let is_over = answer.is_err();
        if answered.send(answer).is_err() || is_over {
            return;
        }
    }
}

fn exchange(
    question: &str,
    input: &mut ChildStdin,
    output: &mut BufReader<ChildStdout>,
) -> Answered {
    const ENDED: &str = "it ended before its work was done";
    input.write_all(question.as_bytes()).map_err(|_| ENDED)?;
    let mut line = Vec::new();
    let mut bounded = output.take(LONGEST_LINE);
    bounded.read_until(b'\n', &mut line).map_err(|_| ENDED)?;
    match line.last() {
        Some(b'\n') => Ok(line),
        _ if bounded.limit() == 0 => Err("its answer has more than 16 MiB"),
        _ => Err(ENDED),
    }
}
