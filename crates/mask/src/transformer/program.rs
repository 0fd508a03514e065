//! `program`: whatever a program of the operator's answers.

mod cache;
mod process;
mod protocol;

use super::keyed::{empty, text_of};
use super::{
    DOMAIN, Determinism, Length, Mask, OptionAbout, OptionProblem, OptionValues, Options,
    OutputType, Place, RowView, Transformer, Uniqueness, ValueMask,
};
use cache::Cache;
use process::Process;
use std::sync::{Arc, Mutex, PoisonError};
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
        let process = Process::start(&self.program, &self.arguments, self.timeout)
            .and_then(|mut process| {
                let answer = process.ask(hello)?;
                protocol::welcome(&answer).map(|()| process)
            })
            .map_err(|cause| failed(&doing, cause))?;
        Ok(Arc::new(ProgramMask {
            doing,
            process: Mutex::new(process),
            cache: Mutex::new(Cache::new(key.hash(b"\0program cache"))),
        }))
    }
}

fn failed(doing: &str, cause: impl Into<String>) -> Error {
    Error::new(Kind::Sanitise, doing, cause.into()).hint(
        "run the program by hand and talk to it as docs/transformers.md says; what it writes to \
         standard error is not kept",
    )
}

struct ProgramMask {
    doing: String,
    process: Mutex<Process>,
    cache: Mutex<Cache>,
}

impl ValueMask for ProgramMask {
    fn mask(&self, field: Field<'_>, _row: &RowView<'_>) -> Result<Replacement> {
        match text_of(field) {
            None => return Ok(Replacement::Null),
            Some(value) if value.is_empty() => return Ok(empty(field)),
            Some(_) => {}
        }
        let cache = || self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        let place = cache().place(field);
        if let Some(known) = cache().get(&place) {
            return Ok(known);
        }
        let question = protocol::question(field);
        let answer = {
            let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
            process.ask(question)
        };
        let replacement = answer
            .and_then(|answer| protocol::answer(&answer, field))
            .map_err(|cause| failed(&self.doing, cause))?;
        cache().put(place, &replacement);
        Ok(replacement)
    }
}
