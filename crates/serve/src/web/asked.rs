//! A request, read whole and known to be allowed, as the code of its route gets it.

use super::answer::{Answer, Refusal};
use super::door::Site;
use super::visitor::{From, Visitor};
use crate::pages::{Frame, TOKEN_FIELD};
use crate::views::Source;
use axum::extract::{FromRequest as _, Query, RawPathParams, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::{Form, body};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::pin::Pin;
use std::time::Duration;

/// What the code of a route returns.
pub(crate) type Handled = Pin<Box<dyn Future<Output = Result<Answer, Refusal>> + Send>>;

/// The largest body that is read.
const LARGEST: usize = 64 * 1024;
/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(15);
/// The longest part of a path that names anything.
const LONGEST_PART: usize = 300;
/// Carries the token of a form where there is no form.
const TOKEN_HEADER: &str = "x-weir-form-token";

/// A request.
pub(crate) struct Asked {
    /// Where.
    pub(crate) site: Site,
    /// Who.
    pub(crate) visitor: Visitor,
    /// From where.
    pub(crate) from: From,
    /// Its headers.
    pub(crate) headers: HeaderMap,
    uri: Uri,
    parts: Vec<(String, String)>,
    body: Map<String, Value>,
}

/// What of a request is known before its body is read.
pub(crate) struct Head {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) parts: Vec<(String, String)>,
}

impl Head {
    /// Checks the parts of the path: whatever they name, they stay in their place.
    pub(crate) fn of(request: &Request, parts: Option<RawPathParams>) -> Result<Self, Refusal> {
        let parts = parts.ok_or_else(Refusal::not_found)?;
        let parts: Vec<_> = parts
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        if !parts.iter().all(|(_, value)| is_harmless(value)) {
            return Err(Refusal::not_found());
        }
        Ok(Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            headers: request.headers().clone(),
            parts,
        })
    }
}

impl Asked {
    /// Reads the body of a request that may be answered.
    pub(crate) async fn read(
        site: Site,
        (visitor, from): (Visitor, From),
        head: Head,
        request: Request,
    ) -> Result<Self, Refusal> {
        let body = match head.method {
            Method::POST => body_of(request).await?,
            _ => Map::new(),
        };
        let mut asked = Self {
            site,
            visitor,
            from,
            headers: head.headers,
            uri: head.uri,
            parts: head.parts,
            body,
        };
        if head.method == Method::POST {
            asked.refuse_forged()?;
        }
        Ok(asked)
    }

    /// What is known of a browser without its doing must be proven by what only our pages hold.
    fn refuse_forged(&mut self) -> Result<(), Refusal> {
        let sent = self.body.remove(TOKEN_FIELD);
        let Some(expected) = &self.visitor.form_token else {
            return Ok(());
        };
        let header = self.headers.get(TOKEN_HEADER);
        let header = header.and_then(|value| value.to_str().ok());
        let sent = sent.as_ref().and_then(Value::as_str).or(header);
        let keyed = &self.site.state().keyed;
        let tag = keyed.tag(TOKEN_FIELD, expected);
        match sent.is_some_and(|sent| keyed.is_tag(&tag, TOKEN_FIELD, sent)) {
            true => Ok(()),
            false => Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "accept the form",
                "it was not made for this session",
                "open the page anew and send its form",
            )),
        }
    }

    /// A part of the path.
    pub(crate) fn part(&self, name: &str) -> &str {
        let mut parts = self.parts.iter().filter(|(known, _)| known == name);
        parts.next().map_or("", |(_, value)| value)
    }

    /// The fields of the query.
    pub(crate) fn query<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        let query = Query::<T>::try_from_uri(&self.uri);
        let query = query.map_err(|error| unreadable("the query", &error.body_text()))?;
        Ok(query.0)
    }

    /// What was sent, by form or as JSON.
    pub(crate) fn sent<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        serde_json::from_value(Value::Object(self.body.clone()))
            .map_err(|error| unreadable("what was sent", &error.to_string()))
    }

    /// Where what is shown comes from.
    pub(crate) fn source(&self) -> &Source {
        &self.site.state().source
    }

    /// What stands around a page.
    pub(crate) fn frame(&self) -> Frame {
        self.site.frame(&self.visitor, &self.uri)
    }
}

async fn body_of(request: Request) -> Result<Map<String, Value>, Refusal> {
    let (parts, body) = request.into_parts();
    let kind = parts.headers.get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_json = kind.split(';').next().map(str::trim) == Some("application/json");
    let bytes = tokio::time::timeout(PATIENCE, body::to_bytes(body, LARGEST));
    let bytes = bytes.await.map_err(|_| {
        let cause = "it did not arrive in time";
        Refusal::new(
            StatusCode::REQUEST_TIMEOUT,
            "read what was sent",
            cause,
            "send it again",
        )
    })?;
    let bytes = bytes.map_err(|_| {
        let cause = "it is too large, or broke off";
        let hint = "send at most 64 KiB";
        Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "read what was sent",
            cause,
            hint,
        )
    })?;
    if is_json {
        return serde_json::from_slice(&bytes)
            .map_err(|error| unreadable("what was sent", &error.to_string()));
    }
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    let request = Request::from_parts(parts, body::Body::from(bytes));
    let form = Form::<Vec<(String, String)>>::from_request(request, &()).await;
    let Form(fields) = form.map_err(|error| unreadable("what was sent", &error.body_text()))?;
    // A field that is left empty says nothing.
    let said = fields.into_iter().filter(|(_, value)| !value.is_empty());
    Ok(said
        .map(|(name, value)| (name, Value::String(value)))
        .collect())
}

fn unreadable(what: &str, why: &str) -> Refusal {
    let doing = format!("read {what}");
    let hint = "`/api/openapi.json` says what may be sent";
    Refusal::new(StatusCode::BAD_REQUEST, &doing, why, hint)
}

/// Whether a part of a path can be a name of ours: nothing that leads elsewhere, nothing unseen.
fn is_harmless(part: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-:@+/".contains(&byte);
    let names = |name: &str| !name.is_empty() && !name.bytes().all(|byte| byte == b'.');
    part.len() <= LONGEST_PART && part.bytes().all(plain) && part.split('/').all(names)
}

#[cfg(test)]
mod tests {
    use super::is_harmless;

    #[test]
    fn names_lead_nowhere_else() {
        for name in [
            "20261122T013600Z-0a1b2c3d",
            "staging/_from/production",
            "a.b",
        ] {
            assert!(is_harmless(name), "{name}");
        }
        for name in [
            "", "..", "a/../b", "/etc", "a//b", ".", "a\0", "a\\b", "a b", "%2e", "é",
        ] {
            assert!(!is_harmless(name), "{name}");
        }
    }
}
