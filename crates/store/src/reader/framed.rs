//! A large part with a frame index: ranges of whole frames, each frame proven before it is
//! decompressed, several at a time, handed out in order.

use super::decompress::decompress;
use super::fetch::{Fetcher, Memory, OwnPlace, RANGE};
use crate::buffers::Buffers;
use crate::frames::{Frame, frame_digest};
use crate::task::Task;
use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use std::collections::VecDeque;
use std::ops::Range;
use weir_engine::PartReader;
use weir_model::error::{Error, Result};
use weir_model::manifest::Codec;

/// A frame being proven and decompressed, with the memory of both its forms.
struct Decoding {
    task: Task<Option<Bytes>>,
    _stored: Memory,
    _content: Memory,
}

pub(super) struct FramedPart {
    fetcher: Fetcher,
    /// What must be free at least: the largest range and the largest frame's content.
    need: u64,
    frames: VecDeque<Frame>,
    /// How many frames were handed out or passed over, to name a bad one.
    handed_out: u64,
    /// The beginning of a frame that goes on in the next range, copied so that the range's memory
    /// is free for that one.
    begun: BytesMut,
    fetched: VecDeque<(Frame, Bytes, Memory)>,
    decoding: VecDeque<Decoding>,
    place: OwnPlace,
    /// Whether the part is read from its start.
    is_whole: bool,
}

impl FramedPart {
    /// Reads the frames from that place in the content on, where one of them begins.
    pub(super) fn new(mut fetcher: Fetcher, mut frames: Vec<Frame>, offset: u64) -> Self {
        let (mut content, mut stored) = (0, 0);
        let before = frames.iter().take_while(|frame| {
            let is_before = content < offset;
            if is_before {
                content += u64::from(frame.content);
                stored += u64::from(frame.stored);
            }
            is_before
        });
        let before = before.count();
        frames.drain(..before);
        let range = fetcher.plan(ranges(&frames, stored));
        let content = frames.iter().map(|frame| u64::from(frame.content)).max();
        let stored = frames.iter().map(|frame| u64::from(frame.stored)).max();
        // One frame that was put together, being decoded, and one that is begun.
        let straddling = if fetcher.is_encrypted() {
            2 * stored.unwrap_or(0)
        } else {
            0
        };
        Self {
            fetcher,
            need: range + 2 * content.unwrap_or(0) + straddling,
            frames: frames.into(),
            handed_out: before as u64,
            begun: BytesMut::new(),
            fetched: VecDeque::new(),
            decoding: VecDeque::new(),
            place: OwnPlace::default(),
            is_whole: before == 0,
        }
    }

    /// Cuts a fetched range into its frames, the first of which an earlier range may have begun.
    fn cut(&mut self, mut bytes: Bytes, memory: &Memory) {
        while let Some(frame) = self.frames.front().copied() {
            let stored = usize::try_from(frame.stored).unwrap_or(usize::MAX);
            let missing = stored.saturating_sub(self.begun.len());
            if bytes.is_empty() {
                return;
            }
            if bytes.len() < missing {
                self.begun.reserve(missing);
                self.begun.extend_from_slice(&bytes);
                return;
            }
            self.frames.pop_front();
            let head = bytes.split_to(missing);
            let whole = if self.begun.is_empty() {
                (frame, head, memory.clone())
            } else {
                self.begun.extend_from_slice(&head);
                let whole = std::mem::take(&mut self.begun).freeze();
                (frame, whole, Memory::reserved())
            };
            self.fetched.push_back(whole);
        }
    }

    /// Hands fetched frames to decoders while there is memory for their content.
    fn top_up(&mut self) {
        let decoders = std::thread::available_parallelism().map_or(1, usize::from);
        while let Some((frame, ..)) = self.fetched.front() {
            let more = self.decoding.len() < decoders;
            let size = u64::from(frame.content);
            let Some(content) = self.place.take(&self.fetcher.budget, more, size) else {
                return;
            };
            let Some((frame, bytes, stored)) = self.fetched.pop_front() else {
                return;
            };
            let codec = self.fetcher.check.part.codec;
            let buffers = self.fetcher.budget.buffers().clone();
            self.decoding.push_back(Decoding {
                task: Task::blocking(move || decode(codec, &frame, bytes, &buffers)),
                _stored: stored,
                _content: content,
            });
        }
    }

    fn bad_frame(&self) -> Error {
        let cause = format!("frame {} is not what was written", self.handed_out);
        self.fetcher.check.corrupt(cause)
    }
}

/// Groups frames, which lie one after another from an offset on, into ranges of about [`RANGE`]
/// bytes.
fn ranges(frames: &[Frame], mut offset: u64) -> Vec<Range<u64>> {
    let mut ranges: Vec<Range<u64>> = Vec::new();
    for frame in frames {
        let end = offset + u64::from(frame.stored);
        match ranges.last_mut() {
            Some(range) if end - range.start <= RANGE => range.end = end,
            _ => ranges.push(offset..end),
        }
        offset = end;
    }
    ranges
}

/// Proves a frame, then decompresses it; `None` when it is not what was written.
fn decode(codec: Codec, frame: &Frame, stored: Bytes, buffers: &Buffers) -> Option<Bytes> {
    if frame_digest(&stored) != frame.digest {
        return None;
    }
    let content = decompress(codec, stored, u64::from(frame.content), buffers);
    content.filter(|content| content.len() as u64 == u64::from(frame.content))
}

#[async_trait]
impl PartReader for FramedPart {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        self.fetcher.reserve(self.need).await?;
        loop {
            self.top_up();
            if let Some(decoding) = self.decoding.pop_front() {
                let content = decoding.task.join("decompress a frame").await?;
                let content = content.ok_or_else(|| self.bad_frame())?;
                self.handed_out += 1;
                self.fetcher.check.content(&content)?;
                if !content.is_empty() {
                    return Ok(Some(content));
                }
            } else if let Some((bytes, memory)) = self.fetcher.next().await? {
                self.cut(bytes, &memory);
            } else {
                // Frames are proven one by one; all of them together, where all were read.
                if self.is_whole {
                    self.fetcher.check.prove()?;
                }
                return Ok(None);
            }
        }
    }
}
