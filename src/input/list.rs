//! `--files-from`: lists of paths.

use std::io::{self, BufRead, Read};
use std::path::PathBuf;

use super::system::path_of;

/// The longest list of paths that is read, in bytes: about ten million names.
const MAX_LIST_BYTES: u64 = 1 << 30;

/// The paths in a list, in UTF-8 ([`decoded`](super::decoded)): one per line, or each terminated by a NUL byte.
/// Blank lines are skipped.
///
/// # Errors
/// An error of `list`, or a list of more than 1 GiB.
pub fn files_from(list: &mut dyn BufRead) -> io::Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    if list.take(MAX_LIST_BYTES + 1).read_to_end(&mut all)? as u64 > MAX_LIST_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "is too long to be a list of paths"));
    }
    let by_nul = all.contains(&0);
    let names = all.split(|&byte| byte == if by_nul { 0 } else { b'\n' });
    let names = names.map(|name| if by_nul { name } else { name.strip_suffix(b"\r").unwrap_or(name) });
    Ok(names.filter(|name| !name.is_empty()).map(|name| path_of(name).into_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(list: &[u8]) -> Vec<PathBuf> {
        files_from(&mut io::Cursor::new(list)).unwrap()
    }

    #[test]
    fn lines_of_any_system_or_names_with_nul() {
        let both = [PathBuf::from("a b"), PathBuf::from("c")];
        for list in ["a b\nc\n", "a b\nc", "\r\na b\r\n\r\nc\r\n", "a b\0c\0"] {
            assert_eq!(read(list.as_bytes()), both, "{list:?}");
        }
        assert_eq!(read(b"a\nb\0"), [PathBuf::from("a\nb")]);
        assert!(read(b"").is_empty());
    }
}
