//! What a request asks for.

use hyper::body::Incoming;
use hyper::{Method, Request};

/// An operation of S3, as far as Weir uses them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Whatever it is.
    Any,
    /// A whole object is read.
    Get,
    /// A range of an object is read.
    GetRange,
    /// An object is looked at.
    Head,
    /// Objects are listed.
    List,
    /// An object is written at once.
    Put,
    /// An upload in pieces begins.
    CreateUpload,
    /// A piece is uploaded.
    UploadPart,
    /// The pieces become an object.
    CompleteUpload,
    /// An upload in pieces is given up.
    AbortUpload,
    /// Objects are removed.
    Delete,
}

impl Operation {
    pub(super) fn of(request: &Request<Incoming>) -> Self {
        let query = request.uri().query().unwrap_or_default();
        let asks = |name: &str| {
            query
                .split('&')
                .any(|pair| pair.split('=').next() == Some(name))
        };
        let path = request.uri().path().trim_matches('/');
        match *request.method() {
            Method::HEAD => Self::Head,
            Method::GET if !path.contains('/') => Self::List,
            Method::GET if request.headers().contains_key("range") => Self::GetRange,
            Method::GET => Self::Get,
            Method::DELETE if asks("uploadId") => Self::AbortUpload,
            Method::DELETE => Self::Delete,
            Method::POST if asks("delete") => Self::Delete,
            Method::POST if asks("uploads") => Self::CreateUpload,
            Method::POST => Self::CompleteUpload,
            Method::PUT if asks("partNumber") => Self::UploadPart,
            Method::PUT => Self::Put,
            _ => Self::Any,
        }
    }
}
