//! What a bucket does by itself, and what a careless server does: set by tests.

use hyper::{Method, Request, Response, StatusCode};
use s3s::Body;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Answers to questions about the bucket, and whether conditions of writes are kept.
#[derive(Clone)]
pub(super) struct Habits {
    /// The folder of the server's buckets.
    folder: PathBuf,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    answers: HashMap<String, (u16, String)>,
    ignores_conditions: bool,
}

impl Habits {
    pub(super) fn of(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            state: Arc::default(),
        }
    }

    pub(super) fn answer(&self, question: &str, status: u16, document: &str) {
        let answer = (status, document.to_owned());
        self.state().answers.insert(question.to_owned(), answer);
    }

    pub(super) fn ignore_conditions(&self) {
        self.state().ignores_conditions = true;
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer to a question about the bucket, `GET /bucket?question`; `None` for everything
    /// else.
    pub(super) fn told<B>(&self, request: &Request<B>) -> Option<Response<Body>> {
        let query = request.uri().query()?;
        let state = self.state();
        let asked = query.split('&').map(|pair| pair.trim_end_matches('='));
        let (status, document) = asked
            .filter(|_| request.method() == Method::GET)
            .find_map(|question| state.answers.get(question))?;
        let mut response = Response::new(Body::from(document.clone()));
        *response.status_mut() = StatusCode::from_u16(*status).ok()?;
        Some(response)
    }

    /// Makes room for a write that should have been refused, where conditions are not kept.
    pub(super) fn before<B>(&self, request: &Request<B>) {
        if request.method() == Method::PUT && self.state().ignores_conditions {
            let key = request.uri().path().trim_start_matches('/');
            // One that is not there needs no room.
            let _ = std::fs::remove_file(self.folder.join(key));
        }
    }
}
