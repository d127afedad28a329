//! Values in few bytes, to be kept until they are wanted. What is long in spite of that is compressed: a
//! phone with all its slots filled says the same of each.

use std::cell::RefCell;

use serde::Serialize;
use serde::de::DeserializeOwned;
use zstd::bulk::{Compressor, Decompressor};

/// Most values take less, in bytes.
const USUAL: usize = 4096;

/// What is longer is compressed, in bytes: then it takes longer to get at.
const LONG: usize = 1_000;

/// The fastest that still finds most of what repeats.
const LEVEL: i32 = 1;

/// A value in few bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Packed {
    bytes: Box<[u8]>,
    /// How long the bytes are without compression; 0 if they are not compressed.
    length: u32,
}

impl Packed {
    /// Packs a value.
    ///
    /// # Errors
    /// None that a value of ours can cause; the encoder's, should it have any.
    pub(crate) fn of<T: Serialize>(value: &T) -> Result<Self, postcard::Error> {
        thread_local! {
            static ROOM: RefCell<Vec<u8>> = RefCell::new(vec![0; USUAL]);
        }
        ROOM.with_borrow_mut(|room| {
            loop {
                match postcard::to_slice(value, room) {
                    Ok(bytes) => return Ok(Self::of_bytes(bytes)),
                    Err(postcard::Error::SerializeBufferFull) => room.resize(2 * room.len(), 0),
                    Err(error) => return Err(error),
                }
            }
        })
    }

    fn of_bytes(bytes: &[u8]) -> Self {
        match (bytes.len() > LONG).then(|| compress(bytes)).flatten() {
            Some(compressed) => Self { bytes: compressed.into(), length: bytes.len() as u32 },
            // Copied, so that it takes no more memory than it has to.
            None => Self { bytes: bytes.into(), length: 0 },
        }
    }

    /// The value again.
    ///
    /// # Errors
    /// It is not of this type.
    pub(crate) fn unpack<T: DeserializeOwned>(&self) -> Result<T, postcard::Error> {
        if !self.is_compressed() {
            return postcard::from_bytes(&self.bytes);
        }
        let bytes = decompress(&self.bytes, self.length as usize);
        postcard::from_bytes(&bytes.ok_or(postcard::Error::DeserializeUnexpectedEnd)?)
    }

    /// Whether it was too long to be kept as it is.
    pub(crate) const fn is_compressed(&self) -> bool {
        self.length > 0
    }

    /// How much it takes, in bytes.
    pub(crate) const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Where it stands in memory.
    pub(crate) fn address(&self) -> usize {
        self.bytes.as_ptr().addr()
    }
}

fn compress(bytes: &[u8]) -> Option<Vec<u8>> {
    thread_local! {
        static COMPRESSOR: RefCell<Option<Compressor<'static>>> = RefCell::new(Compressor::new(LEVEL).ok());
    }
    COMPRESSOR.with_borrow_mut(|compressor| compressor.as_mut()?.compress(bytes).ok())
}

fn decompress(bytes: &[u8], length: usize) -> Option<Vec<u8>> {
    thread_local! {
        static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = RefCell::new(Decompressor::new().ok());
    }
    DECOMPRESSOR.with_borrow_mut(|decompressor| decompressor.as_mut()?.decompress(bytes, length).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_any_size_come_back() {
        for length in [0, 1, LONG - 2, LONG - 1, LONG, LONG + 1, USUAL - 1, USUAL, USUAL + 1, 100 * USUAL] {
            let value: String = (0..length).map(|place| char::from(b'a' + (place % 23) as u8)).collect();
            let packed = Packed::of(&value).unwrap();
            assert_eq!(packed.unpack::<String>(), Ok(value));
            assert!(length < LONG || packed.len() < length / 4, "{length}: {}", packed.len());
        }
        assert!(Packed::default().unpack::<String>().is_err());
    }
}
