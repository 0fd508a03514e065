//! What operators do from the page: run, hold, release, verify, roll back. Each is asked before it
//! is done, by a page that names what would change; the API does it at once. Whatever is done is
//! done by the pipeline, whose holds, leases and guards decide as for everybody.

mod actor;
mod hold;
mod release;
mod rollback;
mod run;
mod sentences;
mod verify;
mod work;

pub use actor::Actor;

use super::answer::{Answer, Refusal};
use super::api::Api;
use super::asked::{Asked, Handled};
use super::routes::{Route, Who};
use crate::pages;
use crate::views::{Accepted, Confirm};
use axum::http::StatusCode;
use futures::future::BoxFuture;
use schemars::{JsonSchema, SchemaGenerator};
use serde::de::DeserializeOwned;
use weir_model::error::Error;

/// What comes of it in the end.
type Soon<'a, T> = BoxFuture<'a, Result<T, Refusal>>;

/// An action: how it is asked, and how it is done.
struct Action<I> {
    name: &'static str,
    /// Where the API takes it.
    api: &'static str,
    about: &'static str,
    ask: fn(&Asked) -> Soon<'_, Confirm>,
    act: fn(&Asked, I) -> Soon<'_, Done>,
}

/// What came of an action.
enum Done {
    /// A run has begun.
    Run(String),
    /// Something is held, or no longer: the hold's id.
    Hold(String),
}

impl Done {
    /// Where a browser goes on.
    fn page(&self) -> String {
        match self {
            Self::Run(run) => format!("/runs/{run}"),
            Self::Hold(_) => "/holds".to_owned(),
        }
    }

    fn accepted(self) -> Accepted {
        let page = self.page();
        let (run, hold) = match self {
            Self::Run(run) => (Some(run), None),
            Self::Hold(hold) => (None, Some(hold)),
        };
        Accepted {
            run,
            hold,
            see: format!("/api/v1{page}"),
            page,
        }
    }
}

/// The routes of all actions.
pub(super) fn routes() -> Vec<Route> {
    let mut routes = Vec::new();
    routes.extend(run::action().routes());
    routes.extend(hold::action().routes());
    routes.extend(release::action().routes());
    routes.extend(verify::action().routes());
    routes.extend(rollback::action().routes());
    routes
}

impl<I: DeserializeOwned + JsonSchema + Send + 'static> Action<I> {
    /// The page that asks, the form that does it, and the same for programs.
    fn routes(self) -> [Route; 3] {
        let Self { ask, act, .. } = self;
        let asks = move |asked: Asked| -> Handled {
            Box::pin(async move {
                let confirm = ask(&asked).await?;
                Ok(Answer::Page(pages::confirm(&confirm, &asked.frame())))
            })
        };
        let does = move |asked: Asked| -> Handled {
            Box::pin(async move {
                let done = act(&asked, asked.sent()?).await?;
                Ok(Answer::See(done.page(), None))
            })
        };
        let told = move |asked: Asked| -> Handled {
            Box::pin(async move {
                let done = act(&asked, asked.sent()?).await?;
                Answer::json(StatusCode::ACCEPTED, &done.accepted())
            })
        };
        let page = format!("/actions/{}", self.name);
        let api = Api {
            body: Some(SchemaGenerator::subschema_for::<I>),
            status: StatusCode::ACCEPTED,
            ..Api::answering::<Accepted>(self.about)
        };
        [
            Route::get(&page, Who::Operator, asks),
            Route::post(&page, Who::Operator, does),
            Route::post(self.api, Who::Operator, told).described(api),
        ]
    }
}

impl Asked {
    fn actor(&self) -> &Actor {
        &self.site.state().actor
    }

    /// Whoever asks: only who is known may act.
    fn person(&self) -> String {
        self.visitor.name.clone().unwrap_or_default()
    }

    /// Writes to the log what somebody does.
    fn audit(&self, what: &str) {
        let line = format!("{} from {} asks to {what}", self.person(), self.from.client);
        (self.site.state().audit)(&line);
    }

    /// Writes to the log that it came to nothing, and why.
    fn refused(&self, what: &str, error: Error) -> Refusal {
        let line = format!(
            "{} from {} may not {what}: {error}",
            self.person(),
            self.from.client
        );
        (self.site.state().audit)(&line);
        error.into()
    }
}

/// What is wrong with one field of what was sent.
fn wrong_field(field: &str, cause: &str, hint: &str) -> Refusal {
    Refusal::new(
        StatusCode::BAD_REQUEST,
        "read what was sent",
        &format!("field `{field}`: {cause}"),
        hint,
    )
}

/// The same, where the pipeline says so.
fn refused_field(field: &str, error: &Error) -> Refusal {
    let cause = format!("{}: {}", error.doing(), error.cause());
    wrong_field(field, &cause, error.hint_text().unwrap_or_default())
}
