//! Reads frames, and checks each before its content is used.

use std::io::{BufRead, Read};

use super::{CHECKSUM, Fault, Frame, FrameKind, HEAD, Header, MAGIC, MAX_PAYLOAD_BYTES, checksum};
use crate::model::Mac;

/// Reads concatenated streams of records to the end of the input.
pub struct Reader<R> {
    input: R,
    all: blake3::Hasher,
    frames: u64,
    /// Whether the reader is within a stream.
    is_inside: bool,
    streams: u64,
}

/// What a reader returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// The beginning of a stream.
    Header(Header),
    /// A frame of the stream.
    Frame(Frame),
}

impl<R: BufRead> Reader<R> {
    /// A reader of this input, which must not be compressed.
    pub fn new(input: R) -> Self {
        Self { input, all: blake3::Hasher::new(), frames: 0, is_inside: false, streams: 0 }
    }

    /// The next item; None at the end of the input.
    pub fn next_item(&mut self) -> Result<Option<Item>, Fault> {
        loop {
            if !self.is_inside {
                if !self.begin()? {
                    return Ok(None);
                }
                let Frame { kind: FrameKind::Header, payload, .. } = self.frame()? else {
                    return Err(Fault::Content);
                };
                return Header::unpack(&payload).map(Item::Header).map(Some);
            }
            let (sum, frames) = (checksum(&self.all), self.frames);
            let frame = self.frame()?;
            match frame.kind {
                FrameKind::End if frame.payload == [&frames.to_le_bytes()[..], &sum].concat() => {
                    self.is_inside = false
                }
                FrameKind::End => return Err(Fault::Damaged(self.frames)),
                FrameKind::Header => return Err(Fault::Content),
                _ => return Ok(Some(Item::Frame(frame))),
            }
        }
    }

    /// Whether another stream begins here.
    fn begin(&mut self) -> Result<bool, Fault> {
        if self.input.fill_buf()?.is_empty() {
            return if self.streams > 0 { Ok(false) } else { Err(Fault::Empty) };
        }
        let mut magic = Vec::new();
        (&mut self.input).take(MAGIC.len() as u64).read_to_end(&mut magic)?;
        let (mark, format) = (&MAGIC[..MAGIC.len() - 1], MAGIC[MAGIC.len() - 1]);
        match magic.strip_prefix(mark) {
            Some([found]) if *found == format => {}
            Some([other]) => return Err(Fault::Format(*other)),
            _ if MAGIC.starts_with(&magic) => return Err(Fault::Cut),
            _ if self.streams > 0 => return Err(Fault::Behind),
            _ => return Err(Fault::Foreign),
        }
        (self.is_inside, self.frames) = (true, 0);
        self.streams += 1;
        self.all = blake3::Hasher::new();
        self.all.update(&MAGIC);
        Ok(true)
    }

    fn frame(&mut self) -> Result<Frame, Fault> {
        self.frames += 1;
        let damaged = Fault::Damaged(self.frames);
        let mut head = [0; HEAD];
        self.input.read_exact(&mut head)?;
        let [kind, has_mac, mac @ .., a, b, c, d] = head;
        let length = u32::from_le_bytes([a, b, c, d]);
        if length > MAX_PAYLOAD_BYTES {
            return Err(damaged);
        }
        // A wrong length must not allocate much memory, so the buffer grows with the bytes that are read.
        let mut payload = Vec::with_capacity((length as usize).min(1 << 16));
        (&mut self.input).take(u64::from(length)).read_to_end(&mut payload)?;
        let mut sum = [0; CHECKSUM];
        if payload.len() < length as usize {
            return Err(Fault::Cut);
        }
        self.input.read_exact(&mut sum)?;
        if sum != checksum(blake3::Hasher::new().update(&head).update(&payload)) {
            return Err(damaged);
        }
        self.all.update(&head).update(&payload).update(&sum);
        let kind = FrameKind::of(kind).ok_or(Fault::Content)?;
        let mac = (has_mac == 1).then(|| Mac::new(mac));
        Ok(Frame { kind, mac, payload })
    }
}
