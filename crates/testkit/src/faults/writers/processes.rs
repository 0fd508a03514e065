//! Two processes of one host: the first is stopped at any moment, another one tries meanwhile,
//! the first goes on. Here each sees the other alive, and the lock beside the database holds: one
//! of them is refused, or they write in turn, while a reader finds every copy whole and no token
//! below the one before it.

mod process;
mod watcher;

use super::engine::Engine;
use super::master::Master;
use super::scene::{JOB, Scene, Work, configuration};
use crate::faults::random::Random;
use process::{Moment, Process};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use watcher::Watcher;
use weir_model::error::Kind;
use weir_model::run::Outcome;

/// Rows of a copy: enough for moments in the midst of every step.
const ROWS: i64 = 4000;
/// How long the second process is waited for while the first is stopped: it may be waiting for
/// a database that the first has locked.
const MEANWHILE: Duration = Duration::from_secs(5);
/// The time in which any process has ended.
const IN_TIME: Duration = Duration::from_secs(60);
/// The exit code of who was refused.
const LOCKED: i32 = Kind::Locked.exit_code() as i32;

/// What one seed does.
#[derive(Debug, Clone, Copy)]
struct Plot {
    stopped: Work,
    other: Work,
    moment: Moment,
    /// Whether the leases are gone when the other one looks for them.
    forgotten: bool,
}

/// The binary, and what every seed gets a copy of.
pub(super) struct Processes {
    weir: PathBuf,
    master: Master,
    /// How long each kind of work lasts, and how many steps and states it tells of.
    measured: [(Duration, usize); Work::ALL.len()],
}

impl Processes {
    pub(super) fn new(weir: &Path) -> Self {
        let mut processes = Self {
            weir: weir.to_owned(),
            master: Master::new(Engine::Sqlite, ROWS),
            measured: Default::default(),
        };
        processes.measured = Work::ALL.map(|work| {
            let scene = processes.scene();
            let (began, mut process) = (Instant::now(), processes.start(&scene, "first", work));
            let code = process.code(began + IN_TIME);
            let lasts = began.elapsed();
            let (boundaries, errors) = process.told();
            assert_eq!(code, Some(0), "{}: {errors}", work.verb());
            (lasts, boundaries)
        });
        processes
    }

    /// Lets two of them meet: the kind of their meeting, and how it ended.
    pub(super) fn meet(&self, seed: u64) -> (String, Result<&'static str, String>) {
        let plot = self.plot(&mut Random::new(seed));
        let ended = self.two(&plot);
        let ended = ended.map_err(|wrong| format!("{plot:?}: {wrong}"));
        let (stopped, other) = (plot.stopped.verb(), plot.other.verb());
        let kind = match plot.forgotten {
            true => format!("process: {stopped}, leases gone"),
            false => format!("process: {stopped}, then {other}"),
        };
        (kind, ended)
    }

    fn plot(&self, random: &mut Random) -> Plot {
        let at = random.below(Work::ALL.len());
        let (lasts, boundaries) = self.measured[at];
        let micros = usize::try_from(lasts.as_micros()).unwrap_or(usize::MAX);
        Plot {
            stopped: Work::ALL[at],
            other: random.pick(&Work::ALL),
            moment: match random.below(2) {
                0 => Moment::Event(random.below(boundaries.max(1))),
                _ => Moment::After(Duration::from_micros(random.below(micros.max(1)) as u64)),
            },
            forgotten: random.below(3) == 0,
        }
    }

