//! The tables of a step, and how long each took.

use super::super::words::{count, milliseconds};
use crate::views::{Step, Table};
use maud::{Markup, html};

/// What the bars compare: times, or rows where no time is known.
#[derive(Clone, Copy)]
struct Scale {
    has_times: bool,
    most: u64,
}

impl Scale {
    fn of(tables: &[Table]) -> Self {
        let longest = tables.iter().filter_map(|table| table.milliseconds).max();
        let largest = || tables.iter().map(|table| table.rows).max();
        Self {
            has_times: longest.is_some(),
            most: longest.or_else(largest).unwrap_or_default().max(1),
        }
    }

    /// How long a table's bar is, in percent.
    fn share(self, table: &Table) -> f64 {
        let amount = match self.has_times {
            true => table.milliseconds.unwrap_or_default(),
            false => table.rows,
        };
        #[allow(clippy::cast_precision_loss)] // shown with one decimal
        let share = amount as f64 / self.most as f64 * 100.0;
        share
    }
}

/// The tables as they come: the slowest first where times are known, else the largest.
pub(super) fn tables(step: &Step) -> Markup {
    let scale = Scale::of(&step.tables);
    let (summary, share) = match scale.has_times {
        true => ("What each table took", "Share of the slowest"),
        false => ("The largest tables", "Share of the largest"),
    };
    html! {
        details id={ "tables-" (step.number) } {
            summary { (summary) }
            table {
                caption {
                    "Tables of step " (step.number)
                    @if scale.has_times { "; several may be worked at side by side" }
                }
                thead {
                    tr {
                        th scope="col" { "Table" }
                        th.number scope="col" { "Rows" }
                        @if scale.has_times {
                            th.number scope="col" { "Took" }
                            th.number scope="col" { "Rows/s" }
                        }
                        th.wide scope="col" { (share) }
                    }
                }
                tbody { @for one in &step.tables { (table(one, scale)) } }
            }
        }
    }
}

fn table(table: &Table, scale: Scale) -> Markup {
    let share = scale.share(table);
    html! {
        tr {
            th scope="row" { (table.name) }
            td.number { (count(table.rows)) }
            @if scale.has_times {
                td.number { (known(table.milliseconds.map(milliseconds))) }
                td.number { (known(table.rows_per_second.map(whole))) }
            }
            td.wide {
                svg.bar width="100%" height="12" aria-hidden="true" {
                    rect.quiet width=(format!("{share:.1}%")) height="10" y="1" rx="2" {}
                }
                span.hidden { (format!("{share:.0} %")) }
            }
        }
    }
}

/// A figure, or a dash where there is none.
fn known(text: Option<String>) -> Markup {
    html! { @match text { Some(text) => (text), None => span.faint { "–" } } }
}

fn whole(rate: f64) -> String {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // whole rows are enough
    count(rate as u64)
}
