//! Values in few bytes, to be kept until they are wanted.

use std::cell::RefCell;

use serde::Serialize;

/// Most values take less, in bytes.
const USUAL: usize = 4096;

/// The value in as few bytes as it takes; `postcard::from_bytes` gives it back.
///
/// # Errors
/// None that a value of ours can cause; the encoder's, should it have any.
pub(crate) fn pack<T: Serialize>(value: &T) -> Result<Box<[u8]>, postcard::Error> {
    thread_local! {
        static ROOM: RefCell<Vec<u8>> = RefCell::new(vec![0; USUAL]);
    }
    ROOM.with_borrow_mut(|room| {
        loop {
            match postcard::to_slice(value, room) {
                // Copied, so that it takes no more memory than it has to.
                Ok(packed) => return Ok((&*packed).into()),
                Err(postcard::Error::SerializeBufferFull) => room.resize(2 * room.len(), 0),
                Err(error) => return Err(error),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_any_size_come_back() {
        for length in [0, 1, USUAL - 1, USUAL, USUAL + 1, 100 * USUAL] {
            let value = "x".repeat(length);
            let packed = pack(&value).unwrap();
            assert_eq!(postcard::from_bytes::<String>(&packed), Ok(value));
        }
    }
}
