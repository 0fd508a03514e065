//! The night as a timeline.

use super::chart::percent;
use super::frame::{Frame, Fresh, heading, page};
use super::links;
use super::marks::{entry as state, mark};
use super::matrix::filter;
use super::progress::figures;
use super::words::{clock, length};
use crate::views::{EntryState, Tonight, TonightEntry};
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

/// What ran, runs and will run.
#[must_use]
pub fn tonight(tonight: &Tonight, frame: &Frame) -> Markup {
    let works = |entry: &TonightEntry| entry.state == EntryState::Running;
    let content = html! {
        (heading("Tonight", Some(tonight.at), frame))
        div id="warnings" data-live { (warnings(&tonight.warnings)) }
        div id="counts" data-live { (counts(tonight)) }
        section aria-labelledby="timeline" {
            div.heading {
                h2 id="timeline" { "Timeline" }
                (filter("timeline-rows", "Show jobs that hold"))
            }
            div id="timeline-rows" data-live {
                @if tonight.entries.is_empty() {
                    p { "Nothing is due between " (clock(tonight.from, tonight.at)) " and " (clock(tonight.to, tonight.at)) "." }
                } @else {
                    (table(tonight))
                }
            }
        }
    };
    let working = tonight.entries.iter().any(works);
    page("Tonight", Fresh::fast_if(working), &content, frame)
}

fn warnings(warnings: &[String]) -> Markup {
    html! {
        @if !warnings.is_empty() {
            div.callout {
                p { strong { "Have a look" } }
                ul { @for line in warnings { li { (line) } } }
            }
        }
    }
}

/// How many of each state, in words.
fn counts(tonight: &Tonight) -> Markup {
    const ORDER: [EntryState; 6] = [
        EntryState::Failed,
        EntryState::LeftOut,
        EntryState::Waiting,
        EntryState::Running,
        EntryState::Succeeded,
        EntryState::Planned,
    ];
    html! {
        ul.counts {
            @for one in ORDER {
                @let number = tonight.entries.iter().filter(|entry| entry.state == one).count();
                @if number > 0 {
                    @let (tone, word) = state(one);
                    li { strong { (number) } " " (mark(tone, word)) }
                }
            }
        }
    }
}

fn table(tonight: &Tonight) -> Markup {
    html! {
        table.timeline.cards {
            caption {
                "From " (clock(tonight.from, tonight.at)) " to " (clock(tonight.to, tonight.at))
                ", by start. What is still to come is expected from how long it took before."
            }
            thead {
                tr {
                    th scope="col" { "Job" }
                    th scope="col" { "State" }
                    th.number scope="col" { "Starts" }
                    th.number scope="col" { "Ends" }
                    th.wide scope="col" { span.hidden { "When, drawn" } (axis(tonight)) }
                }
            }
            tbody { @for one in &tonight.entries { (line(one, tonight)) } }
        }
    }
}

fn line(entry: &TonightEntry, tonight: &Tonight) -> Markup {
    let (tone, word) = state(entry.state);
    html! {
        tr data-row {
            th scope="row" {
                @match &entry.run {
                    Some(run) => a href=(links::run(run)) { (entry.job) },
                    None => (entry.job),
                }
            }
            td {
                (mark(tone, word))
                @if let Some(why) = &entry.why { " " span.why { (why) } }
                @if let Some(progress) = &entry.progress { " " span.figures { (figures(progress)) } }
            }
            td.number {
                span.label { "starts " }
                (clock(entry.starts, tonight.at))
                @if entry.starts != entry.due { " " span.faint { "due " (clock(entry.due, tonight.at)) } }
            }
            td.number {
                span.label { "ends " }
                (ends(entry, tonight))
            }
            td.wide { (bar(entry, tonight)) }
        }
    }
}

fn ends(entry: &TonightEntry, tonight: &Tonight) -> Markup {
    html! {
        @match entry.ends {
            Some(ends) => {
                (clock(ends, tonight.at)) " "
                span.faint { (length(ends.duration_since(entry.starts).as_secs())) }
            }
            None => span.faint { "not known" },
        }
    }
}

/// Where a moment stands between the two ends, in percent.
fn place(at: Timestamp, tonight: &Tonight) -> f64 {
    let whole = tonight
        .to
        .duration_since(tonight.from)
        .as_secs_f64()
        .max(1.0);
    (at.duration_since(tonight.from).as_secs_f64() / whole * 100.0).clamp(0.0, 100.0)
}

/// The hours, and where now is.
fn axis(tonight: &Tonight) -> Markup {
    let now = percent(place(tonight.at, tonight));
    html! {
        svg.axis width="100%" height="18" aria-hidden="true" {
            @for hour in hours(tonight) {
                text x=(percent(place(hour, tonight))) y="13" { (hour.strftime("%H:%M")) }
            }
            line.now x1=(now) x2=(now) y1="0" y2="18" {}
        }
    }
}

/// Whole hours, so many apart that their letters do not meet.
fn hours(tonight: &Tonight) -> Vec<Timestamp> {
    const HOUR: i64 = 3_600;
    let (from, to) = (tonight.from.as_second(), tonight.to.as_second());
    let apart = [1, 2, 3, 4, 6, 12, 24]
        .into_iter()
        .find(|hours| (to - from) / (hours * HOUR) <= 8)
        .unwrap_or(24)
        * HOUR;
    let first = from.div_euclid(apart) * apart + apart;
    (0..)
        .map(|number| first + number * apart)
        .take_while(|second| *second < to - apart / 3)
        .take(48)
        .filter_map(|second| Timestamp::from_second(second).ok())
        .collect()
}

fn bar(entry: &TonightEntry, tonight: &Tonight) -> Markup {
    let (tone, _) = state(entry.state);
    let from = place(entry.starts, tonight);
    let ends = entry.ends.unwrap_or_else(|| {
        let shortly = entry.starts.checked_add(SignedDuration::from_mins(5));
        shortly
            .unwrap_or(entry.starts)
            .max(tonight.at.min(tonight.to))
    });
    let wide = (place(ends, tonight) - from).max(0.6);
    let now = percent(place(tonight.at, tonight));
    html! {
        svg.bar width="100%" height="18" aria-hidden="true" {
            line.now x1=(now) x2=(now) y1="0" y2="18" {}
            @if entry.due != entry.starts {
                line.due x1=(percent(place(entry.due, tonight))) x2=(percent(from)) y1="9" y2="9" {}
            }
            rect .(tone.class()) .open[entry.ends.is_none()] x=(percent(from)) y="3" width=(percent(wide)) height="12" rx="2" {}
        }
    }
}
