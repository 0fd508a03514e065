//! The fleet at a glance: the questions of a Monday morning, what works now, apps × environments.

use super::failure::unreadable;
use super::frame::{Frame, Fresh, heading, page};
use super::marks::{Tone, mark, verdict};
use super::progress::figures;
use super::words::when;
use super::{links, matrix};
use crate::views::{Exception, Overview, Question, Verdict, Working};
use maud::{Markup, html};

/// The first page.
#[must_use]
pub fn overview(overview: &Overview, frame: &Frame) -> Markup {
    let content = html! {
        (heading("Overview", Some(overview.at), frame))
        div id="unreadable" data-live { (unreadable(&overview.unreadable)) }
        section aria-labelledby="morning" {
            h2 id="morning" { "Monday morning" }
            div.questions id="questions" data-live {
                @for one in &overview.questions { (question(one)) }
            }
        }
        div id="working" data-live { (working(&overview.working, frame)) }
        (matrix::section(overview, frame))
        p.faint { "Weir " (overview.weir) }
    };
    page(
        "Overview",
        Fresh::fast_if(!overview.working.is_empty()),
        &content,
        frame,
    )
}

/// A question, its answer in a word, and what is behind it. What is well is folded away.
fn question(question: &Question) -> Markup {
    let good = question.exceptions.is_empty();
    html! {
        details.question id={ "question-" (question.id) } open[!good] {
            summary {
                span.asked { (question.question) }
                " "
                (answer(question))
            }
            @if !good {
                ul.exceptions {
                    @for one in &question.exceptions { (exception(one)) }
                }
            }
            @if !question.facts.is_empty() {
                ul.facts { @for fact in &question.facts { li { (fact) } } }
            } @else if good {
                p.faint { "Nothing to tell." }
            }
        }
    }
}

/// Each question is asked so that one of yes and no is the good answer.
fn answer(question: &Question) -> Markup {
    let (good, bad) = match question.id.as_str() {
        "recoverable" | "due" => ("yes", "no"),
        "broken" | "raw" => ("no", "yes"),
        "running" | "held" | "odd" => ("nothing", "see below"),
        _ => ("as wanted", "not as wanted"),
    };
    let listed = matches!(question.id.as_str(), "running" | "held");
    match question.verdict {
        Verdict::Good if listed && !question.facts.is_empty() => {
            mark(Tone::Quiet, &question.facts.len().to_string())
        }
        Verdict::Good => mark(Tone::Good, good),
        Verdict::Unknown => mark(Tone::Unknown, "cannot be told from here"),
        Verdict::Notice => mark(Tone::Notice, "have a look"),
        Verdict::Bad => mark(Tone::Bad, bad),
    }
}

fn exception(exception: &Exception) -> Markup {
    let (environment, app) = match exception.place.split_once('/') {
        Some((environment, rest)) => (environment, rest.split('/').next()),
        None => (exception.place.as_str(), None),
    };
    html! {
        li.exception .(verdict(exception.verdict).class()) {
            p {
                a.place href=(links::runs(Some(environment), app, None)) { (exception.place) }
                " " (exception.step) ": " (exception.cause)
            }
            dl {
                dt { "serving" } dd { (exception.serving) }
                @if !exception.command.is_empty() {
                    dt { "run" } dd { code.command data-copy { (exception.command) } }
                }
            }
        }
    }
}

fn working(working: &[Working], frame: &Frame) -> Markup {
    html! {
        @if !working.is_empty() {
            section aria-labelledby="at-work" {
                h2 id="at-work" { "Working now" }
                ul.working {
                    @for one in working { (at_work(one, frame)) }
                }
            }
        }
    }
}

fn at_work(working: &Working, frame: &Frame) -> Markup {
    html! {
        li {
            a.place href=(links::run(&working.run)) { (working.job) }
            @match (&working.waits_for, &working.progress) {
                (Some(why), _) => span.doing.long { (mark(Tone::Notice, "waiting")) " for " (why) },
                (None, Some(progress)) => {
                    span.doing { (progress.step) " of " (progress.steps) ": " (progress.name) }
                    @if let Some(total) = progress.total.filter(|total| *total > 0) {
                        progress max=(total) value=(progress.done.min(total))
                            aria-label={ (working.job) ": " (progress.name) } {}
                    }
                    span.figures { (figures(progress)) }
                }
                (None, None) => span.doing.long { "at work" },
            }
            span.faint { "began " (when(working.since, frame.now)) }
        }
    }
}
