//! An S3 server in the test's own process, over a folder of its own.

// A test kit fails by panicking: there is nobody to return an error to.
#![allow(clippy::expect_used)]

mod habits;

use crate::background::Background;
use crate::s3_faults::{Faults, Pages};
use habits::Habits;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::TempDir;
use tokio::net::TcpListener;

const BUCKET: &str = "backups";

/// A running server with one bucket. It stops when it is dropped, and its data goes with it.
pub struct S3Server {
    /// The address, e.g. `http://127.0.0.1:41873`.
    pub endpoint: String,
    /// The bucket that exists.
    pub bucket: String,
    /// The access key that is let in.
    pub access_key: String,
    /// Its secret.
    pub secret: String,
    faults: Arc<Faults>,
    habits: Habits,
    // Before its folder, which goes after it.
    _listening: Background,
    folder: TempDir,
}

impl S3Server {
    /// Starts a server on a free port.
    ///
    /// # Panics
    /// When the machine has no port or no folder to give.
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("make a folder for the S3 server");
        std::fs::create_dir(folder.path().join(BUCKET)).expect("make the bucket");
        let (access_key, secret) = (random_name(), random_name());
        let faults = Arc::new(Faults::default());
        let service = service(&folder, &access_key, &secret, &faults);
        let wrong = Arc::clone(&faults);
        let habits = Habits::of(folder.path());
        let known = habits.clone();
        let listening = Background::serve(|listener| accept(listener, service, wrong, known));
        Self {
            endpoint: format!("http://{}", listening.address),
            bucket: BUCKET.to_owned(),
            access_key,
            secret,
            folder,
            faults,
            habits,
            _listening: listening,
        }
    }

    /// Answers a question about the bucket (`lifecycle`, `object-lock`, `versioning`) with that
    /// status and document from now on, whoever asks.
    pub fn answer(&self, question: &str, status: u16, document: &str) {
        self.habits.answer(question, status, document);
    }

    /// Lets every write replace what is there, also one that was to create only.
    pub fn ignore_conditions(&self) {
        self.habits.ignore_conditions();
    }

    /// Where the bucket's objects lie as files, for a test that damages them.
    #[must_use]
    pub fn objects(&self) -> PathBuf {
        self.folder.path().join(BUCKET)
    }

    /// What the server does wrong: nothing, at first.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }
}

fn random_name() -> String {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).expect("ask the system for random bytes");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn service(folder: &TempDir, access_key: &str, secret: &str, faults: &Arc<Faults>) -> S3Service {
    let files = s3s_fs::FileSystem::new(folder.path()).expect("serve the folder");
    let mut builder = S3ServiceBuilder::new(files);
    builder.set_auth(SimpleAuth::from_single(access_key, secret));
    builder.set_access(Pages(Arc::clone(faults)));
    builder.build()
}

async fn accept(listener: TcpListener, service: S3Service, faults: Arc<Faults>, habits: Habits) {
    let queues = Queues::default();
    while let Ok((stream, _)) = listener.accept().await {
        let (service, queues) = (service.clone(), queues.clone());
        let (faults, habits) = (Arc::clone(&faults), habits.clone());
        tokio::spawn(async move {
            let answer = service_fn(move |request| {
                let (service, queues) = (service.clone(), queues.clone());
                let (faults, habits) = (Arc::clone(&faults), habits.clone());
                async move {
                    let well = async |request| {
                        let _turn = queues.turn(&request).await;
                        if let Some(told) = habits.told(&request) {
                            return Ok(told);
                        }
                        habits.before(&request);
                        let answer = hyper::service::Service::call(&service, request).await;
                        answer.map_err(std::io::Error::other)
                    };
                    faults.answer(request, well).await
                }
            });
            // A client that hangs up is the client's business.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), answer)
                .await;
        });
    }
}

type Queue = Arc<tokio::sync::Mutex<()>>;

/// Lets one writer at a time at each key: the server behind looks whether a key exists and then
/// writes it, and create-only must hold between two writers.
#[derive(Clone, Default)]
struct Queues(Arc<Mutex<HashMap<String, Queue>>>);

impl Queues {
    async fn turn(&self, request: &Request<Incoming>) -> Option<tokio::sync::OwnedMutexGuard<()>> {
        let one_piece = request
            .uri()
            .query()
            .is_some_and(|query| query.contains("partNumber="));
        if one_piece || !matches!(*request.method(), Method::PUT | Method::POST) {
            return None;
        }
        let queue = {
            let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            queues
                .entry(request.uri().path().to_owned())
                .or_default()
                .clone()
        };
        Some(queue.lock_owned().await)
    }
}
