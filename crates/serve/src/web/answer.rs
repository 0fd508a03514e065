//! What is answered: pages, JSON, files, ways on, and why not.

use crate::views::Problem;
use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, RETRY_AFTER,
    SET_COOKIE, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use maud::Markup;
use serde::Serialize;
use weir_model::error::{Error, Kind};

/// What every answer says to the browser: nothing from elsewhere, nothing inline, nothing kept.
const ALWAYS: [(HeaderName, &str); 4] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
         connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (CACHE_CONTROL, "no-store"),
];

/// What came of a request.
pub(crate) enum Answer {
    /// A page.
    Page(Markup),
    /// What the API answers.
    Json(StatusCode, serde_json::Value),
    /// A file: its type and its bytes.
    File(&'static str, Vec<u8>),
    /// Another page, and the cookie to go there with.
    See(String, Option<String>),
}

/// Why a request came to nothing.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// As a number.
    pub(crate) status: StatusCode,
    /// In words.
    pub(crate) problem: Box<Problem>,
    /// All of it, where more is known than is told.
    pub(crate) withheld: Option<String>,
}

impl Refusal {
    /// A refusal with its own words.
    pub(crate) fn new(status: StatusCode, doing: &str, cause: &str, hint: &str) -> Self {
        Self {
            status,
            problem: Box::new(Problem {
                kind: Kind::Usage.slug().to_owned(),
                doing: doing.to_owned(),
                cause: cause.to_owned(),
                hint: Some(hint.to_owned()),
            }),
            withheld: None,
        }
    }

    /// Nothing is there.
    pub(crate) fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "open the page",
            "there is nothing at this address",
            "go on from the overview",
        )
    }
}

/// What is not there, cannot be done now or whose store is away is told as the overview tells it;
/// what else goes wrong may speak of this machine's folders, and is for the log.
impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let status = match error.kind() {
            Kind::Usage | Kind::NoBackup => StatusCode::NOT_FOUND,
            Kind::Held | Kind::Locked | Kind::Guard | Kind::Corrupt | Kind::Untrusted => {
                StatusCode::CONFLICT
            }
            Kind::Store | Kind::Interrupted | Kind::Deadline => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let is_told = status != StatusCode::INTERNAL_SERVER_ERROR;
        let (cause, hint) = match is_told {
            true => (error.cause(), error.hint_text().map(str::to_owned)),
            false => (
                "it cannot be done from here now".to_owned(),
                Some("the log of `weir serve` says why".to_owned()),
            ),
        };
        Self {
            status,
            problem: Box::new(Problem {
                kind: error.kind().slug().to_owned(),
                doing: error.doing().to_owned(),
                cause,
                hint,
            }),
            withheld: (!is_told).then(|| error.to_string()),
        }
    }
}

impl Answer {
    /// An answer of the API.
    pub(crate) fn json<T: Serialize>(status: StatusCode, told: &T) -> Result<Self, Refusal> {
        let told = serde_json::to_value(told);
        let told = told.map_err(|source| Error::from_source(Kind::Internal, "write JSON", source));
        Ok(Self::Json(status, told?))
    }

    /// As it is sent.
    pub(crate) fn response(self) -> Response {
        match self {
            Self::Page(page) => page_of(StatusCode::OK, page),
            Self::Json(status, told) => json(status, &told),
            Self::File(kind, bytes) => with_type(StatusCode::OK, kind, bytes),
            Self::See(place, cookie) => {
                let mut response = with_type(StatusCode::SEE_OTHER, "text/plain", Vec::new());
                set(response.headers_mut(), LOCATION, &place);
                if let Some(cookie) = cookie {
                    set(response.headers_mut(), SET_COOKIE, &cookie);
                }
                response
            }
        }
    }
}

/// A page with a status.
pub(crate) fn page_of(status: StatusCode, page: Markup) -> Response {
    let html = page.into_string().into_bytes();
    with_type(status, "text/html; charset=utf-8", html)
}

/// JSON with a status.
pub(crate) fn json(status: StatusCode, value: &serde_json::Value) -> Response {
    with_type(status, "application/json", value.to_string().into_bytes())
}

/// Adds what every answer says, and what its status asks for.
pub(crate) fn finished(mut response: Response) -> Response {
    let status = response.status();
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        set(headers, name, value);
    }
    match status {
        StatusCode::UNAUTHORIZED => set(headers, WWW_AUTHENTICATE, "Bearer realm=\"weir\""),
        StatusCode::TOO_MANY_REQUESTS => set(headers, RETRY_AFTER, "60"),
        _ => {}
    }
    response
}

fn with_type(status: StatusCode, kind: &str, bytes: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    set(response.headers_mut(), CONTENT_TYPE, kind);
    response
}

/// What cannot stand in a header is left out: no answer of Weir's holds such a thing.
fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
