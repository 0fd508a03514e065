//! Who asks: told by a token, a session, or a proxy that signs people on.

use super::answer::Refusal;
use super::door::Site;
use super::keyed::{Tag, hex};
use super::origin::neighbourhood;
use super::sign_in::held_by;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use std::net::IpAddr;

/// What somebody may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// What everybody may.
    Stranger,
    /// Look.
    Viewer,
    /// Act.
    Operator,
}

/// From where somebody asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct From {
    /// At the other end of the connection.
    pub(crate) peer: IpAddr,
    /// At the far end, behind proxies that we trust.
    pub(crate) client: IpAddr,
}

/// Who asks.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    /// The name, if it is known.
    pub(crate) name: Option<String>,
    /// What they may.
    pub(crate) role: Role,
    /// What their forms carry; `None` where nothing is sent without their doing.
    pub(crate) form_token: Option<String>,
}

impl Visitor {
    /// Somebody of whom nothing is known.
    pub(crate) fn stranger() -> Self {
        Self {
            name: None,
            role: Role::Stranger,
            form_token: None,
        }
    }

    /// Who sent these headers.
    pub(crate) async fn of(site: &Site, from: From, headers: &HeaderMap) -> Result<Self, Refusal> {
        let named = by_proxy(site, from.peer, headers);
        if let Some(token) = bearer(headers) {
            let operator = match &named {
                // A proxy may send a token of its own: it is no guess, and nobody's.
                Some(_) => site.operators().await?.whose(token, &site.state().keyed),
                None => Some(operator(site, from, token).await?),
            };
            let Some((name, _)) = operator else {
                return Ok(named.unwrap_or_else(Self::stranger));
            };
            return Ok(Self {
                name: Some(name),
                role: Role::Operator,
                form_token: None,
            });
        }
        if let Some(visitor) = by_session(site, headers).await {
            return Ok(visitor);
        }
        Ok(named.unwrap_or_else(Self::stranger))
    }
}

/// Whose token this is; who is wrong too often is refused unheard.
pub(crate) async fn operator(
    site: &Site,
    from: From,
    token: &str,
) -> Result<(String, Tag), Refusal> {
    let state = site.state();
    let now = state.weir.now();
    let place = neighbourhood(from.client);
    if state.guesses.is_reached(&place, now) {
        return Err(Refusal::new(
            StatusCode::TOO_MANY_REQUESTS,
            "sign in",
            "too many wrong tokens came from this address",
            "try again in a minute",
        ));
    }
    let operators = site.operators().await?;
    if let Some(found) = operators.whose(token, &state.keyed) {
        return Ok(found);
    }
    state.guesses.count(&place, now);
    (state.audit)(&format!("a wrong token was sent from {}", from.client));
    Err(Refusal::new(
        StatusCode::UNAUTHORIZED,
        "sign in",
        "this is no operator's token",
        "tokens stand in the operators file of weir.yaml's `serve`",
    ))
}

async fn by_session(site: &Site, headers: &HeaderMap) -> Option<Visitor> {
    let state = site.state();
    let held = held_by(headers)?;
    let session = state.sessions.find(held, &state.keyed, state.weir.now())?;
    // While nobody can say who the operators are, nobody is one.
    let operators = site.operators().await.ok()?;
    if !operators.has(&session.person, &session.token) {
        state.sessions.end(held, &state.keyed);
        return None;
    }
    Some(Visitor {
        name: Some(session.person),
        role: Role::Operator,
        form_token: Some(session.form_token),
    })
}

fn by_proxy(site: &Site, peer: IpAddr, headers: &HeaderMap) -> Option<Visitor> {
    let state = site.state();
    let sign_on = state.weir.fleet().serve.sign_on.as_ref()?;
    let sign_on = &sign_on.value;
    if !sign_on.trusts(peer) {
        return None;
    }
    let mut named = headers.get_all(sign_on.header.as_str()).iter();
    // Of two names nobody can say which the proxy has written.
    let (Some(name), None) = (named.next(), named.next()) else {
        return None;
    };
    let name = name.to_str().ok().map(str::trim)?;
    if name.is_empty() || name.len() > 200 {
        return None;
    }
    let may_act = sign_on.operators.iter().any(|operator| operator == name);
    Some(Visitor {
        name: Some(name.to_owned()),
        role: if may_act {
            Role::Operator
        } else {
            Role::Viewer
        },
        form_token: Some(hex(&state.keyed.tag("form of a sign-on", name))),
    })
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
