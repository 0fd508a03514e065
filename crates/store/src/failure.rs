//! Errors of object stores in Weir's words: what to do next, and never a credential. The text of
//! a cloud's answer is not passed on as it is, because some answers quote the request.

use object_store::Error as StoreError;
use object_store::client::{HttpError, HttpErrorKind};
use std::error::Error as StdError;
use std::io;
use weir_model::error::{Error, Kind};

/// A failure while `doing` something to what lies at `place` (the store's url and the key).
pub(crate) fn store_error(doing: &str, place: &str, error: &StoreError) -> Error {
    let doing = format!("{doing} {place}");
    let found = classify(error);
    let failure = Error::new(Kind::Store, doing, found.cause).hint(found.hint);
    if found.transient {
        failure.transient()
    } else {
        failure
    }
}

/// Whether the object is not there. A store answers the same when the bucket is not there, and
/// that is a failure.
pub(crate) fn is_absent(error: &StoreError) -> bool {
    matches!(error, StoreError::NotFound { .. }) && !is_missing_bucket(error)
}

fn is_missing_bucket(error: &StoreError) -> bool {
    matches!(
        error_code(&error.to_string()),
        Some("NoSuchBucket" | "ContainerNotFound")
    )
}

/// The class of storage that an object was archived into, where that is why it cannot be read.
pub(crate) fn archived_class(error: &StoreError) -> Option<String> {
    let text = error.to_string();
    match error_code(&text)? {
        "InvalidObjectState" => {
            let class = element(&text, "StorageClass").unwrap_or("an archive class");
            Some(class.to_owned())
        }
        "BlobArchived" | "BlobBeingRehydrated" => Some("archive tier".to_owned()),
        _ => None,
    }
}

struct Finding {
    cause: String,
    hint: &'static str,
    transient: bool,
}

fn finding(cause: impl Into<String>, hint: &'static str, transient: bool) -> Finding {
    Finding {
        cause: cause.into(),
        hint,
        transient,
    }
}

fn classify(error: &StoreError) -> Finding {
    let text = error.to_string();
    if asks_for_a_token(&text) {
        let transient = cause_of::<HttpError>(error).is_some() || is_busy(&text);
        return finding(
            answer(
                &text,
                "the cloud gave no access token for these credentials",
            ),
            "give credentials in the store's map, or run where the machine has an identity of its own",
            transient,
        );
    }
    if let Some(http) = cause_of::<HttpError>(error) {
        return transport(http);
    }
    if let Some(io) = cause_of::<io::Error>(error) {
        return file_system(io);
    }
    if let Some(class) = archived_class(error) {
        return finding(
            format!("the object is archived ({class})"),
            "bring it back with the cloud's restore, or take a newer backup: `weir backups list` shows them",
            false,
        );
    }
    match error {
        _ if is_missing_bucket(error) => finding(
            "the bucket does not exist",
            "check the bucket's name, the region and the endpoint, or create the bucket",
            false,
        ),
        StoreError::PermissionDenied { .. } | StoreError::Unauthenticated { .. } => finding(
            answer(&text, "access denied"),
            "check the access key and that its policy allows listing, reading and creating objects under this prefix",
            false,
        ),
        StoreError::NotFound { .. } => finding(
            "the object does not exist",
            "look whether a lifecycle or a person removed it: `weir backups list` shows what is there",
            false,
        ),
        StoreError::NotImplemented { .. } | StoreError::NotSupported { .. } => finding(
            "the store has no such operation",
            "use a store that can create objects only if they are absent (conditional writes)",
            false,
        ),
        _ => status(&text),
    }
}

fn transport(error: &HttpError) -> Finding {
    let (cause, hint) = match error.kind() {
        HttpErrorKind::Connect => (
            "cannot connect",
            "check the endpoint, the network, the proxy and the certificate authorities",
        ),
        HttpErrorKind::Timeout => (
            "no answer in time",
            "check that the store is reachable from here, then try again",
        ),
        _ => ("the connection broke", "try again"),
    };
    match deepest(error) {
        Some(io) => finding(format!("{cause}: {io}"), hint, true),
        None => finding(cause, hint, true),
    }
}

fn file_system(error: &io::Error) -> Finding {
    let (hint, transient) = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => (
            "the disk is full: make room in the store's folder, then run again",
            false,
        ),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => (
            "let the user who runs weir read and write the store's folder",
            false,
        ),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => (
            "check that the store's folder exists and that its disk is mounted",
            false,
        ),
        io::ErrorKind::InvalidFilename => (
            "the name is too long for this file system: use a shorter instance or database name",
            false,
        ),
        _ => ("check the disk and the mount of the store's folder", true),
    };
    finding(error.to_string(), hint, transient)
}

