//! Apps × environments. On a narrow screen each app is a card.

use super::chart::spark;
use super::frame::Frame;
use super::links;
use super::marks::{cell as state, data, mark};
use super::words::{age, bytes, length, when};
use crate::views::{Cell, Overview, Row};
use maud::{Markup, html};

/// The matrix with its filter.
pub(super) fn section(overview: &Overview, frame: &Frame) -> Markup {
    html! {
        section aria-labelledby="matrix" {
            div.heading {
                h2 id="matrix" { "Apps and environments" }
                (filter("matrix-rows", "Show apps that hold"))
            }
            @if overview.rows.is_empty() {
                p { "No app is configured." }
            } @else {
                div id="matrix-rows" data-live { (table(overview, frame)) }
            }
        }
    }
}

/// A field that the script fills with life; without it, it is not there.
pub(super) fn filter(rows: &str, label: &str) -> Markup {
    html! {
        label.filter hidden {
            span { (label) }
            " "
            input type="search" data-filter=(rows) autocomplete="off" spellcheck="false";
        }
    }
}

fn table(overview: &Overview, frame: &Frame) -> Markup {
    html! {
        table.matrix.cards {
            caption { "How each app is in each environment: state, age of its data, newest run and backup" }
            thead {
                tr {
                    th scope="col" { "App" }
                    @for environment in &overview.environments {
                        th scope="col" {
                            a href=(links::runs(Some(environment), None, None)) { (environment) }
                        }
                    }
                }
            }
            tbody {
                @for row in &overview.rows { (line(row, &overview.environments, frame)) }
            }
        }
    }
}

fn line(row: &Row, environments: &[String], frame: &Frame) -> Markup {
    html! {
        tr data-row {
            th scope="row" { a href=(links::runs(None, Some(&row.app), None)) { (row.app) } }
            @for environment in environments {
                @match row.cells.get(environment) {
                    Some(cell) => td { (inside(cell, environment, &row.app, frame)) },
                    None => td.absent { span.faint { "not here" } },
                }
            }
        }
    }
}

fn inside(cell: &Cell, environment: &str, app: &str, frame: &Frame) -> Markup {
    let (tone, word) = state(cell.state);
    html! {
        span.environment { (environment) }
        div.state {
            @match &cell.run {
                Some(run) => a href=(links::run(run)) { (mark(tone, word)) },
                None => (mark(tone, word)),
            }
            " "
            (data(cell.data.as_deref()))
        }
        (how_old(cell))
        @if cell.duration_seconds.is_some() || cell.bytes.is_some() { (size(cell, environment)) }
        @if let Some(held) = &cell.held { div.held { "Held: " (held) } }
        @if cell.next.is_some() || frame.may_act {
            div.next.faint {
                @if let Some(next) = cell.next { span { "next " (when(next, frame.now)) } }
                @if frame.may_act {
                    " " a href=(links::runs(Some(environment), Some(app), None))
                        aria-label={ "Act on " (environment) "/" (app) } { "Act" }
                }
            }
        }
    }
}

fn how_old(cell: &Cell) -> Markup {
    html! {
        @match (cell.age_seconds, cell.objective_seconds) {
            (Some(old), Some(most)) if old > most => {
                div.age.over { (age(old)) " old, over " (age(most)) }
            }
            (Some(old), Some(most)) => {
                div.age { span { (age(old)) " old" } " " span.faint { "of " (age(most)) } }
            }
            (Some(old), None) => div.age { (age(old)) " old" },
            (None, _) => {}
        }
    }
}

fn size(cell: &Cell, environment: &str) -> Markup {
    html! {
        div.size {
            @if let Some(seconds) = cell.duration_seconds { span { "took " (length(seconds)) } " " }
            @if let Some(size) = cell.bytes {
                a href=(links::backups(Some(environment))) { (bytes(size)) }
                (spark(&cell.bytes_before))
            }
        }
    }
}
