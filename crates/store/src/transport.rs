//! Talking to a cloud with patience for a slow answer and none for a silent one.
//!
//! A request has no time by which it must be done: 64 MiB on a slow line take as long as they
//! take. It is given up when nothing of it has moved for the store's timeout: no bytes taken from
//! what is sent, by the server's system or by ours, none come of what is answered.

mod moving;
mod queues;

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use moving::{Moving, Silence};
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody,
    HttpResponse, HttpResponseBody, HttpService, ReqwestConnector,
};
use object_store::{BackoffConfig, ClientOptions, PutPayload, RetryConfig};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// How long a store may be silent, unless the configuration says otherwise.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a connection may take to be made; a store that is silent for less has less.
const CONNECT: Duration = Duration::from_secs(5);

/// The longest body that is written at once, in bytes. Nothing is seen of its way, and what is seen of
/// other requests' must not be taken for it: a beat of a lease would hang for as long as they move.
const SMALL: usize = 4096;

/// How often and how long what failed is tried again. Bursts of errors are waited out, but a
/// store that is not there is said to be so within a third of the time it may be silent.
pub(crate) fn retries(timeout: Duration) -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(200),
            max_backoff: Duration::from_secs(5),
            base: 2.0,
        },
        max_retries: 8,
        retry_timeout: timeout / 3,
    }
}

/// Options of a client that watches for silence itself: a limit on the whole of a request, or on
/// the time until its answer begins, would end one that is slow and moves.
pub(crate) fn options(timeout: Duration) -> ClientOptions {
    ClientOptions::new()
        .with_connect_timeout(CONNECT.min(timeout))
        .with_timeout_disabled()
}

/// Makes clients that give up what is silent for too long.
#[derive(Debug)]
pub(crate) struct Patient {
    timeout: Duration,
}

impl Patient {
    pub(crate) fn new(timeout: Duration) -> Self {
        Self { timeout }
    }
}

impl HttpConnector for Patient {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(PatientClient {
            inner: ReqwestConnector::default().connect(options)?,
            timeout: self.timeout,
        }))
    }
}

#[derive(Debug)]
struct PatientClient {
    inner: HttpClient,
    timeout: Duration,
}

#[async_trait::async_trait]
impl HttpService for PatientClient {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let moving = Moving::new(self.timeout);
        let port = port(&request);
        let (parts, body) = request.into_parts();
        let request = HttpRequest::from_parts(parts, told_as_it_goes(body, &moving).await?);
        let response = tokio::select! {
            response = self.inner.execute(request) => response?,
            () = moving.stopped(port) => return Err(silent(self.timeout)),
        };
        let (parts, body) = response.into_parts();
        let body = PatientBody {
            inner: body,
            silence: Silence::new(self.timeout),
        };
        Ok(HttpResponse::from_parts(parts, HttpResponseBody::new(body)))
    }
}

/// Where the server listens.
fn port(request: &HttpRequest) -> u16 {
    let address = request.uri();
    let of_scheme = if address.scheme_str() == Some("http") {
        80
    } else {
        443
    };
    address.port_u16().unwrap_or(of_scheme)
}

/// The same body in small pieces, each of which tells when it has been written to the wire.
async fn told_as_it_goes(
    mut body: HttpRequestBody,
    moving: &Arc<Moving>,
) -> Result<HttpRequestBody, HttpError> {
    if body.content_length() <= SMALL {
        return Ok(body);
    }
    let mut pieces: Vec<Bytes> = Vec::new();
    while let Some(frame) =
        std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await
    {
        if let Ok(data) = frame?.into_data() {
            pieces.extend(moving.pieces(data));
        }
    }
    Ok(PutPayload::from_iter(pieces).into())
}

/// An answer that ends with an error when it is silent for too long.
struct PatientBody {
    inner: HttpResponseBody,
    silence: Silence,
}

impl http_body::Body for PatientBody {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.inner).poll_frame(context) {
            self.silence.broken();
            return Poll::Ready(frame);
        }
        let timeout = self.silence.timeout();
        self.silence
            .poll_too_long(context)
            .map(|()| Some(Err(silent(timeout))))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

fn silent(timeout: Duration) -> HttpError {
    HttpError::new(HttpErrorKind::Timeout, Silent(timeout))
}

/// Why a request was given up.
#[derive(Debug)]
pub(crate) struct Silent(Duration);

impl fmt::Display for Silent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "nothing moved for {} s", self.0.as_secs())
    }
}

impl std::error::Error for Silent {}