/// Whether the request was one for a token, on behalf of the machine or of a key.
fn asks_for_a_token(text: &str) -> bool {
    ["token request", "/computeMetadata/", "169.254.169.254"]
        .iter()
        .any(|sign| text.contains(sign))
}

fn is_busy(text: &str) -> bool {
    ["500", "502", "503", "504", "429", "408"]
        .iter()
        .any(|code| text.contains(&format!("status code: {code}")))
        || matches!(
            error_code(text),
            Some("InternalError" | "SlowDown" | "ServerBusy" | "OperationTimedOut")
        )
}

fn status(text: &str) -> Finding {
    let transient = is_busy(text);
    let hint = if transient {
        "the store is busy or failing: try again later"
    } else {
        "check the store's url, region and endpoint"
    };
    finding(
        answer(text, "the store refused the request"),
        hint,
        transient,
    )
}

/// What a cloud answered: its error code where there is one, else its status.
fn answer(text: &str, otherwise: &str) -> String {
    if let Some(code) = error_code(text) {
        return format!("{otherwise} ({code})");
    }
    let number = text
        .split_once("status code: ")
        .and_then(|(_, rest)| rest.get(..3))
        .filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    match number {
        Some(number) => format!("{otherwise} (status {number})"),
        None => otherwise.to_owned(),
    }
}

fn error_code(text: &str) -> Option<&str> {
    element(text, "Code")
}

/// The text of an XML element, where it is one plain word.
fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (word, _) = rest.split_once("</")?;
    let plain = !word.is_empty()
        && word.len() < 64
        && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    plain.then_some(word)
}

/// A failure as the standard library hands out causes.
type Cause<'a> = &'a (dyn StdError + 'static);

fn causes(error: Cause<'_>) -> impl Iterator<Item = Cause<'_>> {
    fn next<'a>(error: &Cause<'a>) -> Option<Cause<'a>> {
        let error: Cause<'a> = *error;
        error.source()
    }
    std::iter::successors(Some(error), next)
}

fn cause_of<T: StdError + 'static>(error: &StoreError) -> Option<&T> {
    causes(error).find_map(|cause| cause.downcast_ref::<T>())
}

fn deepest(error: &HttpError) -> Option<&io::Error> {
    causes(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .last()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_quotes_the_request_is_not_passed_on() {
        let body = "Server returned non-2xx status code: 403 Forbidden: <Error><Code>SignatureDoesNotMatch</Code>\
                    <AWSAccessKeyId>AKIACANARY</AWSAccessKeyId></Error>";
        let error = StoreError::PermissionDenied {
            path: "k".to_owned(),
            source: body.into(),
        };
        let error = store_error("write", "s3://b/k", &error);
        assert!(!format!("{error:?}").contains("AKIACANARY"));
        assert!(error.cause().contains("SignatureDoesNotMatch"));
        assert!(!error.is_transient());
    }

    #[test]
    fn an_archived_object_and_missing_credentials_are_named() {
        let answers = [
            (
                403,
                "InvalidObjectState</Code><StorageClass>DEEP_ARCHIVE</StorageClass>",
                "DEEP_ARCHIVE",
            ),
            (409, "BlobArchived</Code>", "archive tier"),
        ];
        for (number, body, class) in answers {
            let body =
                format!("Server returned non-2xx status code: {number}: <Error><Code>{body}");
            let error = StoreError::Generic {
                store: "cloud",
                source: body.into(),
            };
            assert_eq!(archived_class(&error).as_deref(), Some(class));
            let error = store_error("read", "s3://b/k", &error);
            assert!(
                error.cause().contains(class) && !error.is_transient(),
                "{error:?}"
            );
        }
        let error = StoreError::Generic {
            store: "GCS",
            source: "Error performing token request: Error performing POST https://t/ in 1s - Server returned non-2xx status code: 400 Bad Request: {\"error_description\": \"CANARY\"}".into(),
        };
        assert_eq!(archived_class(&error), None);
        let error = store_error("list", "gs://b", &error);
        assert!(error.cause().contains("no access token") && error.cause().contains("400"));
        assert!(!format!("{error:?}").contains("CANARY") && !error.is_transient());
    }

    #[test]
    fn a_full_disk_and_a_busy_store_are_told_apart() {
        let full = StoreError::Generic {
            store: "LocalFileSystem",
            source: io::Error::from(io::ErrorKind::StorageFull).into(),
        };
        let busy = StoreError::Generic {
            store: "S3",
            source: "Server returned non-2xx status code: 503 Slow Down".into(),
        };
        let full = store_error("write", "/store/k", &full);
        assert!(full.hint_text().unwrap().contains("disk is full") && !full.is_transient());
        assert!(store_error("write", "s3://b/k", &busy).is_transient());
    }
}
