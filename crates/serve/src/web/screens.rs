//! The screens, each as a page for people and as JSON of the API, from one view.

use super::answer::{Answer, Refusal};
use super::api::Api;
use super::asked::{Asked, Handled};
use super::openapi::openapi;
use super::routes::{Route, Who};
use crate::pages::{self, Frame};
use crate::views::{Overview, Run, RunFilter, RunList};
use axum::http::StatusCode;
use futures::future::BoxFuture;
use maud::Markup;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many runs a page of the list has, if nobody asks otherwise,
const RUNS: usize = 100;
/// and at most.
const MOST_RUNS: usize = 1000;

type Seen<'a, V> = BoxFuture<'a, Result<V, Refusal>>;
type View<V> = fn(&Asked) -> Seen<'_, V>;
type Page<V> = fn(&V, &Frame) -> Markup;

/// Which runs to list.
#[derive(Deserialize, JsonSchema)]
struct RunsQuery {
    /// Only of this environment.
    environment: Option<String>,
    /// Only of this app.
    app: Option<String>,
    /// Only of the job of this name.
    job: Option<String>,
    /// Only those before this run: `next` of the page before.
    before: Option<String>,
    /// At most so many, 100 if it is not said, 1000 at most.
    limit: Option<usize>,
}

/// The routes of all screens.
pub(super) fn routes() -> Vec<Route> {
    let mut routes = vec![Route::get("/api/openapi.json", Who::Viewer, document)];
    let about = "The questions of a Monday morning, and apps × environments.";
    let api = Api::answering::<Overview>(about);
    routes.extend(screen("/", api, overview, pages::overview));
    let about = "Runs, newest first, a page at a time.";
    let api = Api::answering::<RunList>(about).query::<RunsQuery>();
    routes.extend(screen("/runs", api, runs, pages::runs));
    let about = "One run: its steps, its log, what it took and what failed.";
    let api = Api::answering::<Run>(about);
    routes.extend(screen("/runs/{run}", api, run, pages::run));
    routes
}

/// The document of the API.
fn document(_: Asked) -> Handled {
    Box::pin(async { Answer::json(StatusCode::OK, &openapi()) })
}

/// A page, and the same as JSON.
fn screen<V>(path: &str, api: Api, view: View<V>, page: Page<V>) -> [Route; 2]
where
    V: Serialize + Send + 'static,
{
    let name = if path == "/" { "/overview" } else { path };
    let shown = move |asked: Asked| -> Handled {
        Box::pin(async move {
            let seen = view(&asked).await?;
            Ok(Answer::Page(page(&seen, &asked.frame())))
        })
    };
    let told = move |asked: Asked| -> Handled {
        Box::pin(async move { Answer::json(StatusCode::OK, &view(&asked).await?) })
    };
    [
        Route::get(path, Who::Viewer, shown),
        Route::get(&format!("/api/v1{name}"), Who::Viewer, told).described(api),
    ]
}

fn overview(asked: &Asked) -> Seen<'_, Overview> {
    Box::pin(async { Ok(asked.source().overview()) })
}

fn runs(asked: &Asked) -> Seen<'_, RunList> {
    Box::pin(async {
        let query: RunsQuery = asked.query()?;
        let filter = RunFilter {
            environment: query.environment,
            app: query.app,
            job: query.job,
            before: query.before,
            limit: query.limit.unwrap_or(RUNS).clamp(1, MOST_RUNS),
        };
        Ok(asked.source().runs(&filter, &asked.site.context).await?)
    })
}

fn run(asked: &Asked) -> Seen<'_, Run> {
    Box::pin(async {
        let source = asked.source();
        Ok(source.run(asked.part("run"), &asked.site.context).await?)
    })
}
