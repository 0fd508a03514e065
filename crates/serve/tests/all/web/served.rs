//! A small SQLite fleet whose page is served on loopback.

use reqwest::{Client, Method, RequestBuilder, Response, redirect};
use serde_json::Value;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use weir_engine::{Cancel, Context, SilentObserver};
use weir_pipeline::{Engines, RunOptions, Selection, Settings, Weir, run};
use weir_serve::views::Source;
use weir_serve::web::{self, Actor, State};
use weir_serve::{Live, Told};
use weir_store::SigningKey;
use weir_testkit::clock::VirtualClock;

/// Alice's token. Whoever finds it in an answer has found a leak.
pub(crate) const TOKEN: &str = "canary-token-of-alice-0123456789";

const FLEET: &str = r#"weir: 1
environments:
  production:
    store: stores/production
    signing_key: {file: keys/production}
    schedule: "0 23 * * *"
    keep: 30d
  staging:
    upstream: production
    store: stores/staging
    signing_key: {file: keys/staging}
    trusts: ["PRODUCTION"]
    schedule: "0 1 * * *"
    keep: 8d
defaults:
  sqlite: {url: "sqlite:{environment}-{database}.db"}
apps:
  people: {engine: sqlite, database: people}
"#;

/// The page of the fleet, until it is dropped.
pub(crate) struct Served {
    pub(crate) folder: TempDir,
    pub(crate) clock: Arc<VirtualClock>,
    pub(crate) audit: Arc<Mutex<Vec<String>>>,
    pub(crate) address: SocketAddr,
    weir: Arc<Weir>,
    source: Source,
    pub(crate) actor: Actor,
    client: Client,
    cancel: Cancel,
    _server: JoinHandle<()>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

/// What a browser that is signed in holds.
pub(crate) struct Signed {
    pub(crate) cookie: String,
    pub(crate) form_token: String,
}

impl Served {
    /// With these lines below `serve:`.
    pub(crate) async fn with(serve: &str) -> Self {
        let served = Self::unread(serve).await;
        let (source, cancel) = (served.source.clone(), served.cancel.clone());
        tokio::spawn(async move {
            let context = Context::new(Arc::new(SilentObserver)).with_cancel(cancel);
            source.keep_fresh(&context).await;
        });
        served
    }

    /// One that has not looked at the records, and does not by itself.
    pub(crate) async fn unread(serve: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text);
        write("operators", &format!("alice {TOKEN}\n")).unwrap();
        fill(&folder.path().join("production-people.db"));
        let config = format!(
            "{}serve:\n  operators: {{file: operators}}\n{serve}",
            fleet(&folder)
        );
        let parsed = weir_config::parse(&config, "weir.yaml", folder.path());
        let clock = Arc::new(VirtualClock::default());
        let settings = Settings {
            clock: Arc::clone(&clock) as _,
            ..Settings::default()
        };
        let parsed = parsed.unwrap_or_else(|problems| panic!("{problems}"));
        let weir = Arc::new(Weir::new(parsed, Engines::built_in(), settings));
        let audit = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&audit);
        let auditor = Arc::new(move |line: &str| told.lock().unwrap().push(line.to_owned()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let cancel = Cancel::default();
        let environments = weir.fleet().environments.iter();
        let environments: BTreeSet<_> = environments.map(|it| it.name.clone()).collect();
        let live = Live::default();
        let source = Source::new(Arc::clone(&weir), environments.clone(), live.clone());
        let context = Context::new(Arc::new(SilentObserver)).with_cancel(cancel.clone());
        let (shown, tell) = ((source.clone(), live), Arc::new(|_: &Told| {}));
        let actor = Actor::new(Arc::clone(&weir), environments, shown, tell, &context);
        let state = State::new(
            Arc::clone(&weir),
            (source.clone(), actor.clone()),
            "127.0.0.1",
            auditor,
        )
        .unwrap();
        let server = tokio::spawn(web::serve(listener, state, cancel.clone()));
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy();
        Self {
            folder,
            clock,
            audit,
            address,
            weir,
            source,
            actor,
            client: client.build().unwrap(),
            cancel,
            _server: server,
        }
    }

    pub(crate) async fn new() -> Self {
        Self::with("").await
    }

    /// After a night's work: a backup of production, restored into staging.
    pub(crate) async fn worked() -> Self {
        let served = Self::new().await;
        let context = Context::new(Arc::new(SilentObserver));
        for environment in ["production", "staging"] {
            let selection = Selection::Environment(environment.to_owned());
            let options = RunOptions::default();
            let report = run::run(&served.weir, "run", &selection, &options, &context).await;
            let jobs = report.unwrap().jobs;
            assert!(jobs.iter().all(|job| job.error.is_none()), "{jobs:?}");
        }
        served.look().await;
        served
    }

    /// Looks at the fleet anew, as the background does.
    pub(crate) async fn look(&self) {
        let context = Context::new(Arc::new(SilentObserver));
        self.source.refresh(&context).await;
    }

    /// What the API answers, with its status.
    pub(crate) async fn told(&self, path: &str) -> (u16, Value) {
        let response = self.get(&format!("/api/v1{path}")).await;
        let status = response.status().as_u16();
        assert_eq!(response.headers()["content-type"], "application/json");
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap())
    }

    pub(crate) fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("http://{}{path}", self.address))
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.ask(Method::GET, path).send().await.unwrap()
    }

    /// A form, as a browser on our own page sends it.
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        self.ask(Method::POST, path)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form(fields))
    }

    /// Signs in as a browser does.
    pub(crate) async fn sign_in(&self) -> Signed {
        let response = self
            .post("/sign-in", &[("token", TOKEN)])
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 303);
        let cookie = response.headers()["set-cookie"].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let page = self.ask(Method::GET, "/sign-in").header("cookie", &cookie);
        let page = page.send().await.unwrap().text().await.unwrap();
        let (_, after) = page.split_once("name=\"form_token\" value=\"").unwrap();
        let form_token = after.split('"').next().unwrap().to_owned();
        Signed { cookie, form_token }
    }
}

pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let encoded = |text: &str| {
        let kept = percent_encoding::NON_ALPHANUMERIC;
        percent_encoding::utf8_percent_encode(text, kept).to_string()
    };
    let pairs = fields.iter();
    let pairs = pairs.map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn fleet(folder: &TempDir) -> String {
    std::fs::create_dir(folder.path().join("keys")).unwrap();
    let mut config = FLEET.to_owned();
    for environment in ["production", "staging"] {
        let key = SigningKey::generate().unwrap();
        let file = folder.path().join("keys").join(environment);
        std::fs::write(file, key.to_text().as_bytes()).unwrap();
        config = config.replace(&environment.to_uppercase(), &key.public().to_string());
    }
    config
}

fn fill(path: &Path) {
    let database = rusqlite::Connection::open(path).unwrap();
    let rows = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
        INSERT INTO users VALUES (1, 'canary-row-of-a-person'), (2, 'another');";
    database.execute_batch(rows).unwrap();
}
