//! Runs, newest first.

use super::frame::{Frame, Fresh, heading, page};
use super::links;
use super::marks::{mark, outcome};
use super::words::{length, when};
use crate::views::{RunList, RunRow};
use maud::{Markup, html};

/// The runs that [`Frame::path`] asks for: of an environment, of an app, before one of them.
#[must_use]
pub fn runs(list: &RunList, frame: &Frame) -> Markup {
    let (environment, app) = (frame.asked("environment"), frame.asked("app"));
    let (environment, app) = (environment.as_deref(), app.as_deref());
    let title = match (environment, app) {
        (Some(environment), Some(app)) => format!("Runs of {environment}/{app}"),
        (Some(one), None) | (None, Some(one)) => format!("Runs of {one}"),
        (None, None) => "Runs".to_owned(),
    };
    let works = list.runs.iter().any(|run| run.outcome.is_none());
    let content = html! {
        (heading(&title, None, frame))
        (chosen(environment, app))
        @if let Some(environment) = environment.filter(|_| frame.may_act) {
            @let job = app.map(|app| format!("{environment}/{app}"));
            (actions(environment, job.as_deref()))
        }
        div id="runs" data-live { (table(&list.runs, frame)) }
        @if let Some(next) = &list.next {
            p.pages { a rel="next" href=(links::runs(environment, app, Some(next))) { "Older runs" } }
        }
    };
    page(&title, Fresh::fast_if(works), &content, frame)
}

fn chosen(environment: Option<&str>, app: Option<&str>) -> Markup {
    html! {
        form.filters method="get" action="/runs" role="search" aria-label="Runs" {
            label { "Environment " input name="environment" value=[environment] size="14" autocomplete="off" spellcheck="false"; }
            label { "App " input name="app" value=[app] size="18" autocomplete="off" spellcheck="false" data-first; }
            button { "Show" }
            @if environment.or(app).is_some() { " " a href="/runs" { "All runs" } }
        }
    }
}

/// What may be done with an environment, or with a job in it.
pub(super) fn actions(environment: &str, job: Option<&str>) -> Markup {
    let place = job.unwrap_or(environment);
    html! {
        nav.actions aria-label={ "Actions on " (place) } {
            @if let Some(job) = job {
                a.button href=(links::act_run(job)) { "Run now…" }
                a.button href=(links::act_rollback(job)) { "Roll back…" }
            }
            a.button href=(links::act_hold(place)) { "Hold…" }
        }
    }
}

fn table(runs: &[RunRow], frame: &Frame) -> Markup {
    html! {
        @if runs.is_empty() {
            p { "No run is recorded." }
        } @else {
            table.cards {
                caption { "Newest first" }
                thead {
                    tr {
                        th scope="col" { "Job" }
                        th scope="col" { "How it ended" }
                        th scope="col" { "Verb" }
                        th scope="col" { "Began" }
                        th.number scope="col" { "Took" }
                        th scope="col" { "Run" }
                    }
                }
                tbody { @for run in runs { (line(run, frame)) } }
            }
        }
    }
}

fn line(run: &RunRow, frame: &Frame) -> Markup {
    let (tone, word) = outcome(run.outcome);
    html! {
        tr {
            th scope="row" { a href=(links::run(&run.run)) { (run.job) } }
            td {
                (mark(tone, word))
                @if let Some(failure) = &run.failure { " " span.why { (failure) } }
                @if let Some(why) = &run.unreadable { " " span.why { "not readable whole: " (why) } }
            }
            td.short { (run.verb) }
            td.short { (when(run.began, frame.now)) }
            td.number { span.label { "took " } (length(run.seconds)) }
            td.short { code { (run.run) } }
        }
    }
}
