//! The screens, each as a page for people and as JSON of the API, from one view.

use super::answer::{Answer, Refusal};
use super::api::Api;
use super::asked::{Asked, Handled};
use super::report;
use super::routes::{Route, Who};
use crate::pages::{self, Frame};
use crate::views::{
    Backup, BackupList, Drills, Holds, Overview, Run, RunFilter, RunList, Sanitising, Tonight,
};
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
    /// At most so many: 100 if it is not said, never more than 1000.
    limit: Option<usize>,
}

/// Which backups to list.
#[derive(Deserialize, JsonSchema)]
struct BackupsQuery {
    /// Only of this environment.
    environment: Option<String>,
}

/// The routes of all screens.
pub(super) fn routes() -> Vec<Route> {
    let mut routes = Vec::new();
    let about = "The questions of a Monday morning, and apps × environments.";
    let api = Api::answering::<Overview>(about);
    routes.extend(screen("/", api, overview, pages::overview));
    let api = Api::answering::<Tonight>("What ran, runs and will run.");
    routes.extend(screen("/tonight", api, tonight, pages::tonight));
    let about = "Runs, newest first, a page at a time.";
    let api = Api::answering::<RunList>(about).query::<RunsQuery>();
    routes.extend(screen("/runs", api, runs, pages::runs));
    let about = "One run: its steps, its log, what it took and what failed.";
    let api = Api::answering::<Run>(about);
    routes.extend(screen("/runs/{run}", api, run, pages::run));
    let about = "What the stores hold, newest first.";
    let api = Api::answering::<BackupList>(about).query::<BackupsQuery>();
    routes.extend(screen("/backups", api, backups, pages::backups));
    let about = "One backup: its manifest, where it came from, who uses it, what verified it.";
    let path = "/backups/{environment}/{instance}/{folder}";
    let api = Api::answering::<Backup>(about);
    routes.extend(screen(path, api, backup, pages::backup));
    let about = "Every restore test against the objectives.";
    let api = Api::answering::<Drills>(about);
    routes.extend(screen("/drills", api, drills, pages::drills));
    let report = shown(drills, pages::drill_report);
    routes.push(Route::get("/drills/report", Who::Viewer, report));
    routes.push(Route::get("/drills/report.csv", Who::Viewer, report::csv));
    let about = "How clean the live data is, by which ruleset.";
    let api = Api::answering::<Sanitising>(about);
    routes.extend(screen("/sanitising", api, sanitising, pages::sanitising));
    let about = "What is held, by whom, why and until when.";
    let api = Api::answering::<Holds>(about);
    routes.extend(screen("/holds", api, holds, pages::holds));
    routes
}

/// A page, and the same as JSON.
fn screen<V>(path: &str, api: Api, view: View<V>, page: Page<V>) -> [Route; 2]
where
    V: Serialize + Send + 'static,
{
    let name = if path == "/" { "/overview" } else { path };
    let told = move |asked: Asked| -> Handled {
        Box::pin(async move { Answer::json(StatusCode::OK, &view(&asked).await?) })
    };
    [
        Route::get(path, Who::Viewer, shown(view, page)),
        Route::get(&format!("/api/v1{name}"), Who::Viewer, told).described(api),
    ]
}

fn shown<V: Send + 'static>(
    view: View<V>,
    page: Page<V>,
) -> impl Fn(Asked) -> Handled + Send + Sync {
    move |asked| {
        Box::pin(async move {
            let seen = view(&asked).await?;
            Ok(Answer::Page(page(&seen, &asked.frame())))
        })
    }
}

fn overview(asked: &Asked) -> Seen<'_, Overview> {
    Box::pin(async { Ok(asked.source().overview()) })
}

fn tonight(asked: &Asked) -> Seen<'_, Tonight> {
    Box::pin(async { Ok(asked.source().tonight()) })
}

fn runs(asked: &Asked) -> Seen<'_, RunList> {
    Box::pin(async {
        let query: RunsQuery = asked.query()?;
        let filter = RunFilter {
            environment: said(query.environment),
            app: said(query.app),
            job: said(query.job),
            before: said(query.before),
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

fn backups(asked: &Asked) -> Seen<'_, BackupList> {
    Box::pin(async {
        let query: BackupsQuery = asked.query()?;
        let environment = said(query.environment);
        let backups = asked
            .source()
            .backups(environment.as_deref(), &asked.site.context);
        Ok(backups.await?)
    })
}

fn backup(asked: &Asked) -> Seen<'_, Backup> {
    Box::pin(async {
        let [environment, instance, folder] =
            ["environment", "instance", "folder"].map(|name| asked.part(name));
        let context = &asked.site.context;
        let backup = asked
            .source()
            .backup(environment, instance, folder, context);
        Ok(backup.await?)
    })
}

fn drills(asked: &Asked) -> Seen<'_, Drills> {
    Box::pin(async { Ok(asked.source().drills()) })
}

fn sanitising(asked: &Asked) -> Seen<'_, Sanitising> {
    Box::pin(async { Ok(asked.source().sanitising()) })
}

fn holds(asked: &Asked) -> Seen<'_, Holds> {
    Box::pin(async { Ok(asked.source().holds()) })
}

/// A field of a form that is left empty says nothing.
fn said(field: Option<String>) -> Option<String> {
    field.filter(|field| !field.is_empty())
}
