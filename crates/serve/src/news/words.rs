//! What was told, as people read it. Failures are recorded words: they hold no row value and no
//! secret.

use crate::told::Told;
use jiff::Timestamp;
use weir_config::Event;
use weir_model::hold::Hold;
use weir_model::run::{Failure, Outcome};
use weir_notify::Message;
use weir_pipeline::{Weir, drift, words};

/// The message, if it is one for people.
pub(super) fn message(weir: &Weir, told: &Told) -> Option<Message> {
    let now = weir.now();
    match told {
        Told::Started {
            job,
            late: Some(why),
            ..
        } => {
            let message = about(weir, job, Event::Late, format!("{job} runs late"), now)?;
            Some(with_lines(
                message,
                [why.clone()],
                format!("weir runs {job}"),
            ))
        }
        Told::Ended {
            job,
            run,
            outcome: Outcome::Failed,
            failure,
        } => failed(weir, job, run, failure.as_ref(), now),
        Told::Ended {
            job,
            run,
            outcome: Outcome::Succeeded,
            ..
        } => {
            let message = about(
                weir,
                job,
                Event::Recovery,
                format!("{job} is well again"),
                now,
            )?;
            Some(Message {
                run: Some(run.clone()),
                ..message
            })
        }
        Told::LeftOut {
            job,
            due,
            count,
            why,
            held: false,
        } => {
            let message = about(weir, job, Event::Late, format!("{job} did not run"), now)?;
            let when = match count {
                1 => format!("It was due at {due}."),
                _ => format!("It was due {count} times up to {due}."),
            };
            Some(with_lines(
                message,
                [when, why.clone()],
                format!("weir run {job}"),
            ))
        }
        Told::Trouble { environment, why } => {
            let title = format!("The records of {environment} cannot be used");
            let message = of(environment, Event::Failure, title, now);
            Some(with_lines(
                message,
                [why.clone()],
                format!("weir doctor {environment}"),
            ))
        }
        Told::Recovered { environment } => {
            let title = format!("The records of {environment} can be used again");
            Some(of(environment, Event::Recovery, title, now))
        }
        Told::HeartbeatFailed { environment, why } => {
            let title = format!("The heartbeat of {environment} was not given");
            let message = of(environment, Event::Failure, title, now);
            Some(with_lines(
                message,
                [why.clone()],
                format!("weir doctor {environment}"),
            ))
        }
        Told::Serving { .. }
        | Told::Asked { .. }
        | Told::Warned { .. }
        | Told::ClockMoved { .. }
        | Told::Pruned { .. }
        | Told::Started { .. }
        | Told::Ended { .. }
        | Told::LeftOut { .. }
        | Told::Stopping { .. } => None,
    }
}

fn failed(
    weir: &Weir,
    job: &str,
    run: &str,
    failure: Option<&Failure>,
    now: Timestamp,
) -> Option<Message> {
    let (kind, title) = match failure.is_some_and(drift::is_behind) {
        true => (
            Event::Drift,
            format!("{job} failed: its schema has changed"),
        ),
        false => (Event::Failure, format!("{job} failed")),
    };
    let message = about(weir, job, kind, title, now)?;
    let why = failure.map(|failure| format!("{}: {}", failure.doing, failure.cause));
    let hint = failure.and_then(|failure| failure.hint.clone());
    let hint = hint.iter().flat_map(|hint| hint.lines()).map(str::to_owned);
    let lines: Vec<String> = why.into_iter().chain(hint).collect();
    let command = match run {
        "" => format!("weir runs {job}"),
        run => format!("weir logs {run}"),
    };
    Some(Message {
        run: (!run.is_empty()).then(|| run.to_owned()),
        ..with_lines(message, lines, command)
    })
}

/// What has been held for long.
pub(super) fn held(hold: &Hold, now: Timestamp) -> Message {
    let since = words::age(now.duration_since(hold.from));
    let operation = hold.operation.as_deref().unwrap_or("everything");
    let title = format!("{operation} of {} has been held for {since}", hold.place());
    let message = Message {
        app: hold.app.clone(),
        job: hold.job.clone(),
        ..of(&hold.environment, Event::Held, title, now)
    };
    with_lines(
        message,
        [hold.in_words()],
        format!("weir release {}", hold.id),
    )
}

fn about(weir: &Weir, job: &str, kind: Event, title: String, at: Timestamp) -> Option<Message> {
    let job = weir.fleet().job(job).ok()?;
    Some(Message {
        app: Some(job.app.clone()),
        job: Some(job.name.clone()),
        ..of(&job.environment, kind, title, at)
    })
}

fn of(environment: &str, kind: Event, title: String, at: Timestamp) -> Message {
    Message {
        kind,
        environment: environment.to_owned(),
        app: None,
        job: None,
        run: None,
        title,
        lines: Vec::new(),
        command: None,
        at,
    }
}

fn with_lines(message: Message, lines: impl Into<Vec<String>>, command: String) -> Message {
    Message {
        lines: lines.into(),
        command: Some(command),
        ..message
    }
}
