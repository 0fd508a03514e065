//! One run with all that is known of it.

mod tables;

use super::facts::fact;
use super::failure::failure;
use super::frame::{Frame, Fresh, page};
use super::links;
use super::marks::{data, mark, outcome};
use super::progress::progress;
use super::words::{bytes, count, length, moment, now_and_then};
use crate::views::{Failure, LogLevel, LogLine, Run, Step};
use maud::{Markup, html};

/// Its steps, its log as far as it is written, what it read and wrote.
#[must_use]
pub fn run(run: &Run, frame: &Frame) -> Markup {
    let works = run.outcome.is_none();
    let content = html! {
        div id="how" data-live { (how(run)) }
        // Read out when a step begins, and not at every figure.
        p.hidden role="status" id="step-now" data-live {
            @if let Some(far) = &run.progress { "Step " (far.step) " of " (far.steps) ": " (far.name) }
        }
        @if frame.may_act { (super::runs::actions(&run.environment, Some(&run.job))) }
        div id="facts" data-live { (facts(run, frame)) }
        section aria-labelledby="steps-heading" {
            h2 id="steps-heading" { "Steps" }
            div id="steps" data-live {
                @if run.steps.is_empty() { p.faint { "None has ended yet." } }
                @for one in &run.steps { (step(one, run.failure.as_ref())) }
            }
        }
        section aria-labelledby="log-heading" {
            h2 id="log-heading" { "Log" }
            (log(&run.log))
        }
    };
    let fresh = if works { Fresh::Fast } else { Fresh::Still };
    page(&format!("{} {}", run.verb, run.job), fresh, &content, frame)
}

fn how(run: &Run) -> Markup {
    let (tone, word) = outcome(run.outcome);
    html! {
        div.heading {
            h1.verb { (run.verb) " " a href=(links::runs(Some(&run.environment), Some(&run.app), None)) { (run.job) } }
            (mark(tone, word))
        }
        @if let Some(told) = &run.failure { (failure(told)) }
        @if let Some(far) = &run.progress { (progress(far)) }
    }
}

fn facts(run: &Run, frame: &Frame) -> Markup {
    let until = run.ended.unwrap_or(frame.now);
    let took = if run.ended.is_some() {
        "Took"
    } else {
        "Works for"
    };
    html! {
        dl.facts {
            (fact("Run", &html! { code { (run.run) } }))
            (fact("Began", &now_and_then(run.began, frame.now)))
            @if let Some(ended) = run.ended { (fact("Ended", &moment(ended))) }
            (fact(took, &html! { (length(until.duration_since(run.began).as_secs())) }))
            @if let Some(due) = run.due {
                (fact("Due", &html! { (moment(due)) @if run.attempt > 1 { ", attempt " (run.attempt) } }))
            }
            @if let Some(person) = &run.requested_by { (fact("Asked for by", &html! { (person) })) }
            @if let Some(earlier) = &run.continues { (fact("Continues", &of_run(earlier))) }
            (fact("Process", &html! { (run.process) ", Weir " (run.weir) }))
        }
    }
}

/// A run's id, linked.
fn of_run(id: &str) -> Markup {
    html! { a href=(links::run(id)) { code { (id) } } }
}

fn step(step: &Step, known: Option<&Failure>) -> Markup {
    // What failed the run stands at the top of the page already.
    let told = step.failure.as_ref();
    let told = told.filter(|told| known.is_none_or(|known| known.cause != told.cause));
    let (tone, word) = outcome(Some(step.outcome));
    let took = length(step.ended.duration_since(step.began).as_secs());
    html! {
        article.step {
            h3 {
                span { (step.number) ". " (step.operation) }
                span.database { (step.database) }
                (mark(tone, word))
            }
            @if let Some(told) = told { (failure(told)) }
            dl.facts {
                (fact("Took", &html! { (took) ", from " (moment(step.began)) }))
                @if let Some(name) = &step.backup { (fact("Backup", &backup(name))) }
                @if let Some(as_of) = step.data_as_of { (fact("Data as of", &moment(as_of))) }
                @if step.data.is_some() { (fact("Data is", &data(step.data.as_deref()))) }
                @if step.rows > 0 { (fact("Rows", &html! { (count(step.rows)) })) }
                @if step.bytes > 0 { (fact("Stored", &html! { (bytes(step.bytes)) @if let Some(rate) = a_second(step.bytes_per_second) { (rate) } })) }
                @if let Some(token) = step.token { (fact("Fencing token", &html! { (token) })) }
                @if let Some(earlier) = &step.done_by { (fact("Done before, by", &of_run(earlier))) }
            }
            @if !step.tables.is_empty() { (tables::tables(step)) }
        }
    }
}

/// How fast, in brackets.
fn a_second(rate: Option<f64>) -> Option<String> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // whole bytes are enough
    rate.map(|rate| format!(" ({}/s)", bytes(rate as u64)))
}

/// A backup's name, linked where it is one that can be shown.
pub(super) fn backup(name: &str) -> Markup {
    html! {
        @match links::reference(name) {
            Some(address) => a href=(address) { code { (name) } },
            None => code { (name) },
        }
    }
}

fn log(lines: &[LogLine]) -> Markup {
    html! {
        div.log id="log" data-live="append" tabindex="0" role="group" aria-labelledby="log-heading" {
            @if lines.is_empty() { p.faint { "Nothing is written." } }
            ol { @for line in lines { (log_line(line)) } }
        }
    }
}

fn log_line(line: &LogLine) -> Markup {
    let (class, word) = match line.level {
        LogLevel::Step => ("step-line", "step"),
        LogLevel::Note => ("note", ""),
        LogLevel::Warning => ("warning", "warning"),
    };
    html! {
        li .(class) {
            time datetime=(line.at.strftime("%Y-%m-%dT%H:%M:%SZ")) { (line.at.strftime("%H:%M:%S")) }
            " "
            @if !word.is_empty() { span.level { (word) } " " }
            span.text { (line.text) }
        }
    }
}
