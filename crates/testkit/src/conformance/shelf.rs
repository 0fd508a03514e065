//! The stores a rule runs over, reached as Weir reaches them and, to damage them, as files.

use crate::s3::S3Server;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use weir_engine::Secret;
use weir_store::{Identities, Location, Store};

/// The kinds of stores every engine is tested over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreKind {
    /// A local folder.
    Local,
    /// S3, from a server inside the test's process.
    S3,
    /// A local folder in which every part is encrypted, to a key of the rule's own.
    Encrypted,
}

/// A store of a rule's own.
pub struct Shelf {
    place: Place,
    objects: PathBuf,
    _server: Option<S3Server>,
}

/// Where a store is, to hand it to another process.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Place {
    url: String,
    endpoint: Option<String>,
    access_key: Option<String>,
    secret: Option<String>,
    /// The file of the identity that the parts are encrypted to.
    identity: Option<String>,
}

impl Shelf {
    pub(super) fn new(kind: StoreKind, folder: &Path) -> Self {
        match kind {
            StoreKind::Local => Self::local(folder, None),
            StoreKind::Encrypted => {
                let made = Identities::generate(jiff::Timestamp::now());
                Self::local(folder, Some(made.file.to_string()))
            }
            StoreKind::S3 => {
                let server = S3Server::start();
                Self {
                    place: Place {
                        url: format!("s3://{}/store", server.bucket),
                        endpoint: Some(server.endpoint.clone()),
                        access_key: Some(server.access_key.clone()),
                        secret: Some(server.secret.clone()),
                        identity: None,
                    },
                    objects: server.objects().join("store"),
                    _server: Some(server),
                }
            }
        }
    }

    fn local(folder: &Path, identity: Option<String>) -> Self {
        Self {
            place: Place {
                url: format!("file://{}", folder.display()),
                endpoint: None,
                access_key: None,
                secret: None,
                identity,
            },
            objects: folder.to_owned(),
            _server: None,
        }
    }

    /// The store and its state, as Weir opens them.
    #[must_use]
    pub fn store(&self) -> Store {
        self.place.store()
    }

    /// The folder that holds the store's objects as files.
    #[must_use]
    pub fn objects(&self) -> &Path {
        &self.objects
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }
}

impl Place {
    pub(super) fn store(&self) -> Store {
        let location = Location {
            url: self.url.clone(),
            base: PathBuf::from("/"),
            endpoint: self.endpoint.clone(),
            access_key_id: self.access_key.clone().map(Secret::new),
            secret_access_key: self.secret.clone().map(Secret::new),
            ..Location::default()
        };
        Store::open(&location).expect("open the store")
    }

    /// What reads the parts.
    pub(super) fn identities(&self) -> Identities {
        let identity = self.identity.as_deref().map(Identities::parse);
        identity
            .transpose()
            .expect("read the identity")
            .unwrap_or_default()
    }
}
