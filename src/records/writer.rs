//! Writes frames.

use std::io::{self, Write};

use super::{FrameKind, Header, MAGIC, MAX_PAYLOAD_BYTES, checksum};
use crate::model::Mac;

/// Appends one frame.
///
/// # Errors
/// The payload is longer than a reader accepts.
pub fn append_frame(
    kind: FrameKind,
    mac: Option<Mac>,
    payload: &[u8],
    bytes: &mut Vec<u8>,
) -> io::Result<()> {
    let length = u32::try_from(payload.len()).ok().filter(|length| *length <= MAX_PAYLOAD_BYTES);
    let length = length.ok_or_else(|| io::Error::other("a record of more than 128 MiB"))?;
    let begin = bytes.len();
    bytes.extend([kind as u8, u8::from(mac.is_some())]);
    bytes.extend(mac.map_or([0; 6], |mac| mac.bytes()));
    bytes.extend(length.to_le_bytes());
    bytes.extend_from_slice(payload);
    let sum = checksum(blake3::Hasher::new().update(&bytes[begin..]));
    bytes.extend(sum);
    Ok(())
}

/// Writes one stream.
pub struct Writer<'w> {
    out: &'w mut dyn Write,
    all: blake3::Hasher,
    frames: u64,
}

impl<'w> Writer<'w> {
    /// Begins a stream.
    pub fn new(out: &'w mut dyn Write, header: &Header) -> io::Result<Self> {
        let mut writer = Self { out, all: blake3::Hasher::new(), frames: 0 };
        writer.write(&MAGIC)?;
        writer.frame(FrameKind::Header, None, &header.pack()?)?;
        Ok(writer)
    }

    /// Writes one frame.
    pub fn frame(&mut self, kind: FrameKind, mac: Option<Mac>, payload: &[u8]) -> io::Result<()> {
        let mut bytes = Vec::new();
        append_frame(kind, mac, payload, &mut bytes)?;
        self.frames(&bytes, 1)
    }

    /// Writes `count` frames made by [`append_frame`].
    pub fn frames(&mut self, bytes: &[u8], count: u64) -> io::Result<()> {
        self.frames += count;
        self.write(bytes)
    }

    /// Ends the stream.
    pub fn finish(mut self) -> io::Result<()> {
        let sum = checksum(&self.all);
        let frames = self.frames;
        self.frame(FrameKind::End, None, &[&frames.to_le_bytes()[..], &sum].concat())?;
        self.out.flush()
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.all.update(bytes);
        self.out.write_all(bytes)
    }
}
