//! How parts leave and reach an engine. The store compresses, digests, frames and keeps them;
//! an engine sees content only.

use async_trait::async_trait;
use bytes::Bytes;
use weir_model::error::{Error, Kind, Result};
use weir_model::manifest::{Codec, Manifest, Part};

/// What a part will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartSpec {
    /// Name within the backup's folder, with the ending of its format.
    pub name: String,
    /// How to compress it.
    pub codec: Codec,
    /// About how many bytes of content will come, to choose sizes; 0 when unknown.
    pub expected_bytes: u64,
}

/// Where a dump puts its parts. Several may be written at once.
#[async_trait]
pub trait PartSink: Send + Sync {
    /// Begins a part.
    ///
    /// # Errors
    /// `store`.
    async fn begin(&self, spec: PartSpec) -> Result<Box<dyn PartWriter>>;

    /// Takes a part of another backup over as it is. A sink that can, takes its compressed frames
    /// over; this one compresses anew. The part is proven against the manifest of its backup.
    ///
    /// # Errors
    /// `store`, `corrupt`.
    async fn copy(&self, source: &dyn PartSource, name: &str) -> Result<()> {
        copy_content(self, source, name).await
    }
}

/// Takes a part of another backup over by its content, compressing it anew.
///
/// # Errors
/// `store`, `corrupt`.
pub async fn copy_content<S: PartSink + ?Sized>(
    sink: &S,
    source: &dyn PartSource,
    name: &str,
) -> Result<()> {
    let part = source.manifest().part(name).ok_or_else(|| {
        Error::new(
            Kind::Corrupt,
            format!("copy part {name}"),
            "the manifest does not know it",
        )
        .hint("the backup is damaged: take another one")
    })?;
    let spec = PartSpec {
        name: name.to_owned(),
        codec: part.codec,
        expected_bytes: part.content_bytes,
    };
    let mut reader = source.open(name).await?;
    let mut writer = sink.begin(spec).await?;
    while let Some(content) = reader.next().await? {
        writer.write(content).await?;
    }
    writer.finish().await
}

/// A part as its backup has it, between encryption and compression.
pub struct CompressedPart {
    /// What the manifest says of it.
    pub part: Part,
    /// The content of its frame index, proven, where it has one.
    pub frames: Option<Bytes>,
    /// Its compressed bytes: proven, content included, once `next` gave `None`. Whoever reads
    /// them accounts for the memory.
    pub stream: Box<dyn PartReader>,
}

/// One part being written. Dropped without `finish`, nothing of it is visible.
#[async_trait]
pub trait PartWriter: Send {
    /// Takes the next bytes of content. Waits while the memory budget is used up.
    ///
    /// # Errors
    /// `store`.
    async fn write(&mut self, content: Bytes) -> Result<()>;

    /// Returns once the whole part was acknowledged.
    ///
    /// # Errors
    /// `store`.
    async fn finish(self: Box<Self>) -> Result<()>;
}

/// Where a load takes its parts from.
#[async_trait]
pub trait PartSource: Send + Sync {
    /// The manifest of the backup.
    fn manifest(&self) -> &Manifest;

    /// Begins to read a part from its start.
    ///
    /// # Errors
    /// `store`, `corrupt`.
    async fn open(&self, name: &str) -> Result<Box<dyn PartReader>>;

    /// The part as it is compressed, for a sink that stores it so; `None` from a source that has
    /// only content.
    ///
    /// # Errors
    /// `store`, `corrupt`.
    async fn compressed(&self, _name: &str) -> Result<Option<CompressedPart>> {
        Ok(None)
    }

    /// Where in its content, besides its start, a part can be read from, ascending; nowhere
    /// unless a source says otherwise.
    ///
    /// # Errors
    /// `store`, `corrupt`.
    async fn cuts(&self, _name: &str) -> Result<Vec<u64>> {
        Ok(Vec::new())
    }

    /// Begins to read a part from its start or one of its cuts, on to its end. Several readers of
    /// a part prove together what one proves alone, once every byte was handed out to one of them.
    ///
    /// # Errors
    /// `store`, `corrupt`.
    async fn open_at(&self, name: &str, offset: u64) -> Result<Box<dyn PartReader>> {
        if offset == 0 {
            return self.open(name).await;
        }
        let cause = format!("it cannot be read from byte {offset}");
        Err(
            Error::new(Kind::Internal, format!("read part {name}"), cause)
                .hint("this is a bug in Weir: please report it with the run's log"),
        )
    }
}

/// One part being read, in order. Bytes handed out are proven against the frame they came in.
#[async_trait]
pub trait PartReader: Send {
    /// The next bytes of content; `None` at the end, once the whole part was proven against the
    /// manifest. A caller MUST read to `None` before it trusts the part.
    ///
    /// # Errors
    /// `store`, `corrupt`.
    async fn next(&mut self) -> Result<Option<Bytes>>;
}