    fn two(&self, plot: &Plot) -> Result<&'static str, String> {
        let scene = self.scene();
        let watcher = Watcher::start(&scene);
        let mut first = self.start(&scene, "first", plot.stopped);
        let stands_still = first.stop(plot.moment);
        if plot.forgotten {
            forget_leases(&scene);
        }
        let mut other = self.start(&scene, "second", plot.other);
        let early = other.code(Instant::now() + MEANWHILE);
        first.go_on();
        let until = Instant::now() + IN_TIME;
        let codes = [first.code(until), early.or_else(|| other.code(until))];
        let pids = [first.pid(), other.pid()];
        let told = [first.told().1, other.told().1];
        let ended = match (stands_still, early.is_some()) {
            (true, true) => alone(plot, codes),
            (true, false) => together(codes),
            (false, _) => after(codes),
        };
        let ended = ended.map_err(|wrong| format!("{wrong}\n{}\n{}", told[0], told[1]))?;
        records(&scene, pids, codes)?;
        self.third(&scene)?;
        watcher.stop()?;
        match scene.leftovers() {
            left if left.is_empty() => Ok(ended),
            left => Err(format!("left behind: {}", left.join(", "))),
        }
    }

    /// Whoever comes next writes, with a token above theirs.
    fn third(&self, scene: &Scene) -> Result<(), String> {
        let before = scene.token()?;
        let mut third = self.start(scene, "third", Work::Restore);
        let code = third.code(Instant::now() + IN_TIME);
        if code != Some(0) {
            let (_, errors) = third.told();
            return Err(format!("the next run ended with {code:?}: {errors}"));
        }
        match scene.token()? > before {
            true => Ok(()),
            false => Err("the token of the next run is not above".to_owned()),
        }
    }

    fn scene(&self) -> std::sync::Arc<Scene> {
        let scene = self.master.copy(None);
        let folder = scene.folder.path();
        let configuration = configuration(scene.engine, folder, "");
        std::fs::write(folder.join("weir.yaml"), configuration)
            .and_then(|()| std::fs::create_dir(folder.join("scratch")))
            .expect("write the fleet");
        // The first claim of both processes then has one number, where leases get lost.
        forget_leases(&scene);
        scene
    }

    fn start(&self, scene: &Scene, host: &str, work: Work) -> Process {
        let verb = work.verb();
        let backup = scene.backup(host, work);
        let words = match work {
            Work::Restore => format!("{verb} {JOB} --backup {backup}"),
            Work::Recover => format!("{verb} {JOB} --backup {backup} --onto {}", scene.target()),
            Work::Rollback => format!("{verb} {JOB}"),
        };
        Process::start(&self.weir, scene.folder.path(), &words)
    }
}

fn forget_leases(scene: &Scene) {
    let leases = scene.folder.path().join("stores/staging/_weir/leases");
    std::fs::remove_dir_all(&leases)
        .or_else(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        })
        .expect("forget the leases");
}

/// How two may end of which one ended while the other one stood still.
fn alone(plot: &Plot, codes: [Option<i32>; 2]) -> Result<&'static str, String> {
    match codes {
        [Some(0), Some(0)] => Ok("in turn"),
        [Some(0), Some(LOCKED)] if plot.forgotten => Ok("kept its lock"),
        [Some(0), Some(LOCKED)] => Ok("kept its lease"),
        [Some(LOCKED), Some(0)] if plot.forgotten => Ok("refused"),
        // The lease was the other one's, and the lock was still this one's.
        [Some(LOCKED), Some(LOCKED)] if plot.forgotten => Ok("neither wrote"),
        codes => wrong(codes),
    }
}

/// How two may end of which one waited for the other's database, or took so long that both went
/// on: one of them wrote at least.
fn together(codes: [Option<i32>; 2]) -> Result<&'static str, String> {
    match codes {
        [Some(0), Some(0)] => Ok("in turn"),
        [Some(0), Some(LOCKED)] | [Some(LOCKED), Some(0)] => Ok("one refused"),
        codes => wrong(codes),
    }
}

/// How two may end of which one had ended before the other began.
fn after(codes: [Option<i32>; 2]) -> Result<&'static str, String> {
    match codes {
        [Some(0), Some(0)] => Ok("had ended"),
        codes => wrong(codes),
    }
}

fn wrong([first, other]: [Option<i32>; 2]) -> Result<&'static str, String> {
    Err(format!(
        "the stopped process ended with {first:?}, the other one with {other:?}"
    ))
}

/// Every process has its record, which claims what its exit code says, and live is the copy of
/// the highest token that any of them claims.
fn records(scene: &Scene, pids: [u32; 2], codes: [Option<i32>; 2]) -> Result<(), String> {
    let runs = scene.runs();
    for (pid, code) in pids.into_iter().zip(codes) {
        let own: Vec<_> = runs
            .iter()
            .filter(|run| run.started.by.pid == pid)
            .collect();
        let [run] = own[..] else {
            return Err(format!("{} runs are recorded of a process", own.len()));
        };
        if run.claims_success() != (code == Some(0)) || run.ended.is_none() {
            return Err(format!(
                "a process that ended with {code:?} is recorded as {:?}",
                run.ended
            ));
        }
    }
    let steps = runs.iter().flat_map(|run| &run.steps);
    let written = steps.filter(|step| step.outcome == Outcome::Succeeded);
    let highest = written.filter_map(|step| step.token).max();
    let live = scene.token()?;
    match highest.is_none_or(|highest| highest == live) {
        true => Ok(()),
        false => Err(format!(
            "live is the copy with token {live}, the records say {highest:?}"
        )),
    }
}
