//! `program`: whatever a program of the operator's answers.

mod batch;
mod cache;
mod process;
mod protocol;

use super::keyed::{empty, text_of};
use super::{
    DOMAIN, Determinism, Length, Mask, OptionAbout, OptionProblem, OptionValues, Options,
    OutputType, Place, RowView, Transformer, Uniqueness, ValueMask,
};
use crate::run::Run;
use batch::Batch;
use cache::{Cache, CachePlace};
use process::{Failure, Process};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use weir_engine::{Field, Replacement};
use weir_model::error::{Error, Kind, Result};

/// Seconds that a program has for an answer unless a rule says otherwise.
const TIMEOUT: i64 = 10;

pub(super) static ABOUT: Transformer = Transformer {
    name: "program",
    meaning: "whatever a program of yours answers",
    example: ("anything", "the program's answer"),
    determinism: Determinism::Program,
    uniqueness: Uniqueness::MayCollide,
    output: "what the program answers, 16 MiB at most",
    options: &[
        OptionAbout {
            name: "command",
            meaning: "the program and its arguments, run without a shell: a path from the root, or a name that PATH finds",
            values: OptionValues::Texts,
            required: true,
        },
        OptionAbout {
            name: "timeout",
            meaning: "seconds that it has for each answer; 10 unless given",
            values: OptionValues::Integer(1, 3600),
            required: false,
        },
        DOMAIN,
    ],
    domain: Some("program"),
    // What it answers is its own affair.
    identifying: false,
    make,
};

fn make(options: &mut Options) -> std::result::Result<Arc<dyn Mask>, OptionProblem> {
    let command = options.texts("command")?.unwrap_or_default();
    let Some((program, arguments)) = command.split_first() else {
        return Err(OptionProblem::new(
            "`program` needs the program to run",
            "write {mask: program, command: [/opt/mask-notes, --fast]}",
        ));
    };
    if program.is_empty() || (program.contains('/') && !program.starts_with('/')) {
        return Err(OptionProblem::new(
            "which program is run would depend on the folder that Weir is started in",
            "write its path from the root, or a name that PATH finds",
        ));
    }
    let timeout = options.integer("timeout", 1, 3600)?.unwrap_or(TIMEOUT);
    Ok(Arc::new(Program {
        domain: options.domain("program")?,
        program: program.clone(),
        arguments: arguments.to_vec(),
        timeout: Duration::from_secs(u64::try_from(timeout).unwrap_or_default()),
    }))
}

#[derive(Debug)]
struct Program {
    domain: String,
    program: String,
    arguments: Vec<String>,
    timeout: Duration,
}

impl Mask for Program {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn rule(&self) -> String {
        let (program, arguments) = (&self.program, &self.arguments);
        format!("program {program:?} {arguments:?}, domain {}", self.domain)
    }

    fn output(&self) -> OutputType {
        OutputType::Same
    }

    fn length(&self) -> Length {
        Length::Any
    }

    fn bind(&self, place: &Place<'_>) -> Result<Arc<dyn ValueMask>> {
        let key = place.key.domain(&self.domain);
        let (table, column) = (&place.table.name, &place.column.name);
        let doing = format!(
            "mask `{table}.{column}` with the program `{}`",
            self.program
        );
        // What the program gets is a key of its own: it cannot make other transformers' pseudonyms.
        let own = key.hash(b"\0program");
        let hello = protocol::hello(table, column, &own);
        let started = Process::start(&self.program, &self.arguments, self.timeout);
        let process = started
            .map_err(Failure::from)
            .and_then(|mut process| {
                process.ask(hello, 1, place.run, |_, answer| protocol::welcome(answer))?;
                Ok(process)
            })
            .map_err(|failure| failed(&doing, failure))?;
        Ok(Arc::new(ProgramMask {
            doing,
            run: Arc::clone(place.run),
            process: Mutex::new(process),
            cache: Mutex::new(Cache::new(key.hash(b"\0program cache"))),
            waiting: Mutex::default(),
        }))
    }
}

