//! What the S3 server does wrong on purpose, request by request: busy answers, lost answers,
//! answers that break off, hang or crawl. [`crate::proxy`] is for what goes wrong below HTTP.
//!
//! ```no_run
//! # use weir_testkit::{s3::S3Server, s3_faults::{Fault, Operation, Rule, When}};
//! let server = S3Server::start();
//! let busy = Rule::new(Operation::UploadPart, When::First(3), Fault::BUSY);
//! server.faults().set(vec![busy]);
//! // … and afterwards:
//! assert_eq!(server.faults().hits(), 3);
//! server.faults().heal();
//! ```

// A test kit fails by panicking: there is nobody to return an error to.
#![allow(clippy::expect_used)]

mod answer;
mod operation;

use crate::faults::random::Random;
use answer::{broken_off, collect, complaint, paced};
use hyper::body::Incoming;
use hyper::{Request, Response};
use s3s::dto::ListObjectsV2Input;
use s3s::{S3Request, S3Result};
use std::io;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

pub use operation::Operation;

/// What goes wrong with one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is not done, and refused with a status and an error code.
    Refused {
        /// The status, e.g. 503.
        status: u16,
        /// The code in the answer, e.g. `SlowDown`.
        code: &'static str,
    },
    /// It is not done, and the answer says 200 with an error inside.
    ErrorInside,
    /// It is done, and the connection is closed instead of answering.
    LostAnswer,
    /// It is done, and the answer breaks off after so many bytes of those it promised.
    Truncated {
        /// Bytes that arrive.
        bytes: usize,
    },
    /// Nothing is ever answered.
    Hang,
    /// It is done, and the answer crawls.
    Slow {
        /// How slowly.
        bytes_per_second: u64,
    },
}

impl Fault {
    /// The cloud's answer to too many requests.
    pub const BUSY: Self = Self::Refused {
        status: 503,
        code: "SlowDown",
    };
    /// A failure inside the cloud.
    pub const INTERNAL: Self = Self::Refused {
        status: 500,
        code: "InternalError",
    };
    /// Too many requests, as other clouds say it.
    pub const TOO_MANY: Self = Self::Refused {
        status: 429,
        code: "TooManyRequests",
    };
    /// The policy does not allow it.
    pub const DENIED: Self = Self::Refused {
        status: 403,
        code: "AccessDenied",
    };
    /// The object lies in an archive, where it cannot be read from.
    pub const ARCHIVED: Self = Self::Refused {
        status: 403,
        code: "InvalidObjectState",
    };
}

/// Which of the requests that a rule is for it hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// All of them.
    Every,
    /// Only the nth, counted from 1.
    Nth(u64),
    /// Only the first so many: a burst.
    First(u64),
    /// All but the first so many.
    After(u64),
    /// One in so many, chosen by seed.
    Seeded {
        /// The same seed hits the same requests.
        seed: u64,
        /// On average.
        one_in: usize,
    },
}

impl When {
    fn hits(self, number: u64) -> bool {
        match self {
            Self::Every => true,
            Self::Nth(nth) => number == nth,
            Self::First(count) => number <= count,
            Self::After(count) => number > count,
            Self::Seeded { seed, one_in } => {
                Random::new(seed.wrapping_add(number)).below(one_in.max(1)) == 0
            }
        }
    }
}

/// A fault and the requests it hits.
#[derive(Debug, Clone)]
pub struct Rule {
    operation: Operation,
    key: String,
    when: When,
    fault: Fault,
    seen: u64,
}

impl Rule {
    /// A rule for an operation on any key.
    #[must_use]
    pub fn new(operation: Operation, when: When, fault: Fault) -> Self {
        Self {
            operation,
            key: String::new(),
            when,
            fault,
            seen: 0,
        }
    }

    /// Only where the key has this in it.
    #[must_use]
    pub fn key(mut self, part: impl Into<String>) -> Self {
        self.key = part.into();
        self
    }
}

/// The faults of one server, changed while it runs.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Mutex<Vec<Rule>>,
    hits: AtomicU64,
    requests: AtomicU64,
    page: AtomicI32,
}

/// An answer, or none: the connection is closed.
pub(crate) type Answer = io::Result<Response<s3s::Body>>;

impl Faults {
    /// Goes wrong by these rules from now on, the first that fits each request.
    pub fn set(&self, rules: Vec<Rule>) {
        *self.rules.lock().unwrap_or_else(PoisonError::into_inner) = rules;
    }

    /// Lists no more than so many objects at a time, whatever is asked for.
    pub fn page(&self, objects: i32) {
        self.page.store(objects, Ordering::SeqCst);
    }

    /// Does everything right again.
    pub fn heal(&self) {
        self.set(Vec::new());
        self.page(0);
    }

    /// How many requests went wrong since the start.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.hits.load(Ordering::SeqCst)
    }

    /// How many requests there were since the start, well answered or not.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::SeqCst)
    }

    fn fault(&self, request: &Request<Incoming>) -> Option<Fault> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        let operation = Operation::of(request);
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        for rule in rules.iter_mut() {
            let meant = rule.operation == Operation::Any || rule.operation == operation;
            if meant && request.uri().path().contains(&rule.key) {
                rule.seen += 1;
                if rule.when.hits(rule.seen) {
                    self.hits.fetch_add(1, Ordering::SeqCst);
                    return Some(rule.fault.clone());
                }
            }
        }
        None
    }

    /// Answers a request, as well or as badly as the rules say.
    pub(crate) async fn answer(
        &self,
        request: Request<Incoming>,
        well: impl AsyncFnOnce(Request<Incoming>) -> Answer,
    ) -> Answer {
        match self.fault(&request) {
            None => well(request).await,
            Some(Fault::Refused { status, code }) => Ok(complaint(status, code)),
            Some(Fault::ErrorInside) => Ok(complaint(200, "InternalError")),
            Some(Fault::Hang) => std::future::pending().await,
            Some(Fault::LostAnswer) => {
                well(request).await?;
                Err(io::Error::other("the answer is lost"))
            }
            Some(Fault::Truncated { bytes }) => {
                let (parts, body) = well(request).await?.into_parts();
                let body = broken_off(&collect(body).await?, bytes);
                Ok(Response::from_parts(parts, body))
            }
            Some(Fault::Slow { bytes_per_second }) => {
                let (parts, body) = well(request).await?.into_parts();
                let body = paced(collect(body).await?, bytes_per_second);
                Ok(Response::from_parts(parts, body))
            }
        }
    }
}

/// Shortens what is listed, after the request was found to be signed.
pub(crate) struct Pages(pub(crate) std::sync::Arc<Faults>);

#[async_trait::async_trait]
impl s3s::access::S3Access for Pages {
    async fn list_objects_v2(&self, request: &mut S3Request<ListObjectsV2Input>) -> S3Result<()> {
        let most = self.0.page.load(Ordering::SeqCst);
        if most > 0 {
            let asked = request.input.max_keys.unwrap_or(1000);
            request.input.max_keys = Some(asked.min(most));
        }
        Ok(())
    }
}
