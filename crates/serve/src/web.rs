//! The page and its API over HTTP. One table of routes says what there is and who may; everything
//! that must hold for every route is done in one place, before its own code is reached.

mod actions;
mod answer;
mod api;
mod asked;
mod connections;
mod door;
mod keyed;
mod limits;
mod openapi;
mod operators;
mod origin;
mod report;
mod routes;
mod screens;
mod sessions;
mod sign_in;
mod visitor;

pub use actions::Actor;
pub use connections::serve;
pub use openapi::openapi;
pub use routes::{Route, Who, routes};

use crate::views::Source;
use keyed::Keyed;
use limits::Limit;
use operators::Operators;
use sessions::Sessions;
use std::net::IpAddr;
use std::sync::Arc;
use weir_model::error::Result;
use weir_pipeline::Weir;

/// How often a minute an address may be wrong about a token.
const GUESSES: u32 = 10;
/// How often a minute somebody may act.
const ACTS: u32 = 30;

/// Who is told what people have done: a line each, for the log.
pub type Auditor = Arc<dyn Fn(&str) + Send + Sync>;

/// What the page stands on. Cheap to clone.
#[derive(Clone)]
pub struct State(Arc<Inner>);

struct Inner {
    weir: Arc<Weir>,
    source: Source,
    actor: Actor,
    keyed: Keyed,
    operators: Operators,
    sessions: Sessions,
    guesses: Limit<IpAddr>,
    acts: Limit<String>,
    audit: Auditor,
    /// The host it was told to listen on.
    host: String,
}

impl State {
    /// A page for this fleet at `host`, of what `source` shows, on which `actor` does what operators ask for.
    /// Whoever calls this keeps the source fresh ([`Source::keep_fresh`]) and writes to the log
    /// what `audit` is told. Then [`serve`]`(listener, state, cancel)` answers until `cancel` is
    /// told to stop.
    ///
    /// # Errors
    /// `internal` when the system has no randomness to give.
    pub fn new(
        weir: Arc<Weir>,
        (source, actor): (Source, Actor),
        host: &str,
        audit: Auditor,
    ) -> Result<Self> {
        Ok(Self(Arc::new(Inner {
            host: host.to_owned(),
            keyed: Keyed::new()?,
            operators: Operators::of(weir.fleet()),
            sessions: Sessions::default(),
            guesses: Limit::a_minute(GUESSES),
            acts: Limit::a_minute(ACTS),
            weir,
            source,
            actor,
            audit,
        })))
    }
}
