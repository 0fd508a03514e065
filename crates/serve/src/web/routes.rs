//! What there is, and who may: the one table from which everything else comes.

use super::answer::{Answer, Refusal};
use super::api::Api;
use super::asked::{Asked, Handled};
use super::openapi::openapi;
use super::{actions, screens, sign_in};
use crate::pages;
use axum::http::{Method, StatusCode};
use std::sync::Arc;
use weir_metrics::CONTENT_TYPE;

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody.
    Anyone,
    /// Whoever may look: everybody where viewing is open, else whoever is known.
    Viewer,
    /// Whoever may act.
    Operator,
}

/// What answers a route.
pub(crate) type Handler = Arc<dyn Fn(Asked) -> Handled + Send + Sync>;

/// One route.
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with its parts in braces.
    pub path: String,
    /// Who may.
    pub who: Who,
    /// What the API's document says of it; nothing for what is for people.
    pub(crate) api: Option<Api>,
    /// What answers it.
    pub(crate) handler: Handler,
}

impl Route {
    /// Something to look at.
    pub(crate) fn get<H>(path: &str, who: Who, handler: H) -> Self
    where
        H: Fn(Asked) -> Handled + Send + Sync + 'static,
    {
        Self {
            method: Method::GET,
            path: path.to_owned(),
            who,
            api: None,
            handler: Arc::new(handler),
        }
    }

    /// Something to do. Where operators alone may, each of them may only so often.
    pub(crate) fn post<H>(path: &str, who: Who, handler: H) -> Self
    where
        H: Fn(Asked) -> Handled + Send + Sync + 'static,
    {
        Self {
            method: Method::POST,
            ..Self::get(path, who, handler)
        }
    }

    /// The same, as part of the API.
    pub(crate) fn described(self, api: Api) -> Self {
        Self {
            api: Some(api),
            ..self
        }
    }
}

/// All of them.
#[must_use]
pub fn routes() -> Vec<Route> {
    use Who::Anyone;
    let mut routes = vec![
        Route::get("/healthz", Anyone, healthz),
        Route::get("/assets/{file}", Anyone, asset),
        Route::get("/metrics", Who::Viewer, metrics),
        Route::get("/api/openapi.json", Who::Viewer, document),
        Route::get("/sign-in", Anyone, sign_in::form),
        Route::post("/sign-in", Anyone, sign_in::sign_in),
        Route::post("/sign-out", Anyone, sign_in::sign_out),
    ];
    routes.extend(screens::routes());
    routes.extend(actions::routes());
    routes
}

fn healthz(_: Asked) -> Handled {
    Box::pin(async { Ok(Answer::File("text/plain; charset=utf-8", b"ok\n".to_vec())) })
}

/// The document of the API.
fn document(_: Asked) -> Handled {
    Box::pin(async { Answer::json(StatusCode::OK, &openapi()) })
}

/// From the picture: whoever scrapes never waits for a store.
fn metrics(asked: Asked) -> Handled {
    Box::pin(async move {
        let told = asked.source().metrics();
        if told.is_empty() {
            return Err(Refusal::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "tell the metrics",
                "the records have not been read yet",
                "try again in a moment",
            ));
        }
        Ok(Answer::File(CONTENT_TYPE, told.as_bytes().to_vec()))
    })
}

fn asset(asked: Asked) -> Handled {
    Box::pin(async move {
        let (kind, bytes) = pages::asset(asked.part("file")).ok_or_else(Refusal::not_found)?;
        Ok(Answer::File(kind, bytes.to_vec()))
    })
}
