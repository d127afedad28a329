//! Decompression of gzip, zstd, xz and bzip2. Concatenated members are read as one stream. What was
//! decompressed before a fault is returned before the error. How much that is depends on the bytes alone, not on how
//! they come: `zstd` and `xz` lose what they decompressed in the call that finds the fault, so their calls get input and
//! room in steps of fixed lengths.

use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use flate2::bufread::GzDecoder;
use flate2::{Decompress, FlushDecompress, Status};
use lzma_rust2::{Action, XzStream};

use super::kind::{Compression, FileKind, SNIFFED};
use super::limits::{fill, fill_up_to_fault};

/// Compressed files are read, and decompressed ahead, in blocks of this size, in bytes.
pub(super) const BLOCK: usize = 256 * 1024;

/// The most memory an xz stream may require, in KiB: twice what a file made by `xz -9` requires.
const XZ_MEMORY_KIB: u32 = 128 * 1024;

/// The most bytes that one call of zstd or xz returns, and that one of xz reads: what was decompressed in the call that
/// finds a fault is lost. Larger steps are not faster.
const STEP: usize = 1024;

/// A decoder for one compressed stream.
pub(super) enum Decoder<R: BufRead> {
    Gzip(Box<Gzip<R>>),
    Zstd(Box<Steps<zstd::Decoder<'static, Blocks<R>>>>),
    Xz(Box<Steps<Xz<Blocks<R>>>>),
    Bzip2(Box<Bzip2<Blocks<R>>>),
}

impl<R: BufRead> Decoder<R> {
    /// Begins to read `compressed`.
    pub(super) fn new(compression: Compression, compressed: R) -> io::Result<Self> {
        Ok(match compression {
            Compression::Gzip => Self::Gzip(Box::new(Gzip::new(compressed))),
            Compression::Zstd => {
                Self::Zstd(Box::new(Steps::new(zstd::Decoder::with_buffer(Blocks::new(compressed))?)))
            }
            Compression::Xz => Self::Xz(Box::new(Steps::new(Xz::new(Blocks::new(compressed))))),
            Compression::Bzip2 => Self::Bzip2(Box::new(Bzip2::new(Blocks::new(compressed)))),
        })
    }
}

impl<R: BufRead> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Gzip(decoder) => decoder.read(buffer),
            Self::Zstd(decoder) => decoder.read(buffer),
            Self::Xz(decoder) => decoder.read(buffer),
            Self::Bzip2(decoder) => decoder.read(buffer),
        }
    }
}

/// The content of `input`, decompressed if its first bytes are those of a known compression.
///
/// # Errors
/// An error of `input`, or a damaged header of the compression.
pub fn decompressed<'r>(mut input: Box<dyn BufRead + 'r>) -> io::Result<Box<dyn BufRead + 'r>> {
    let mut begin = [0; SNIFFED];
    let length = fill(&mut input, &mut begin)?;
    let kind = FileKind::of(&begin[..length]);
    let input = Cursor::new(begin[..length].to_vec()).chain(input);
    Ok(match kind {
        FileKind::Compressed(compression) => {
            Box::new(BufReader::with_capacity(BLOCK, Decoder::new(compression, input)?))
        }
        _ => Box::new(input),
    })
}

/// The first byte of each gzip member.
const GZIP_MAGIC: u8 = 0x1F;

/// A decoder for all members of a gzip stream. `flate2::bufread::MultiGzDecoder` loses what it decompressed in
/// the same call before damaged bytes. It also takes 26 % longer, because it uses the checksum of zlib-rs:
/// 0.38 s instead of 0.30 s for 400 MB of logs.
pub(super) struct Gzip<R> {
    compressed: R,
    inflate: Decompress,
    sum: crc32fast::Hasher,
    /// Whether a member has begun and not ended.
    is_inside: bool,
    /// A member has ended.
    is_behind_member: bool,
    /// An error of the stream. It is returned after all that was decompressed before it.
    fault: Option<io::Error>,
}

impl<R: BufRead> Gzip<R> {
    fn new(compressed: R) -> Self {
        let (inflate, sum) = (Decompress::new(false), crc32fast::Hasher::new());
        Self { compressed, inflate, sum, is_inside: false, is_behind_member: false, fault: None }
    }

