//! What is held.

use super::failure::unreadable;
use super::frame::{Frame, Fresh, heading, page};
use super::links;
use super::words::when;
use crate::views::{Hold, Holds};
use maud::{Markup, html};

/// The holds, by their end.
#[must_use]
pub fn holds(holds: &Holds, frame: &Frame) -> Markup {
    let content = html! {
        (heading("Holds", None, frame))
        div id="holds" data-live {
            (unreadable(&holds.unreadable))
            @if !holds.unreadable.is_empty() { p { "No restore starts where holds cannot be read." } }
            @if holds.holds.is_empty() {
                p { "Nothing is held." }
            } @else {
                (table(&holds.holds, frame))
            }
        }
        @if !frame.may_act {
            p.faint { "To hold something, sign in as an operator, or: " code { "weir hold staging/app --until friday --reason \"…\"" } }
        }
    };
    page("Holds", Fresh::Slow, &content, frame)
}

fn table(holds: &[Hold], frame: &Frame) -> Markup {
    html! {
        table.cards {
            caption { "Each ends by itself; the next to end is first" }
            thead {
                tr {
                    th scope="col" { "What" }
                    th scope="col" { "Operations" }
                    th scope="col" { "Why" }
                    th scope="col" { "Who" }
                    th scope="col" { "Since" }
                    th scope="col" { "Until" }
                    @if frame.may_act { th scope="col" { "Action" } }
                }
            }
            tbody { @for one in holds { (line(one, frame)) } }
        }
    }
}

fn line(hold: &Hold, frame: &Frame) -> Markup {
    html! {
        tr {
            th scope="row" { (hold.place) }
            td.short { @match &hold.operation { Some(one) => (one), None => "all" } span.label { " held" } }
            td { (hold.reason) }
            td.short { span.label { "by " } (hold.owner) }
            td.short { span.label { "since " } (when(hold.from, frame.now)) }
            td.short { span.label { "ends " } (when(hold.until, frame.now)) }
            @if frame.may_act {
                td {
                    a.button href=(links::act_release(&hold.id)) aria-label={ "Release " (hold.place) } { "Release…" }
                }
            }
        }
    }
}
