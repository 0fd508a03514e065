//! What a bucket does by itself: its lifecycle, its lock, its versions.

mod lifecycle;

use object_store::aws::AmazonS3;
use object_store::path::Path;
use object_store::signer::{SignedUrlOptions, Signer as _};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use lifecycle::{LifecycleRule, Transition};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(8);
/// The most bytes of an answer: a bucket has at most a thousand rules.
const LONGEST: usize = 4 << 20;

/// What a bucket told, or why it did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told<T> {
    /// It is so.
    Known(T),
    /// Not permitted, not supported, not reached.
    Unknown(String),
}

/// How long the bucket keeps every new version from being removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// `GOVERNANCE` or `COMPLIANCE`.
    pub mode: String,
    /// For how many days.
    pub days: u32,
}

/// What a bucket does by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketRules {
    /// The rules of its lifecycle that are enabled; none when it has no lifecycle.
    pub lifecycle: Told<Vec<LifecycleRule>>,
    /// The lock that new objects get.
    pub lock: Told<Option<Lock>>,
    /// Whether what is overwritten or deleted stays as an older version.
    pub versioned: Told<bool>,
}

/// A bucket, to be asked about itself.
#[derive(Clone)]
pub(crate) struct Bucket(Arc<AmazonS3>);

/// What lies behind shows the credentials it was made with.
impl fmt::Debug for Bucket {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Bucket(…)")
    }
}

impl Bucket {
    pub(crate) fn new(bucket: Arc<AmazonS3>) -> Self {
        Self(bucket)
    }

    /// Asks for everything.
    pub(crate) async fn rules(&self) -> BucketRules {
        let (lifecycle, lock, versioned) = tokio::join!(
            self.ask("lifecycle", "s3:GetLifecycleConfiguration"),
            self.ask("object-lock", "s3:GetBucketObjectLockConfiguration"),
            self.ask("versioning", "s3:GetBucketVersioning"),
        );
        BucketRules {
            lifecycle: read(lifecycle, lifecycle::enabled_rules),
            lock: read(lock, |found: LockConfiguration| found.lock()),
            versioned: read(versioned, |found: VersioningConfiguration| {
                found.status.as_deref() == Some("Enabled")
            }),
        }
    }

    /// The document behind a question; `None` when the bucket has none.
    async fn ask(&self, question: &str, permission: &str) -> Told<Option<String>> {
        let options = SignedUrlOptions::default().with_query([(question, "")]);
        let bucket = Path::default();
        let signed = self
            .0
            .signed_url_opts(Method::GET, &bucket, PATIENCE * 4, &options);
        // Neither the url, which is as good as a password, nor an answer that quotes it is told.
        let Ok(url) = signed.await else {
            return Told::Unknown("the request could not be signed".to_owned());
        };
        let answer = async {
            let client = reqwest::Client::builder().timeout(PATIENCE).build()?;
            let mut response = client.get(url).send().await?;
            let status = response.status();
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await? {
                body.extend_from_slice(&chunk);
                if body.len() > LONGEST {
                    break;
                }
            }
            Ok::<_, reqwest::Error>((status, String::from_utf8_lossy(&body).into_owned()))
        };
        match answer.await {
            Ok((StatusCode::OK, body)) => Told::Known(Some(body)),
            Ok((StatusCode::NOT_FOUND, _)) => Told::Known(None),
            Ok((StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED, _)) => {
                Told::Unknown(format!("not permitted: it takes {permission}"))
            }
            Ok((status, _)) => Told::Unknown(format!("the store answers {}", status.as_u16())),
            Err(error) if error.is_timeout() => Told::Unknown("no answer in time".to_owned()),
            Err(_) => Told::Unknown("the store cannot be reached".to_owned()),
        }
    }
}

/// Makes values of a document; a bucket without one has the values of an empty document.
fn read<D: Default + for<'de> Deserialize<'de>, T>(
    told: Told<Option<String>>,
    values: impl Fn(D) -> T,
) -> Told<T> {
    match told {
        Told::Unknown(why) => Told::Unknown(why),
        Told::Known(None) => Told::Known(values(D::default())),
        Told::Known(Some(text)) => match quick_xml::de::from_str(&text) {
            Ok(document) => Told::Known(values(document)),
            Err(_) => Told::Unknown("the store's answer cannot be read".to_owned()),
        },
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VersioningConfiguration {
    status: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LockConfiguration {
    rule: Option<LockRule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LockRule {
    default_retention: Option<Retention>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Retention {
    mode: String,
    days: Option<u32>,
    years: Option<u32>,
}

impl LockConfiguration {
    fn lock(self) -> Option<Lock> {
        let retention = self.rule?.default_retention?;
        let years = retention.years.map(|years| years.saturating_mul(365));
        Some(Lock {
            mode: retention.mode,
            days: retention.days.or(years)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known<D: Default + for<'de> Deserialize<'de>, T>(
        text: &str,
        values: impl Fn(D) -> T,
    ) -> Told<T> {
        read(Told::Known(Some(text.to_owned())), values)
    }

    #[test]
    fn a_lock_is_read_in_days() {
        let lock = |retention: &str| {
            let text = format!(
                "<ObjectLockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
                 <ObjectLockEnabled>Enabled</ObjectLockEnabled>{retention}</ObjectLockConfiguration>"
            );
            known(&text, LockConfiguration::lock)
        };
        let rule = "<Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Years>2</Years>\
                    </DefaultRetention></Rule>";
        let two_years = Lock {
            mode: "COMPLIANCE".to_owned(),
            days: 730,
        };
        assert_eq!(lock(rule), Told::Known(Some(two_years)));
        assert_eq!(lock(""), Told::Known(None));
        let nonsense = known("<html", LockConfiguration::lock);
        assert!(matches!(nonsense, Told::Unknown(_)));
    }
}
