//! Several writers of one target, with clocks minutes or years apart: one is paused, or its
//! beats come late or never, until another has taken over and swapped. The stale one is refused,
//! every time, and the newer one's copy stays. Some are threads that each think themselves on a
//! host of their own, some are processes of one host.

mod engine;
mod master;
mod meet;
mod pause;
mod plot;
mod processes;
mod scene;
mod wire;

use super::tally::Tally;
use engine::Engine;
use master::Master;
use plot::Plot;
use processes::Processes;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

/// Seeds that run at a time: each waits for a lease to run out much of its time.
const TOGETHER: usize = 6;
/// Rows of a copy where both writers are threads.
const ROWS: i64 = 50;

/// How the writers of a seed meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meeting {
    /// One stands still, beats and all, as on a host that was suspended.
    Paused,
    /// One works on, and its beats come to the store late, or never.
    OnTheWire,
    /// They are processes of one host, and one is stopped.
    Processes,
}

impl Meeting {
    /// How those of a seed meet.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        match seed % 10 {
            0..=4 => Self::Paused,
            5..=7 => Self::OnTheWire,
            _ => Self::Processes,
        }
    }

    /// The first seeds whose writers meet so.
    pub fn seeds(self, count: usize) -> impl Iterator<Item = u64> {
        (1..)
            .filter(move |seed| Self::of(*seed) == self)
            .take(count)
    }
}

/// Lets writers meet once for every seed; processes are of `weir`, the binary.
pub fn run(weir: Option<&Path>, seeds: impl IntoIterator<Item = u64>) -> Tally {
    let seeds: Vec<u64> = seeds.into_iter().collect();
    let next = AtomicUsize::new(0);
    let tally = Mutex::new(Tally::default());
    let stage = Stage::new(weir);
    std::thread::scope(|scope| {
        for _ in 0..TOGETHER {
            scope.spawn(|| {
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let (kind, ended) = stage.meet(*seed);
                    let mut tally = tally.lock().expect("nobody panics with it");
                    match ended {
                        Ok(ended) => tally.count(kind, ended),
                        Err(wrong) => tally.miss(kind, format!(
                            "seed {seed}: {wrong}; again: WEIR_SEED={seed} WEIR_WRITERS=1 WEIR_FAULTS=0 WEIR_KILLS=0 WEIR_BOUNDARIES=0 WEIR_NETWORK=0 WEIR_CANARIES=0 scripts/faults"
                        )),
                    }
                }
            });
        }
    });
    tally.into_inner().expect("nobody panics with it")
}

/// What seeds get copies of, made when the first one needs it.
struct Stage<'a> {
    weir: Option<&'a Path>,
    sqlite: OnceLock<Master>,
    fake: OnceLock<Master>,
    processes: OnceLock<Processes>,
}

impl<'a> Stage<'a> {
    fn new(weir: Option<&'a Path>) -> Self {
        Self {
            weir,
            sqlite: OnceLock::new(),
            fake: OnceLock::new(),
            processes: OnceLock::new(),
        }
    }

    fn meet(&self, seed: u64) -> (String, Result<&'static str, String>) {
        let plot = match Meeting::of(seed) {
            Meeting::Paused => Plot::paused(seed),
            Meeting::OnTheWire => Plot::on_the_wire(seed),
            Meeting::Processes => return self.processes(seed),
        };
        let master = match plot.engine {
            Engine::Sqlite => &self.sqlite,
            Engine::Fake => &self.fake,
        };
        let master = master.get_or_init(|| Master::new(plot.engine, ROWS));
        let ended = meet::meet(&master.copy(plot.wire), &plot);
        let ended = ended.map_err(|wrong| format!("{plot:?}: {wrong}"));
        (plot.kind(), ended)
    }

    fn processes(&self, seed: u64) -> (String, Result<&'static str, String>) {
        match self.weir {
            Some(weir) => self
                .processes
                .get_or_init(|| Processes::new(weir))
                .meet(seed),
            None => {
                let wrong = "these writers are processes, and no binary was given".to_owned();
                ("processes".to_owned(), Err(wrong))
            }
        }
    }
}
