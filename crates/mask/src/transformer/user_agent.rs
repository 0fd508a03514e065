//! `user-agent`: what a common browser calls itself.

use super::keyed::{Keyed, Shape};
use super::locale::USER_AGENT;
use super::{DOMAIN, Determinism, Length, Mask, OptionProblem, Options, Transformer, Uniqueness};
use crate::bind::declared_length;
use crate::scheme::Draws;
use crate::scheme::words::WordList;
use std::borrow::Cow;
use std::sync::Arc;
use weir_model::catalog::Column;

pub(super) static ABOUT: Transformer = Transformer {
    name: "user-agent",
    meaning: "what a common browser calls itself, from a fixed list",
    example: (
        "curl/8.5.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/137.0  Mobile/15E148 Safari/605.1.15",
    ),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::MayCollide,
    output: "text, at most 140 characters of ASCII, shorter ones where the column is shorter",
    options: &[DOMAIN],
    domain: Some("user-agent"),
    identifying: true,
    make,
};

fn make(options: &mut Options) -> Result<Arc<dyn Mask>, OptionProblem> {
    Ok(Arc::new(Keyed {
        domain: options.domain("user-agent")?,
        shape: UserAgent(Cow::Borrowed(&USER_AGENT)),
    }))
}

#[derive(Debug, Clone)]
struct UserAgent(Cow<'static, WordList>);

impl Shape for UserAgent {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn length(&self) -> Length {
        Length::AtMost(USER_AGENT.longest())
    }

    fn fits_into(&self, room: usize) -> bool {
        USER_AGENT.within(room).is_some()
    }

    fn for_column(&self, column: &Column) -> Self {
        let room = declared_length(&column.data_type).unwrap_or(usize::MAX);
        Self(USER_AGENT.within(room).unwrap_or_else(|| self.0.clone()))
    }

    fn write(&self, _value: &[u8], draws: &mut Draws<'_>) -> String {
        self.0.pick(draws.number(), |_| false).to_owned()
    }
}