    /// Reads the header of the next member; false if there is none. Zeros at the end are padding, which tapes and
    /// `dd conv=sync` add; `gzip -t` accepts them, too.
    fn begin(&mut self) -> io::Result<bool> {
        let mut is_padded = false;
        loop {
            let input = self.compressed.fill_buf()?;
            let zeros = input.iter().take_while(|byte| **byte == 0).count();
            match (input.len(), zeros) {
                (0, _) => return Ok(false),
                (_, 0) if is_padded || self.is_behind_member && input[0] != GZIP_MAGIC => {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "other bytes follow its end"));
                }
                (_, 0) => break,
                _ => is_padded = true,
            }
            self.compressed.consume(zeros);
        }
        let mut header = GzDecoder::new(&mut self.compressed);
        if header.header().is_none() {
            // Returns the error.
            header.read_exact(&mut [0])?;
        }
        self.inflate.reset(false);
        self.sum.reset();
        self.is_inside = true;
        Ok(true)
    }

    /// Compares the checksum and the length after a member.
    fn end(&mut self) -> io::Result<()> {
        (self.is_inside, self.is_behind_member) = (false, true);
        let mut trailer = [0; 8];
        self.compressed.read_exact(&mut trailer)?;
        let sum = std::mem::take(&mut self.sum).finalize();
        let length = self.inflate.total_out() as u32;
        if trailer == [sum.to_le_bytes(), length.to_le_bytes()].concat()[..] {
            return Ok(());
        }
        Err(io::Error::new(io::ErrorKind::InvalidData, "its checksum is wrong"))
    }
}

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(fault) = self.fault.take() {
                return Err(fault);
            }
            if !self.is_inside && !self.begin()? {
                return Ok(0);
            }
            let input = self.compressed.fill_buf()?;
            let is_end = input.is_empty();
            let before = (self.inflate.total_in(), self.inflate.total_out());
            let result = self.inflate.decompress(input, buffer, FlushDecompress::None);
            let taken = (self.inflate.total_in() - before.0) as usize;
            let given = (self.inflate.total_out() - before.1) as usize;
            self.compressed.consume(taken);
            self.sum.update(&buffer[..given]);
            match result {
                Ok(Status::StreamEnd) => self.fault = self.end().err(),
                Ok(_) if is_end && given == 0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) => {}
                // The words of the crate's error depend on how many bytes it was given.
                Err(_) => {
                    self.fault = Some(io::Error::new(io::ErrorKind::InvalidData, "invalid deflated data"))
                }
            }
            if given > 0 {
                return Ok(given);
            }
        }
    }
}

/// A decoder for all streams of an xz file. `lzma_rust2::XzReader` decompresses nothing of a chunk before it has read
/// all of it, which can be 2 MiB of text, and loses what it decompressed in the same call before a fault.
pub(super) struct Xz<R> {
    compressed: R,
    stream: XzStream,
    /// An error of the stream. It is returned after all that was decompressed before it.
    fault: Option<io::Error>,
}

impl<R: BufRead> Xz<R> {
    fn new(compressed: R) -> Self {
        Self { compressed, stream: XzStream::new_mem_limit(true, XZ_MEMORY_KIB), fault: None }
    }
}

impl<R: BufRead> Read for Xz<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(fault) = self.fault.take() {
                return Err(fault);
            }
            let input = self.compressed.fill_buf()?;
            let input = &input[..input.len().min(STEP)];
            let action = if input.is_empty() { Action::Finish } else { Action::Run };
            let before = (self.stream.total_in(), self.stream.total_out());
            let result = self.stream.process(input, buffer, action);
            let taken = (self.stream.total_in() - before.0) as usize;
            let given = (self.stream.total_out() - before.1) as usize;
            self.compressed.consume(taken);
            let has_ended = matches!(&result, Ok(done) if done.status == lzma_rust2::Status::StreamEnd);
            self.fault = match result {
                Ok(_) if taken + given == 0 && !has_ended => Some(io::ErrorKind::UnexpectedEof.into()),
                result => result.err(),
            };
            if given > 0 || has_ended {
                return Ok(given);
            }
        }
    }
}

/// A decoder for all streams of a bzip2 file that returns a block only after its checksum was compared: a damaged block
/// can be decompressed to a text with digits changed, which would be a log of a phone that does not exist.
pub(super) struct Bzip2<R> {
    compressed: R,
    stream: bzip2::Decompress,
    has_ended: bool,
    /// A whole block, when it is returned; at most 46 MB, the longest block.
    blocks: Vec<u8>,
    at: usize,
}

/// How many bytes one call of bzip2 reads. If it finds a fault, blocks that end in the same bytes are lost. A block of
/// equal bytes has 39 bytes in the file: with 64, several of its 46 MB are in memory.
const BZIP2_STEP: usize = 16;

impl<R: BufRead> Bzip2<R> {
    fn new(compressed: R) -> Self {
        let stream = bzip2::Decompress::new(false);
        Self { compressed, stream, has_ended: false, blocks: Vec::new(), at: 0 }
    }

