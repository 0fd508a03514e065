//! Answers that are wrong.

use bytes::Bytes;
use hyper::Response;
use hyper::body::{Body, Frame, SizeHint};
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::Sleep;

/// How often a crawling answer moves.
const TICK: Duration = Duration::from_millis(100);

/// An error as S3 puts it.
pub(super) fn complaint(status: u16, code: &str) -> Response<s3s::Body> {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Error><Code>{code}</Code><Message>on purpose</Message><RequestId>0</RequestId></Error>"
    );
    Response::builder()
        .status(status)
        .header("content-type", "application/xml")
        .body(s3s::Body::from(text))
        .expect("an answer of constants")
}

/// The whole of an answer.
pub(super) async fn collect(mut body: s3s::Body) -> io::Result<Bytes> {
    let mut whole = Vec::new();
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        if let Ok(data) = frame.map_err(io::Error::other)?.into_data() {
            whole.extend_from_slice(&data);
        }
    }
    Ok(whole.into())
}

/// An answer that ends too early.
pub(super) fn broken_off(whole: &Bytes, after: usize) -> s3s::Body {
    let promised = whole.len() as u64;
    let pieces = VecDeque::from([whole.slice(..after.min(whole.len()))]);
    s3s::Body::http_body(Pieces {
        pieces,
        promised,
        broken: true,
        pause: Duration::ZERO,
        sleep: None,
    })
}

/// An answer that comes at so many bytes a second.
pub(super) fn paced(mut whole: Bytes, bytes_per_second: u64) -> s3s::Body {
    let promised = whole.len() as u64;
    let tick = u64::try_from(TICK.as_millis()).unwrap_or(1);
    let piece = usize::try_from(bytes_per_second * tick / 1000)
        .unwrap_or(usize::MAX)
        .max(1);
    let mut pieces = VecDeque::new();
    while !whole.is_empty() {
        pieces.push_back(whole.split_to(piece.min(whole.len())));
    }
    s3s::Body::http_body(Pieces {
        pieces,
        promised,
        broken: false,
        pause: TICK,
        sleep: None,
    })
}

/// A body in pieces, with pauses between them.
struct Pieces {
    pieces: VecDeque<Bytes>,
    promised: u64,
    broken: bool,
    pause: Duration,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(sleep) = &mut self.sleep {
            ready!(sleep.as_mut().poll(context));
        }
        self.sleep = Some(Box::pin(tokio::time::sleep(self.pause)));
        let end = self
            .broken
            .then(|| Err(io::Error::from(io::ErrorKind::ConnectionAborted)));
        Poll::Ready(match self.pieces.pop_front() {
            Some(piece) => Some(Ok(Frame::data(piece))),
            None => end,
        })
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}
