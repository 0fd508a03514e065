//! Everything that `weir serve` keeps going, and how it ends.

use crate::live::Live;
use crate::news::News;
use crate::night::Night;
use crate::told::{Teller, Told};
use crate::upkeep;
use crate::views::Source;
use crate::web::{self, Actor};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use weir_config::Listen;
use weir_engine::{Cancel, Context};
use weir_model::error::{Error, Kind, Result};
use weir_pipeline::Weir;

/// What is served.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// Only this environment; all if none is given.
    pub environment: Option<String>,
    /// Where the page is; there is none if nothing is given.
    pub page: Option<Listen>,
}

/// Runs what is due, and shows it, until `context` is told to stop; then it starts nothing more,
/// and lets the runs at work end within `grace`.
///
/// # Errors
/// `usage` for an environment that is not there, `config` when the page cannot be where it is
/// asked for. What fails while it works is told.
pub async fn serve(
    weir: Arc<Weir>,
    options: &ServeOptions,
    tell: Teller,
    context: &Context,
) -> Result<()> {
    let environments = environments(&weir, options.environment.as_deref())?;
    let live = Live::default();
    let source = Source::new(Arc::clone(&weir), environments.clone(), live.clone());
    let news = Arc::new(News::start(&weir, &environments, context));
    let tell = with_news(&news, &tell);
    let actor = Actor::new(
        Arc::clone(&weir),
        environments.clone(),
        (source.clone(), live.clone()),
        Arc::clone(&tell),
        context,
    );
    let page = match &options.page {
        Some(listen) => {
            refuse_open(&weir, listen)?;
            let state = state(&weir, (&source, &actor), listen, &tell)?;
            Some(Page::open(state, listen, &tell).await?)
        }
        None => None,
    };
    let looking = tokio::spawn({
        let (source, context) = (source.clone(), context.clone());
        async move { source.keep_fresh(&context).await }
    });
    let upkeep = tokio::spawn(upkeep::prune_daily(
        Arc::clone(&weir),
        environments.clone(),
        Arc::clone(&tell),
        context.clone(),
    ));
    let changed = Arc::new(move || source.touch());
    let look = Notify::new();
    let night = Night::new(&weir, environments, &live, &tell, changed);
    let acting = async {
        context.cancel.cancelled().await;
        actor.finish().await;
    };
    tokio::join!(night.work(&look, context), acting);
    if let Some(page) = page {
        page.close().await;
    }
    drop((tell, actor));
    for task in [looking, upkeep] {
        // Both end with the request to stop, but for a store that does not answer.
        task.abort();
    }
    if let Ok(news) = Arc::try_unwrap(news) {
        news.finish().await;
    }
    Ok(())
}

/// The environments that are served.
fn environments(weir: &Weir, only: Option<&str>) -> Result<BTreeSet<String>> {
    let fleet = weir.fleet();
    Ok(match only {
        Some(name) => BTreeSet::from([fleet.environment(name)?.name.clone()]),
        None => fleet
            .environments
            .iter()
            .map(|environment| environment.name.clone())
            .collect(),
    })
}

fn with_news(news: &Arc<News>, tell: &Teller) -> Teller {
    let (news, tell) = (Arc::clone(news), Arc::clone(tell));
    Arc::new(move |told: &Told| {
        news.tell(told);
        tell(told);
    })
}

/// What the page stands on.
fn state(
    weir: &Arc<Weir>,
    (source, actor): (&Source, &Actor),
    listen: &Listen,
    tell: &Teller,
) -> Result<web::State> {
    let tell = Arc::clone(tell);
    let audit = move |what: &str| {
        tell(&Told::Asked {
            what: what.to_owned(),
        });
    };
    web::State::new(
        Arc::clone(weir),
        (source.clone(), actor.clone()),
        listen.host(),
        Arc::new(audit),
    )
}

/// What a page shows must not be open to a network by accident, wherever the place was named.
fn refuse_open(weir: &Weir, listen: &Listen) -> Result<()> {
    let is_said = weir.fleet().serve.viewing.origin.span().is_some();
    if listen.is_loopback() || is_said {
        return Ok(());
    }
    let doing = format!("listen on {listen} for the page");
    let cause = "other machines reach it, and nothing says who may look";
    Err(Error::new(Kind::Config, doing, cause)
        .hint("add `viewing: operators` to `serve`, or `viewing: open` for whoever reaches it"))
}

/// The page while it is there.
struct Page {
    closing: Cancel,
    task: JoinHandle<()>,
}

impl Page {
    async fn open(state: web::State, listen: &Listen, tell: &Teller) -> Result<Self> {
        let failed = |error: std::io::Error| {
            Error::new(
                Kind::Config,
                format!("listen on {listen} for the page"),
                error.to_string(),
            )
            .hint("choose another place with `serve: {listen: HOST:PORT}` or `--listen HOST:PORT`")
        };
        let listener = TcpListener::bind((listen.host(), listen.port()))
            .await
            .map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let closing = Cancel::default();
        let task = tokio::spawn(web::serve(listener, state, closing.clone()));
        tell(&Told::Serving { address });
        Ok(Self { closing, task })
    }

    async fn close(self) {
        self.closing.cancel();
        let _ = self.task.await;
    }
}
