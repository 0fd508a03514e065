//! One object being encrypted as it is written.

use super::Recipients;
use age::Encryptor;
use age::stream::StreamWriter;
use bytes::Bytes;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use weir_model::error::{Error, Kind, Result};

/// Room for a header, and for the chunk that earlier bytes had begun.
const BESIDES: usize = 128 * 1024;

/// Encrypts a stream, handing out what is ready.
pub(crate) struct Seal {
    stream: StreamWriter<Ready>,
    ready: Ready,
}

/// Encrypted bytes not yet taken: the library's writer owns one clone, the seal the other.
#[derive(Clone, Default)]
struct Ready(Arc<Mutex<Vec<u8>>>);

impl Seal {
    /// Begins an age file.
    pub(crate) fn new(recipients: &Recipients) -> Result<Self> {
        let ready = Ready::default();
        let encryptor = Encryptor::with_recipients(recipients.each())
            .map_err(|source| failed(io::Error::other(source.to_string())))?;
        let stream = encryptor.wrap_output(ready.clone()).map_err(failed)?;
        Ok(Self { stream, ready })
    }

    /// Takes plaintext in; the encrypted bytes that are ready.
    pub(crate) fn push(&mut self, plain: &[u8]) -> Result<Bytes> {
        // Room at once for what comes, so that no growing buffer doubles the memory.
        self.ready
            .reserve(plain.len() + plain.len() / 4096 + BESIDES);
        self.stream.write_all(plain).map_err(failed)?;
        Ok(self.ready.take())
    }

    /// Ends the file; its last bytes.
    pub(crate) fn finish(self) -> Result<Bytes> {
        let ready = self.stream.finish().map_err(failed)?;
        Ok(ready.take())
    }
}

fn failed(source: io::Error) -> Error {
    Error::from_source(Kind::Internal, "encrypt a part", source).hint("report this as a bug")
}

impl Ready {
    fn reserve(&self, bytes: usize) {
        let mut ready = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ready.reserve(bytes);
    }

    fn take(&self) -> Bytes {
        let mut ready = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Bytes::from(std::mem::take(&mut *ready))
    }
}

impl Write for Ready {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut ready = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ready.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
