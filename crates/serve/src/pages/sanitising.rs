//! What is masked, app by app.

use super::frame::{Frame, Fresh, heading, page};
use super::links;
use super::marks::data;
use super::matrix::filter;
use super::words::count;
use crate::views::{Coverage, Sanitising};
use maud::{Markup, html};

/// Sanitising coverage.
#[must_use]
pub fn sanitising(sanitising: &Sanitising, frame: &Frame) -> Markup {
    let content = html! {
        div.heading {
            (heading("Sanitising", None, frame))
            (filter("coverage", "Show apps that hold"))
        }
        div id="coverage" data-live {
            @if sanitising.rows.is_empty() { p { "No app is configured." } } @else { (table(&sanitising.rows)) }
        }
    };
    page("Sanitising", Fresh::Slow, &content, frame)
}

fn table(rows: &[Coverage]) -> Markup {
    html! {
        table.cards {
            caption { "How clean the live data of each database is, and what made it so" }
            thead {
                tr {
                    th scope="col" { "Database" }
                    th scope="col" { "Live data" }
                    th scope="col" { "Ruleset" }
                    th.number scope="col" { "Columns masked" }
                    th.number scope="col" { "Columns kept" }
                    th scope="col" { "Gate" }
                    th scope="col" { "Key" }
                }
            }
            tbody { @for row in rows { (line(row)) } }
        }
    }
}

fn line(row: &Coverage) -> Markup {
    let columns = |number: Option<u64>| number.map_or_else(|| "–".to_owned(), count);
    html! {
        tr data-row {
            th scope="row" {
                a href=(links::runs(Some(&row.environment), Some(&row.app), None)) { (row.environment) "/" (row.app) }
                @if row.database != row.app { " " span.database { (row.database) } }
            }
            td { (data(row.data.as_deref())) (vouched(row)) }
            td {
                @match &row.ruleset {
                    Some(file) => {
                        (file)
                        @if let Some(digest) = &row.digest { " " code.digest { (short(digest)) } }
                    }
                    None => span.faint { "none" },
                }
            }
            td.number { (columns(row.masked)) span.label { " masked" } }
            td.number { (columns(row.kept)) span.label { " kept" } }
            td { @match &row.gate { Some(words) => (words), None => span.faint { "–" } } }
            td { @match &row.key { Some(key) => code { (key) }, None => span.faint { "–" } } }
        }
    }
}

fn vouched(row: &Coverage) -> Markup {
    html! {
        @if let Some(person) = &row.vouched_by {
            " " span.why {
                "vouched for by " (person)
                @if let Some(day) = row.vouched_until { " until " time datetime=(day) { (day) } }
            }
        }
    }
}

/// Enough of a digest to tell it from others.
fn short(digest: &str) -> String {
    digest.chars().take(19).collect()
}
