//! Maps each phone to a small value, on all threads, and merges the values in the report's order.
//!
//! [`Devices`] can only render to bytes, in order. So each value is passed on packed, after its length.

use std::io::{self, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Devices;
use super::shape::Device;

const LENGTH_BYTES: usize = size_of::<u32>();

/// Calls `map` for each phone, on all threads, and `each` with the results, in the report's order. Results
/// are not kept.
///
/// # Errors
/// An error of `each`, which ends the work.
pub fn fold<T: Serialize + DeserializeOwned>(
    devices: &dyn Devices,
    map: impl Fn(usize, &Device) -> T + Sync,
    each: impl FnMut(T) -> io::Result<()>,
) -> io::Result<()> {
    let mut frames = Frames { pending: Vec::new(), each, item: std::marker::PhantomData };
    devices.render(&|place, device, bytes| pack(&map(place, device), bytes), &mut frames)?;
    if frames.pending.is_empty() { Ok(()) } else { Err(broken()) }
}

/// Appends the length and the bytes of `item`. If it can't be packed, the length is 0, which is an error in
/// reading.
fn pack<T: Serialize>(item: &T, bytes: &mut Vec<u8>) {
    let packed = postcard::to_stdvec(item).unwrap_or_default();
    let length = u32::try_from(packed.len()).unwrap_or(u32::MAX);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(&packed);
}

struct Frames<T, F> {
    pending: Vec<u8>,
    each: F,
    item: std::marker::PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned, F: FnMut(T) -> io::Result<()>> Frames<T, F> {
    /// Takes the complete frames at the beginning of `bytes`; returns their length in bytes.
    fn take(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut taken = 0;
        while let Some((length, rest)) = bytes[taken..].split_first_chunk::<LENGTH_BYTES>() {
            let length = u32::from_le_bytes(*length) as usize;
            let Some(packed) = rest.get(..length) else {
                break;
            };
            (self.each)(postcard::from_bytes(packed).map_err(|_| broken())?)?;
            taken += LENGTH_BYTES + length;
        }
        Ok(taken)
    }
}

impl<T: DeserializeOwned, F: FnMut(T) -> io::Result<()>> Write for Frames<T, F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.pending.is_empty() {
            let taken = self.take(bytes)?;
            self.pending.extend_from_slice(&bytes[taken..]);
        } else {
            let mut pending = std::mem::take(&mut self.pending);
            pending.extend_from_slice(bytes);
            let taken = self.take(&pending)?;
            pending.drain(..taken);
            self.pending = pending;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "what a phone gave to the report cannot be read back")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_survive_any_split() {
        let mut bytes = Vec::new();
        for number in 0..50_u32 {
            pack(&(number, "x".repeat(number as usize)), &mut bytes);
        }
        for piece in [1, 2, 3, 7, 64, bytes.len()] {
            let mut got = Vec::new();
            let mut frames = Frames {
                pending: Vec::new(),
                each: |item: (u32, String)| {
                    got.push(item);
                    Ok(())
                },
                item: std::marker::PhantomData,
            };
            for part in bytes.chunks(piece) {
                frames.write_all(part).unwrap();
            }
            assert!(frames.pending.is_empty());
            assert!(got.iter().enumerate().all(|(at, (n, s))| at == *n as usize && s.len() == at));
            assert_eq!(got.len(), 50);
        }
    }

    #[test]
    fn garbage_is_an_error() {
        let mut frames =
            Frames { pending: Vec::new(), each: |_: String| Ok(()), item: std::marker::PhantomData };
        assert!(frames.write_all(&[0, 0, 0, 0]).is_err());
    }
}
