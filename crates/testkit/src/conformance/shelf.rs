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
    /// A local folder that copies of another one's backups arrive in: those are read.
    Replica,
    /// The same with every part encrypted, in the copies to another key than in the originals.
    EncryptedReplica,
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
    /// Where copies of the backups arrive, if that is where they are read.
    copies: Option<Box<Place>>,
}

impl Shelf {
    pub(super) fn new(kind: StoreKind, folder: &Path) -> Self {
        match kind {
            StoreKind::Local => Self::local(Place::folder(folder, None)),
            StoreKind::Encrypted => Self::local(Place::folder(folder, Some(new_identity()))),
            StoreKind::Replica => Self::replica(folder, || None),
            StoreKind::EncryptedReplica => Self::replica(folder, || Some(new_identity())),
            StoreKind::S3 => {
                let server = S3Server::start();
                Self {
                    place: Place {
                        url: format!("s3://{}/store", server.bucket),
                        endpoint: Some(server.endpoint.clone()),
                        access_key: Some(server.access_key.clone()),
                        secret: Some(server.secret.clone()),
                        identity: None,
                        copies: None,
                    },
                    objects: server.objects().join("store"),
                    _server: Some(server),
                }
            }
        }
    }

    fn local(place: Place) -> Self {
        let read = place
            .copies
            .as_ref()
            .map_or(&place.url, |copies| &copies.url);
        Self {
            objects: PathBuf::from(read.trim_start_matches("file://")),
            place,
            _server: None,
        }
    }

    /// Copies lie where an environment keeps those of its upstream, in a store of its own.
    fn replica(folder: &Path, identity: impl Fn() -> Option<String>) -> Self {
        let copies = folder.join("downstream/_from/production");
        Self::local(Place {
            copies: Some(Box::new(Place::folder(&copies, identity()))),
            ..Place::folder(&folder.join("upstream"), identity())
        })
    }

    /// The folder that holds the objects that are read, as files.
    #[must_use]
    pub fn objects(&self) -> &Path {
        &self.objects
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }
}

fn new_identity() -> String {
    let made = Identities::generate(jiff::Timestamp::now());
    made.file.to_string()
}

impl Place {
    fn folder(folder: &Path, identity: Option<String>) -> Self {
        Self {
            url: format!("file://{}", folder.display()),
            endpoint: None,
            access_key: None,
            secret: None,
            identity,
            copies: None,
        }
    }

    /// Where copies of the backups arrive, if that is where they are read.
    pub(super) fn copies(&self) -> Option<&Self> {
        self.copies.as_deref()
    }

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
