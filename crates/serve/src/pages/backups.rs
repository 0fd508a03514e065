//! The backups in the stores.

use super::failure::unreadable;
use super::frame::{Frame, Fresh, heading, page};
use super::links;
use super::marks::{Tone, data, mark};
use super::matrix::filter;
use super::words::{bytes, count, when};
use crate::views::{BackupList, BackupRow};
use maud::{Markup, html};

/// The backups, newest first.
#[must_use]
pub fn backups(list: &BackupList, frame: &Frame) -> Markup {
    let environment = frame.asked("environment");
    let title = environment.map_or_else(
        || "Backups".to_owned(),
        |environment| format!("Backups of {environment}"),
    );
    let content = html! {
        div.heading {
            (heading(&title, None, frame))
            (filter("backup-rows", "Show backups that hold"))
        }
        (unreadable(&list.unreadable))
        div id="backup-rows" data-live {
            @if list.backups.is_empty() {
                p { "No backup is in the stores that can be read from here." }
            } @else {
                (table(&list.backups, frame))
            }
        }
    };
    page(&title, Fresh::Slow, &content, frame)
}

fn table(backups: &[BackupRow], frame: &Frame) -> Markup {
    html! {
        table.cards {
            caption { "Newest first" }
            thead {
                tr {
                    th scope="col" { "Backup" }
                    th scope="col" { "State" }
                    th scope="col" { "Data" }
                    th scope="col" { "Made" }
                    th scope="col" { "Data as of" }
                    th.number scope="col" { "Rows" }
                    th.number scope="col" { "Stored" }
                }
            }
            tbody { @for row in backups { (line(row, frame)) } }
        }
    }
}

fn line(row: &BackupRow, frame: &Frame) -> Markup {
    html! {
        tr data-row {
            th scope="row" {
                a href=(links::backup(row)) { (row.environment) "/" (row.app) }
                @if row.database != row.app { " " span.database { (row.database) } }
                " " span.faint.reference { (row.folder) }
            }
            td {
                @match &row.broken {
                    None => (mark(Tone::Good, "whole")),
                    Some(why) => { (mark(Tone::Bad, "not whole")) " " span.why { (why) } }
                }
            }
            td.short { (data(Some(&row.data))) }
            td.short { span.label { "made " } (when(row.created, frame.now)) }
            td.short { span.label { "data as of " } (when(row.data_as_of, frame.now)) }
            td.number { (count(row.rows)) span.label { " rows" } }
            td.number { (bytes(row.bytes)) }
        }
    }
}
