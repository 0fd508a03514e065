//! Facts with their names, for a `dl` of the class `facts`.

use maud::{Markup, html};

/// A name and what is known under it.
pub(super) fn fact(name: &str, value: &Markup) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}
