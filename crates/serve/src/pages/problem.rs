//! Why a request came to nothing.

use super::failure::told;
use super::frame::{Frame, Fresh, page};
use crate::views::Problem;
use maud::{Markup, html};

/// The page of an error.
#[must_use]
pub fn problem(problem: &Problem, frame: &Frame) -> Markup {
    let content = html! {
        h1 { "That did not work" }
        (told(&problem.kind, &problem.doing, &problem.cause, problem.hint.as_deref()))
        p { a href="/" { "To the overview" } }
    };
    page("Problem", Fresh::Still, &content, frame)
}
