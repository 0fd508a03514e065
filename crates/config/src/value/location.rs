//! Where backups lie: a bucket or a folder.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

const HELP: &str = "s3://BUCKET/PREFIX, gs://BUCKET/PREFIX, az://CONTAINER/PREFIX, file:///FOLDER, or the path of a folder";

/// Whose language a bucket speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cloud {
    /// Amazon S3 and what is compatible with it.
    S3,
    /// Google Cloud Storage.
    Google,
    /// Azure Blob Storage, where a bucket is called a container.
    Azure,
}

impl Cloud {
    const ALL: [Self; 3] = [Self::S3, Self::Google, Self::Azure];

    /// How its URLs begin, without `://`.
    #[must_use]
    pub fn scheme(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Google => "gs",
            Self::Azure => "az",
        }
    }
}

/// The place of a store: a bucket's URL, `file:///FOLDER`, or the path of a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Location {
    /// A prefix of a bucket; the prefix is empty or ends without a slash.
    Bucket {
        /// Where it is.
        cloud: Cloud,
        /// The bucket's name.
        name: String,
        /// What every key starts with, without slashes at its ends.
        prefix: String,
    },
    /// A folder, as written: relative to the folder of the configuration file.
    Folder(PathBuf),
}

impl Location {
    /// A place within this one.
    #[must_use]
    pub fn join(&self, inner: &str) -> Self {
        match self {
            Self::Bucket {
                cloud,
                name,
                prefix,
            } => Self::Bucket {
                cloud: *cloud,
                name: name.clone(),
                prefix: if prefix.is_empty() {
                    inner.to_owned()
                } else {
                    format!("{prefix}/{inner}")
                },
            },
            Self::Folder(path) => Self::Folder(path.join(inner)),
        }
    }
}

impl FromStr for Location {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |message: String| Err(format!("{message}\nhelp: {HELP}"));
        match text.split_once("://") {
            None if text.is_empty() => wrong("the place of a store is empty".to_owned()),
            None => Ok(Self::Folder(text.into())),
            Some(("file", path)) if path.starts_with('/') => Ok(Self::Folder(path.into())),
            Some(("file", _)) => wrong("a file URL needs three slashes and a full path".to_owned()),
            Some((scheme, rest)) => {
                let known = Cloud::ALL
                    .into_iter()
                    .find(|cloud| cloud.scheme() == scheme);
                let Some(cloud) = known else {
                    return wrong("this kind of store is not known".to_owned());
                };
                let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
                let named = name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
                if name.is_empty() || !named {
                    return wrong("this names no bucket".to_owned());
                }
                Ok(Self::Bucket {
                    cloud,
                    name: name.to_owned(),
                    prefix: prefix.trim_matches('/').to_owned(),
                })
            }
        }
    }
}

impl<'de> Deserialize<'de> for Location {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::from_text(deserializer, "a bucket's URL or the path of a folder")
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bucket {
                cloud,
                name,
                prefix,
            } => {
                write!(formatter, "{}://{name}", cloud.scheme())?;
                if prefix.is_empty() {
                    return Ok(());
                }
                write!(formatter, "/{prefix}")
            }
            Self::Folder(path) => path.display().fmt(formatter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Location;

    #[test]
    fn reads_buckets_and_folders() {
        let read = |text: &str| text.parse::<Location>().map(|place| place.to_string()).ok();
        assert_eq!(read("s3://b/p/q/").as_deref(), Some("s3://b/p/q"));
        assert_eq!(read("s3://b").as_deref(), Some("s3://b"));
        assert_eq!(read("gs://b/p/").as_deref(), Some("gs://b/p"));
        assert_eq!(read("az://c").as_deref(), Some("az://c"));
        assert_eq!(read("file:///var/x").as_deref(), Some("/var/x"));
        assert_eq!(
            read("store/production").as_deref(),
            Some("store/production")
        );
        for wrong in [
            "",
            "file://x",
            "s3://",
            "s3:///x",
            "gs://",
            "ftp://x",
            "s3://a:b@c",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn joins_below_a_prefix() {
        let root: Location = "s3://b".parse().unwrap();
        assert_eq!(root.join("_weir").to_string(), "s3://b/_weir");
        assert_eq!(root.join("p").join("_weir").to_string(), "s3://b/p/_weir");
    }
}
