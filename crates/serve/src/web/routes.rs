//! What there is, and who may: the one table from which everything else comes.

use super::answer::{Answer, Refusal};
use super::asked::{Asked, Handled};
use super::sign_in;
use crate::pages;
use axum::http::Method;

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

/// One route.
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with its parts in braces.
    pub path: &'static str,
    /// Who may.
    pub who: Who,
    /// What answers it.
    pub(crate) handler: fn(Asked) -> Handled,
}

impl Route {
    fn get(path: &'static str, who: Who, handler: fn(Asked) -> Handled) -> Self {
        Self {
            method: Method::GET,
            path,
            who,
            handler,
        }
    }

    fn post(path: &'static str, who: Who, handler: fn(Asked) -> Handled) -> Self {
        Self {
            method: Method::POST,
            ..Self::get(path, who, handler)
        }
    }
}

/// All of them.
#[must_use]
pub fn routes() -> Vec<Route> {
    use Who::Anyone;
    vec![
        Route::get("/healthz", Anyone, healthz),
        Route::get("/assets/{file}", Anyone, asset),
        Route::get("/sign-in", Anyone, sign_in::form),
        Route::post("/sign-in", Anyone, sign_in::sign_in),
        Route::post("/sign-out", Anyone, sign_in::sign_out),
    ]
}

fn healthz(_: Asked) -> Handled {
    Box::pin(async { Ok(Answer::File("text/plain; charset=utf-8", b"ok\n".to_vec())) })
}

fn asset(asked: Asked) -> Handled {
    Box::pin(async move {
        let (kind, bytes) = pages::asset(asked.part("file")).ok_or_else(Refusal::not_found)?;
        Ok(Answer::File(kind, bytes.to_vec()))
    })
}