fn failed(doing: &str, failure: Failure) -> Error {
    let cause = match failure {
        Failure::Program(cause) => cause,
        Failure::Run(stopped) => return stopped,
    };
    Error::new(Kind::Sanitise, doing, cause).hint(
        "run the program by hand and talk to it as docs/transformers.md says; what it writes to \
         standard error is not kept",
    )
}

struct ProgramMask {
    doing: String,
    run: Arc<Run>,
    /// Locked before the others.
    process: Mutex<Process>,
    cache: Mutex<Cache>,
    /// What was seen ahead and is not yet asked.
    waiting: Mutex<Batch>,
}

impl ValueMask for ProgramMask {
    fn mask(&self, field: Field<'_>, _row: &RowView<'_>) -> Result<Replacement> {
        if let Some(answer) = unasked(field) {
            return Ok(answer);
        }
        let place = locked(&self.cache).place(field);
        if let Some(known) = locked(&self.cache).get(&place) {
            return Ok(known);
        }
        let mut process = locked(&self.process);
        // Another worker may have asked for it meanwhile.
        if let Some(known) = locked(&self.cache).get(&place) {
            return Ok(known);
        }
        let mut batch = std::mem::take(&mut *locked(&self.waiting));
        batch.add(place, field);
        let answer = self.ask(&mut process, batch, Some(&place))?;
        // It was in the batch.
        Ok(answer.unwrap_or(Replacement::Null))
    }

    fn ahead(self: Arc<Self>) -> Option<Arc<dyn ValueMask>> {
        Some(Arc::new(Ahead(self)))
    }
}

impl ProgramMask {
    /// Asks a batch, and keeps its answers. Gives back the one that is `wanted`.
    fn ask(
        &self,
        process: &mut Process,
        batch: Batch,
        wanted: Option<&CachePlace>,
    ) -> Result<Option<Replacement>> {
        let Batch {
            questions, asked, ..
        } = batch;
        let mut found = None;
        let take = |number: usize, line: &[u8]| {
            if let Some((place, is_bytes)) = asked.get(number) {
                let answer = protocol::answer(line, *is_bytes)?;
                locked(&self.cache).put(*place, &answer);
                if wanted == Some(place) {
                    found = Some(answer);
                }
            }
            Ok(())
        };
        let done = process.ask(questions, asked.len(), &self.run, take);
        done.map_err(|failure| failed(&self.doing, failure))?;
        Ok(found)
    }

    /// Notes a value that will be masked soon; asks once enough are waiting.
    fn see(&self, field: Field<'_>) -> Result<()> {
        if unasked(field).is_some() || Batch::is_too_long(field) {
            return Ok(());
        }
        let place = locked(&self.cache).place(field);
        if locked(&self.cache).get(&place).is_some() {
            return Ok(());
        }
        let is_full = {
            let mut waiting = locked(&self.waiting);
            waiting.add(place, field);
            waiting.is_full()
        };
        if is_full {
            let mut process = locked(&self.process);
            let batch = std::mem::take(&mut *locked(&self.waiting));
            // Another worker may have asked them all meanwhile.
            if !batch.asked.is_empty() {
                self.ask(&mut process, batch, None)?;
            }
        }
        Ok(())
    }
}

/// What takes the place of a value that no program is asked about.
fn unasked(field: Field<'_>) -> Option<Replacement> {
    match text_of(field) {
        None => Some(Replacement::Null),
        Some(value) if value.is_empty() => Some(empty(field)),
        Some(_) => None,
    }
}

fn locked<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Looks at the values that will be masked soon, so that they are asked about together.
struct Ahead(Arc<ProgramMask>);

impl ValueMask for Ahead {
    fn mask(&self, field: Field<'_>, _row: &RowView<'_>) -> Result<Replacement> {
        self.0.see(field)?;
        Ok(Replacement::Null)
    }
}
