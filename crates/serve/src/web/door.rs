//! What every request passes: its host, who asks, whether they may, from where it was sent. Then
//! it is answered, and whatever is answered leaves with the headers of every answer.

use super::answer::{self, Refusal};
use super::asked::{Asked, Head};
use super::operators::List;
use super::routes::{Route, Who, routes};
use super::visitor::{From, Role, Visitor};
use super::{Inner, State, origin, sign_in};
use crate::pages::{self, Frame};
use axum::Extension;
use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use weir_config::Viewing;
use weir_engine::{Cancel, Context, SilentObserver};
use weir_model::error;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Who is at the other end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// The page where it listens. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Site {
    state: State,
    /// Whether only this machine reaches it.
    pub(crate) is_loopback: bool,
    /// Watches for the stop of the whole page.
    pub(crate) context: Context,
}

impl Site {
    /// The page, listening.
    pub(crate) fn new(state: State, is_loopback: bool, cancel: &Cancel) -> Self {
        Self {
            state,
            is_loopback,
            context: Context::new(Arc::new(SilentObserver)).with_cancel(cancel.clone()),
        }
    }

    /// What it stands on.
    pub(super) fn state(&self) -> &Inner {
        &self.state.0
    }

    /// The operators as they are now. Lines that do not count are told when they change.
    pub(crate) async fn operators(&self) -> error::Result<Arc<List>> {
        let state = self.state();
        let operators = state.operators.now(&state.keyed, &self.context).await?;
        if let Some(trouble) = state.operators.news_of(&operators) {
            (state.audit)(&trouble);
        }
        Ok(operators)
    }

    /// Tells what is wrong with the operators before the first of them comes.
    pub(super) async fn look_at_operators(&self) {
        if let Err(error) = self.operators().await {
            (self.state().audit)(&format!("nobody can sign in: {error}"));
        }
    }

    /// From where a request comes.
    fn from(&self, peer: IpAddr, headers: &HeaderMap) -> From {
        let sign_on = self.state().weir.fleet().serve.sign_on.as_ref();
        // What reaches loopback was sent by this machine: by a proxy on it, which knows for whom.
        let is_local = |address: IpAddr| self.is_loopback && address.is_loopback();
        let is_proxy = |address| {
            is_local(address) || sign_on.is_some_and(|sign_on| sign_on.value.trusts(address))
        };
        From {
            peer,
            client: origin::client(peer, headers, is_proxy),
        }
    }

    /// What stands around a page.
    pub(crate) fn frame(&self, visitor: &Visitor, uri: &Uri) -> Frame {
        let path = uri.path_and_query();
        Frame {
            person: visitor.name.clone(),
            may_act: visitor.role == Role::Operator,
            form_token: visitor.form_token.clone(),
            path: path.map_or("/", |path| path.as_str()).to_owned(),
            now: self.state().weir.now(),
        }
    }

    /// What everybody must keep to before anything is asked.
    fn refuse_misdirected(&self, request: &Request) -> Result<(), Refusal> {
        let state = self.state();
        let serve = &state.weir.fleet().serve;
        let names = serve.hosts.iter().map(String::as_str);
        let names = names.chain([serve.listen.value.host(), state.host.as_str()]);
        origin::refuse_rebound(request.headers(), self.is_loopback, names)
    }

    fn refuse_unknown(&self, who: Who, visitor: &Visitor) -> Result<(), Refusal> {
        let viewing = self.state().weir.fleet().serve.viewing.value;
        let needs = match who {
            Who::Anyone => Role::Stranger,
            Who::Viewer if viewing == Viewing::Open => Role::Stranger,
            Who::Viewer => Role::Viewer,
            Who::Operator => Role::Operator,
        };
        if visitor.role >= needs {
            return Ok(());
        }
        let (status, cause) = match visitor.role {
            Role::Stranger => (
                StatusCode::UNAUTHORIZED,
                "only who is signed in may do this",
            ),
            _ => (StatusCode::FORBIDDEN, "only operators may do this"),
        };
        let hint = "sign in with an operator's token";
        Err(Refusal::new(status, "open this", cause, hint))
    }

