//! An S3 server in the test's own process, over a folder of its own.

// A test kit fails by panicking: there is nobody to return an error to.
#![allow(clippy::expect_used)]

mod habits;

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
use std::thread::JoinHandle;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

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
    folder: TempDir,
    faults: Arc<Faults>,
    habits: Habits,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
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
        let (stop, stopped) = oneshot::channel();
        let (announce, announced) = std::sync::mpsc::channel();
        // A thread and a runtime of its own, so that a test that blocks does not stop the server.
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("start a runtime for the S3 server");
            runtime.block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0")
                    .await
                    .expect("listen on a free port");
                let address = listener.local_addr().expect("ask for the port");
                announce.send(address).expect("announce the port");
                tokio::select! {
                    () = accept(listener, service, wrong, known) => {}
                    _ = stopped => {}
                }
            });
        });
        let address = announced.recv().expect("learn the port");
        Self {
            endpoint: format!("http://{address}"),
            bucket: BUCKET.to_owned(),
            access_key,
            secret,
            folder,
            faults,
            habits,
            stop: Some(stop),
            thread: Some(thread),
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

impl Drop for S3Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The server may have ended by itself; then there is nothing to stop.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
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