    /// Decompresses up to the end of a block; nothing at the end of the file.
    fn next_block(&mut self) -> io::Result<()> {
        self.blocks.clear();
        self.at = 0;
        loop {
            let input = self.compressed.fill_buf()?;
            let input = &input[..input.len().min(BZIP2_STEP)];
            if self.has_ended {
                if input.is_empty() {
                    return Ok(());
                }
                self.stream = bzip2::Decompress::new(false);
                self.has_ended = false;
            }
            self.blocks.reserve(BLOCK);
            let (before, length) = (self.stream.total_in(), self.blocks.len());
            let result = self.stream.decompress_vec(input, &mut self.blocks);
            let is_end = input.is_empty() && self.blocks.len() == length;
            self.compressed.consume((self.stream.total_in() - before) as usize);
            let is_full = self.blocks.len() == self.blocks.capacity();
            match result {
                Ok(bzip2::Status::StreamEnd) => self.has_ended = true,
                Ok(_) if is_end => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) => {}
                Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidInput, error)),
            }
            // With room left, it stopped for lack of input, which it reads only between blocks.
            if !self.blocks.is_empty() && (self.has_ended || !is_full) {
                return Ok(());
            }
        }
    }
}

impl<R: BufRead> Read for Bzip2<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.blocks.len() {
            self.next_block().inspect_err(|_| self.blocks.clear())?;
        }
        let length = (&self.blocks[self.at..]).read(buffer)?;
        self.at += length;
        Ok(length)
    }
}

/// A stream in blocks of one length, whatever lengths its reads have.
pub(super) struct Blocks<R> {
    inner: R,
    block: Box<[u8]>,
    length: usize,
    at: usize,
    /// An error of the stream. It is returned after all that was read before it.
    fault: Option<io::Error>,
}

impl<R: Read> Blocks<R> {
    fn new(inner: R) -> Self {
        Self { inner, block: vec![0; BLOCK / 16].into(), length: 0, at: 0, fault: None }
    }
}

impl<R: Read> Read for Blocks<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

impl<R: Read> BufRead for Blocks<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.length {
            if let Some(fault) = self.fault.take() {
                return Err(fault);
            }
            self.at = 0;
            (self.length, self.fault) = fill_up_to_fault(&mut self.inner, &mut self.block);
            if let Some(fault) = self.fault.take_if(|_| self.length == 0) {
                return Err(fault);
            }
        }
        Ok(&self.block[self.at..self.length])
    }

    fn consume(&mut self, length: usize) {
        self.at += length;
    }
}

/// A decoder that is always asked for the same number of bytes.
pub(super) struct Steps<D>(BufReader<D>);

impl<D: Read> Steps<D> {
    fn new(decoder: D) -> Self {
        Self(BufReader::with_capacity(STEP, decoder))
    }
}

impl<D: Read> Read for Steps<D> {
    // `BufReader::read` asks the decoder for the length of a large buffer.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.0.fill_buf()?.read(buffer)?;
        self.0.consume(length);
        Ok(length)
    }
}

/// How many blocks are decompressed ahead.
const BLOCKS: usize = 4;

/// Runs `consume` on a stream that another thread decompresses at the same time. Decompressing a log takes
/// about as long as parsing it, so this halves the time for a large log.
pub(super) fn read_ahead<T>(
    decoder: impl Read + Send,
    consume: impl FnOnce(&mut dyn Read) -> T,
) -> io::Result<T> {
    let (blocks, ready) = sync_channel(BLOCKS);
    let (spare, empty) = sync_channel(BLOCKS + 2);
    thread::scope(|scope| {
        thread::Builder::new().spawn_scoped(scope, move || decompress_ahead(decoder, &blocks, &empty))?;
        Ok(consume(&mut DecompressedStream { ready, spare, block: Vec::new(), at: 0, fault: None }))
    })
}

/// A block of a stream, and the error after it, if any. An empty block without an error is the stream's end.
type Block = (Vec<u8>, Option<io::Error>);

/// Decompresses until the end, a fault, or until the reading end is dropped.
fn decompress_ahead(mut decoder: impl Read, blocks: &SyncSender<Block>, empty: &Receiver<Vec<u8>>) {
    loop {
        let mut block: Vec<u8> = empty.try_recv().unwrap_or_default();
        block.resize(BLOCK, 0);
        let (length, fault) = fill_up_to_fault(&mut decoder, &mut block);
        let is_last = length < BLOCK || fault.is_some();
        block.truncate(length);
        if blocks.send((block, fault)).is_err() || is_last {
            return;
        }
    }
}

/// The reading end of a stream that another thread decompresses.
struct DecompressedStream {
    ready: Receiver<Block>,
    spare: SyncSender<Vec<u8>>,
    block: Vec<u8>,
    at: usize,
    fault: Option<io::Error>,
}

impl Read for DecompressedStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.block.len() {
            if let Some(fault) = self.fault.take() {
                return Err(fault);
            }
            let Ok((block, fault)) = self.ready.recv() else { return Ok(0) };
            // If the other thread has ended or has enough buffers, this one is dropped.
            let _ = self.spare.try_send(std::mem::replace(&mut self.block, block));
            (self.at, self.fault) = (0, fault);
        }
        let length = buffer.len().min(self.block.len() - self.at);
        buffer[..length].copy_from_slice(&self.block[self.at..self.at + length]);
        self.at += length;
        Ok(length)
    }
}