    /// Who acts without end is no person.
    fn refuse_hasty(&self, visitor: &Visitor) -> Result<(), Refusal> {
        let (state, name) = (self.state(), visitor.name.clone().unwrap_or_default());
        let now = state.weir.now();
        if state.acts.is_reached(&name, now) {
            return Err(Refusal::new(
                StatusCode::TOO_MANY_REQUESTS,
                "do this",
                "too much was asked for in this minute",
                "try again in a minute",
            ));
        }
        state.acts.count(&name, now);
        Ok(())
    }

    fn refused(&self, refusal: &Refusal, visitor: &Visitor, uri: &Uri) -> Response {
        if let Some(withheld) = &refusal.withheld {
            (self.state().audit)(&format!("{} could not be answered: {withheld}", uri.path()));
        }
        let (status, problem) = (refusal.status, &refusal.problem);
        if uri.path().starts_with("/api/") {
            let value = serde_json::to_value(problem).unwrap_or_default();
            return answer::json(status, &value);
        }
        let frame = self.frame(visitor, uri);
        let is_sign_in = uri.path() == "/sign-in";
        let page = if status == StatusCode::UNAUTHORIZED || is_sign_in {
            let asked = if is_sign_in { "/" } else { frame.path.as_str() };
            pages::sign_in(Some(&problem.cause), sign_in::local(Some(asked)), &frame)
        } else {
            pages::problem(problem, &frame)
        };
        answer::page_of(status, page)
    }
}

/// The parts of a path that is written as it should be.
type Parts = Result<RawPathParams, RawPathParamsRejection>;

/// Everything that is answered.
pub(crate) fn router(site: &Site) -> Router {
    let mut router = Router::new();
    for route in routes() {
        let filter = match route.method {
            Method::POST => MethodFilter::POST,
            _ => MethodFilter::GET,
        };
        let (path, site, route) = (route.path.clone(), site.clone(), Arc::new(route));
        let handler = move |Extension(Peer(peer)), parts: Parts, request: Request| {
            let from = site.from(peer, request.headers());
            response(site.clone(), Arc::clone(&route), from, parts.ok(), request)
        };
        router = router.route(&path, on(filter, handler));
    }
    let site = site.clone();
    let nothing = move |request: Request| {
        let refusal = site.refuse_misdirected(&request).err();
        let refusal = refusal.unwrap_or_else(Refusal::not_found);
        let response = site.refused(&refusal, &Visitor::stranger(), request.uri());
        std::future::ready(answer::finished(response))
    };
    router
        .method_not_allowed_fallback(nothing.clone())
        .fallback(nothing)
}

/// The answer to a route, whatever comes of it.
async fn response(
    site: Site,
    route: Arc<Route>,
    from: From,
    parts: Option<RawPathParams>,
    request: Request,
) -> Response {
    let uri = request.uri().clone();
    let mut visitor = Visitor::stranger();
    let answered = answered(&site, &route, (from, &mut visitor), parts, request);
    let response = match tokio::time::timeout(PATIENCE, answered).await {
        Ok(Ok(answer)) => answer.response(),
        Ok(Err(refusal)) => site.refused(&refusal, &visitor, &uri),
        Err(_) => site.refused(&too_slow(), &visitor, &uri),
    };
    answer::finished(response)
}

async fn answered(
    site: &Site,
    route: &Route,
    (from, known): (From, &mut Visitor),
    parts: Option<RawPathParams>,
    request: Request,
) -> Result<answer::Answer, Refusal> {
    site.refuse_misdirected(&request)?;
    let head = Head::of(&request, parts)?;
    if head.method == Method::POST {
        origin::refuse_cross_site(&head.headers)?;
    }
    let visitor = match route.who {
        // Whoever is not known may look at what everybody may.
        Who::Anyone if head.method == Method::GET => known_or_stranger(site, from, &head).await,
        _ => Visitor::of(site, from, &head.headers).await?,
    };
    *known = visitor.clone();
    site.refuse_unknown(route.who, &visitor)?;
    if route.who == Who::Operator && head.method == Method::POST {
        site.refuse_hasty(&visitor)?;
    }
    let asked = Asked::read(site.clone(), (visitor, from), head, request).await?;
    (route.handler)(asked).await
}

async fn known_or_stranger(site: &Site, from: From, head: &Head) -> Visitor {
    let visitor = Visitor::of(site, from, &head.headers).await;
    visitor.unwrap_or_else(|_| Visitor::stranger())
}

fn too_slow() -> Refusal {
    Refusal::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "answer the request",
        "what it needs did not come in time",
        "try again; `weir doctor` tells which store does not answer",
    )
}
