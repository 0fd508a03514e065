//! Signing in and out.

use super::answer::Answer;
use super::asked::{Asked, Handled};
use super::{origin, visitor};
use crate::pages;
use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use serde::Deserialize;

/// The cookie that holds a session.
const NAME: &str = "weir-session";
/// Whether a proxy took the request over TLS.
const FORWARDED_PROTO: &str = "x-forwarded-proto";

#[derive(Deserialize)]
struct Next {
    next: Option<String>,
}

#[derive(Deserialize)]
struct Form {
    token: Option<String>,
    next: Option<String>,
}

/// The form.
pub(crate) fn form(asked: Asked) -> Handled {
    Box::pin(async move {
        let next: Next = asked.query()?;
        let next = local(next.next.as_deref());
        Ok(Answer::Page(pages::sign_in(None, next, &asked.frame())))
    })
}

/// Signs in.
pub(crate) fn sign_in(asked: Asked) -> Handled {
    Box::pin(async move {
        let form: Form = asked.sent()?;
        let token = form.token.unwrap_or_default();
        let found = visitor::operator(&asked.site, asked.from, token.trim()).await?;
        let state = asked.site.state();
        let line = format!("{} signed in from {}", found.0, asked.from.client);
        let length = state.weir.fleet().serve.session.value.duration();
        let held = state
            .sessions
            .begin(found, &state.keyed, state.weir.now(), length)?;
        (state.audit)(&line);
        let next = local(form.next.as_deref()).to_owned();
        Ok(Answer::See(next, Some(cookie(&asked, &held))))
    })
}

/// Signs out.
pub(crate) fn sign_out(asked: Asked) -> Handled {
    Box::pin(async move {
        let state = asked.site.state();
        if let Some(held) = held_by(&asked.headers) {
            state.sessions.end(held, &state.keyed);
        }
        let gone = format!("{}; Max-Age=0", cookie(&asked, ""));
        Ok(Answer::See("/".to_owned(), Some(gone)))
    })
}

/// What the browser holds.
pub(crate) fn held_by(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(COOKIE).iter();
    let cookies = cookies.filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';'));
    pairs.find_map(|pair| pair.trim().strip_prefix(NAME)?.strip_prefix('='))
}

/// It is sent to us alone, over TLS unless this machine talks to itself, and no script sees it. Who
/// asks for another name than this machine's comes through a proxy.
fn cookie(asked: &Asked, held: &str) -> String {
    let proto = asked.headers.get(FORWARDED_PROTO);
    let is_secure = !asked.site.is_loopback
        || !origin::is_to_itself(&asked.headers)
        || proto.is_some_and(|proto| proto == "https");
    let secure = if is_secure { "; Secure" } else { "" };
    format!("{NAME}={held}; Path=/; HttpOnly; SameSite=Strict{secure}")
}

/// Where to go on: a page of ours, whatever was asked.
pub(crate) fn local(next: Option<&str>) -> &str {
    let is_ours = |next: &&str| {
        let rest = next.strip_prefix('/');
        let visible = next.bytes().all(|byte| byte.is_ascii_graphic());
        visible && rest.is_some_and(|rest| !rest.starts_with(['/', '\\']))
    };
    next.filter(is_ours).unwrap_or("/")
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn nobody_is_sent_elsewhere() {
        assert_eq!(local(Some("/runs?app=a")), "/runs?app=a");
        for next in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "",
            "/a\r\nb",
        ] {
            assert_eq!(local(Some(next)), "/", "{next}");
        }
    }
}
