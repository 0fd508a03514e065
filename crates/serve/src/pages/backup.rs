//! One backup: what it is, where its data came from, who has it now, how to bring it back.

use super::facts::fact;
use super::frame::{Frame, Fresh, page};
use super::links;
use super::marks::{Tone, data, mark};
use super::run::backup as named;
use super::words::{bytes, count, now_and_then, when};
use crate::views::{Backup, Hop, Verification};
use maud::{Markup, html};

/// Everything that is known of it.
#[must_use]
pub fn backup(backup: &Backup, frame: &Frame) -> Markup {
    let row = &backup.row;
    let title = format!("Backup of {}/{}", row.environment, row.app);
    let content = html! {
        div.heading {
            h1 { (title) }
            @match &row.broken {
                None => (mark(Tone::Good, "whole")),
                Some(_) => (mark(Tone::Bad, "not whole")),
            }
        }
        @if let Some(why) = &row.broken { div.failure { p.cause { "It does not count as a backup: " (why) } } }
        @if frame.may_act {
            nav.actions aria-label="Actions on this backup" {
                a.button href=(links::act_verify(&row.reference)) { "Verify…" }
            }
        }
        (facts(backup, frame))
        (lineage(backup))
        (verification(&backup.verification, frame))
        (by_hand(&backup.by_hand))
        (contents(backup))
    };
    page(&title, Fresh::Still, &content, frame)
}

fn facts(backup: &Backup, frame: &Frame) -> Markup {
    let row = &backup.row;
    html! {
        dl.facts {
            (fact("Name", &html! { code data-copy { (row.reference) } }))
            (fact("Database", &html! { (row.database) ", " (backup.engine) }))
            (fact("Made", &now_and_then(row.created, frame.now)))
            (fact("Data as of", &now_and_then(row.data_as_of, frame.now)))
            (fact("Data is", &data(Some(&row.data))))
            (fact("Rows", &html! { (count(row.rows)) }))
            (fact("Stored", &html! { (bytes(row.bytes)) }))
            (fact("Made by", &html! { a href=(links::run(&backup.run)) { code { (backup.run) } } }))
            (fact("Proof", &html! { (backup.proof) }))
            (fact("Signature", &html! { (backup.signature) }))
            (fact("Encrypted to", &recipients(&backup.recipients)))
            @if let Some(client) = &backup.readable_by { (fact("Read by", &html! { (client) })) }
        }
        @if !backup.sanitising.is_empty() {
            section aria-labelledby="sanitising" {
                h2 id="sanitising" { "Sanitising" }
                ul { @for line in &backup.sanitising { li { (line) } } }
            }
        }
    }
}

fn recipients(recipients: &[String]) -> Markup {
    html! {
        @if recipients.is_empty() { "nobody: it is not encrypted" }
        @for (number, one) in recipients.iter().enumerate() {
            @if number > 0 { ", " }
            code { (one) }
        }
    }
}

fn lineage(backup: &Backup) -> Markup {
    html! {
        section aria-labelledby="lineage" {
            h2 id="lineage" { "Where the data came from, and where it went" }
            ol.lineage {
                @for hop in &backup.lineage { li { (place(hop)) } }
                li.here { strong { (backup.row.environment) "/" (backup.row.app) } " this backup" }
            }
            @if backup.used_by.is_empty() {
                p.faint { "As far as the records that can be read from here say, nothing was restored from it." }
            } @else {
                h3 { "Restored from it" }
                ul.used { @for hop in &backup.used_by { li { (place(hop)) } } }
            }
        }
    }
}

fn place(hop: &Hop) -> Markup {
    html! {
        strong { (hop.place) }
        @if let Some(name) = &hop.backup { " " (named(name)) }
        @if let Some(run) = &hop.run { " by run " a href=(links::run(run)) { code { (run) } } }
    }
}

fn verification(list: &[Verification], frame: &Frame) -> Markup {
    html! {
        section aria-labelledby="verification" {
            h2 id="verification" { "Verification" }
            @if list.is_empty() {
                p { (mark(Tone::Notice, "not yet")) " Nothing has read it to its end since it was made." }
            } @else {
                ul.verification {
                    @for one in list {
                        li {
                            @if one.held { (mark(Tone::Good, "proven")) } @else { (mark(Tone::Bad, "not proven")) }
                            " " (one.by) " " (when(one.at, frame.now))
                            @if let Some(run) = &one.run { ", run " a href=(links::run(run)) { code { (run) } } }
                        }
                    }
                }
            }
        }
    }
}

fn by_hand(lines: &[String]) -> Markup {
    html! {
        @if !lines.is_empty() {
            section aria-labelledby="by-hand" {
                h2 id="by-hand" { "Restore it by hand" }
                p { "With stock tools and without Weir:" }
                pre.shell tabindex="0" role="group" aria-labelledby="by-hand" data-copy { code { (lines.join("\n")) } }
            }
        }
    }
}

fn contents(backup: &Backup) -> Markup {
    let manifest = serde_json::to_string_pretty(&backup.manifest).unwrap_or_default();
    html! {
        section aria-labelledby="contents" {
            h2 id="contents" { "Contents" }
            details {
                summary { "Tables (" (backup.tables.len()) ")" }
                table {
                    caption { "Largest first" }
                    thead { tr { th scope="col" { "Table" } th.number scope="col" { "Rows" } } }
                    tbody {
                        @for one in &backup.tables {
                            tr { th scope="row" { (one.name) } td.number { (count(one.rows)) } }
                        }
                    }
                }
            }
            details {
                summary { "Parts (" (backup.parts.len()) ")" }
                div.scroll tabindex="0" role="group" aria-label="Parts" {
                    table {
                        caption { "As they are stored" }
                        thead { tr { th scope="col" { "Part" } th.number scope="col" { "Stored" } th scope="col" { "Digest" } } }
                        tbody {
                            @for one in &backup.parts {
                                tr { th scope="row" { (one.name) } td.number { (bytes(one.bytes)) } td { code { (one.digest) } } }
                            }
                        }
                    }
                }
            }
            details {
                summary { "Manifest" }
                pre tabindex="0" role="group" aria-label="Manifest" { code { (manifest) } }
            }
        }
    }
}
