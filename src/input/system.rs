//! What differs between systems: the listing of directories, identities of files, reading by position.
//! Unix has a fast way for each; elsewhere the standard library does.

use std::borrow::Cow;
use std::fs::{File, FileType, Metadata};
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::problem::{Problem, ProblemKind};

/// What a directory lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    File,
    Directory,
    Link,
    /// Neither file, directory nor link; or the file system does not tell.
    Other,
}

impl From<FileType> for EntryKind {
    fn from(kind: FileType) -> Self {
        match () {
            () if kind.is_file() => Self::File,
            () if kind.is_dir() => Self::Directory,
            () if kind.is_symlink() => Self::Link,
            () => Self::Other,
        }
    }
}

/// What the system tells of an open file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Status {
    pub(super) is_file: bool,
    pub(super) size: u64,
    /// Seconds since 1970, UTC.
    pub(super) modified: Option<i64>,
    /// Device and inode.
    pub(super) identity: Option<(u64, u64)>,
}

impl Status {
    #[cfg(unix)]
    #[allow(
        clippy::useless_conversion,
        clippy::unnecessary_cast,
        reason = "the types differ between systems"
    )]
    pub(super) fn of(file: &File) -> io::Result<Self> {
        // A third of the time of the standard library's call, which asks for the time of creation too.
        let stat = rustix::fs::fstat(file)?;
        Ok(Self {
            is_file: rustix::fs::FileType::from_raw_mode(stat.st_mode) == rustix::fs::FileType::RegularFile,
            size: u64::try_from(stat.st_size).unwrap_or(0),
            modified: Some(i64::from(stat.st_mtime)),
            identity: Some((stat.st_dev as u64, stat.st_ino as u64)),
        })
    }

    #[cfg(not(unix))]
    pub(super) fn of(file: &File) -> io::Result<Self> {
        Ok(Self::from(&file.metadata()?))
    }
}

impl From<&Metadata> for Status {
    fn from(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let identity = {
            use std::os::unix::fs::MetadataExt;
            Some((metadata.dev(), metadata.ino()))
        };
        #[cfg(not(unix))]
        let identity = None;
        let modified = metadata.modified().ok().and_then(|time| match time.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_secs()).ok(),
            Err(before) => i64::try_from(before.duration().as_secs()).ok().map(|seconds| -seconds),
        });
        Self { is_file: metadata.is_file(), size: metadata.len(), modified, identity }
    }
}

/// What tells that two paths lead to the same directory.
#[cfg(unix)]
pub(super) type DirectoryId = (u64, u64);
#[cfg(not(unix))]
pub(super) type DirectoryId = std::path::PathBuf;

/// The identity of the directory at `path`.
pub(super) fn directory_id(path: &Path) -> io::Result<DirectoryId> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        std::fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino()))
    }
    #[cfg(not(unix))]
    std::fs::canonicalize(path)
}

/// A directory that can be listed.
pub(super) struct OpenDirectory {
    #[cfg(unix)]
    descriptor: rustix::fd::OwnedFd,
    #[cfg(not(unix))]
    path: std::path::PathBuf,
}

#[cfg(unix)]
impl OpenDirectory {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        use rustix::fs::{Mode, OFlags};
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self { descriptor: rustix::fs::open(path, flags, Mode::empty())? })
    }

    #[allow(clippy::unnecessary_cast, reason = "the types differ between systems")]
    pub(super) fn id(&self) -> io::Result<DirectoryId> {
        let stat = rustix::fs::fstat(&self.descriptor)?;
        Ok((stat.st_dev as u64, stat.st_ino as u64))
    }

    /// Opens a file of this directory for reading, without waiting should it be a pipe by now.
    pub(super) fn open_file(&self, name: &[u8]) -> io::Result<File> {
        use rustix::fs::{Mode, OFlags};
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        Ok(File::from(rustix::fs::openat(&self.descriptor, name, flags, Mode::empty())?))
    }

    /// Calls `each` with what the directory holds, in the file system's order. `buffer` is used again.
    pub(super) fn list(
        &self,
        buffer: &mut Vec<u8>,
        each: &mut dyn FnMut(&[u8], EntryKind),
    ) -> io::Result<()> {
        let mut told = |name: &[u8], kind: rustix::fs::FileType| {
            if name != b"." && name != b".." {
                each(
                    name,
                    match kind {
                        rustix::fs::FileType::RegularFile => EntryKind::File,
                        rustix::fs::FileType::Directory => EntryKind::Directory,
                        rustix::fs::FileType::Symlink => EntryKind::Link,
                        _ => EntryKind::Other,
                    },
                );
            }
        };
        #[cfg(target_os = "linux")]
        {
            // No allocation for each entry, which counts where a log has a dozen neighbours.
            buffer.reserve(LISTING);
            let mut entries = rustix::fs::RawDir::new(&self.descriptor, buffer.spare_capacity_mut());
            while let Some(entry) = entries.next() {
                let entry = entry?;
                told(entry.file_name().to_bytes(), entry.file_type());
            }
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = buffer;
            for entry in rustix::fs::Dir::read_from(&self.descriptor)? {
                let entry = entry?;
                told(entry.file_name().to_bytes(), entry.file_type());
            }
        }
        Ok(())
    }
}

/// The listing of a directory is taken from the system in pieces of this size.
#[cfg(target_os = "linux")]
const LISTING: usize = 64 * 1024;

#[cfg(not(unix))]
impl OpenDirectory {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        Ok(Self { path: path.to_owned() })
    }

    pub(super) fn id(&self) -> io::Result<DirectoryId> {
        directory_id(&self.path)
    }

    pub(super) fn open_file(&self, name: &[u8]) -> io::Result<File> {
        File::open(self.path.join(&*path_of(name)))
    }

    pub(super) fn list(&self, _: &mut Vec<u8>, each: &mut dyn FnMut(&[u8], EntryKind)) -> io::Result<()> {
        for entry in std::fs::read_dir(&self.path)? {
            let entry = entry?;
            each(entry.file_name().to_string_lossy().as_bytes(), entry.file_type()?.into());
        }
        Ok(())
    }
}

/// Opens a file for reading, without waiting should it be a pipe by now.
pub(super) fn open_file(path: &[u8]) -> io::Result<File> {
    #[cfg(unix)]
    {
        use rustix::fs::{Mode, OFlags};
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
    }
    #[cfg(not(unix))]
    File::open(&*path_of(path))
}

/// Opens a regular file for reading, and tells its size. None if something else has this name: a link, a
/// directory, a pipe.
///
/// # Errors
/// What the system says.
pub fn open_regular(path: &Path) -> io::Result<Option<(File, u64)>> {
    #[cfg(unix)]
    let file = {
        use rustix::fs::{Mode, OFlags};
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match rustix::fs::open(path, flags, Mode::empty()) {
            Err(rustix::io::Errno::LOOP) => return Ok(None),
            opened => File::from(opened?),
        }
    };
    #[cfg(not(unix))]
    let file = match std::fs::symlink_metadata(path)?.is_file() {
        true => File::open(path)?,
        false => return Ok(None),
    };
    let status = Status::of(&file)?;
    Ok(status.is_file.then_some((file, status.size)))
}

/// Tells the system that the first `length` bytes of a file will be read soon, so that a disk can fetch
/// several files at a time.
pub(super) fn will_need(file: &File, bytes: u64) {
    #[cfg(target_os = "linux")]
    {
        let bytes = std::num::NonZeroU64::new(bytes);
        // Only advice: the file is read in any case.
        let _ = rustix::fs::fadvise(file, 0, bytes, rustix::fs::Advice::WillNeed);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (file, bytes);
}

/// How many files each of `readers` may open ahead, at most `most`. Half of the files that the system allows
/// the program are left for everything else.
pub(super) fn open_ahead(readers: usize, most: usize) -> usize {
    #[cfg(unix)]
    {
        let allowed = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        let allowed = allowed.map_or(usize::MAX, |allowed| usize::try_from(allowed).unwrap_or(usize::MAX));
        (allowed / 2 / readers.max(1)).min(most)
    }
    // Without advice to the system there is nothing to gain.
    #[cfg(not(unix))]
    {
        let _ = (readers, most);
        0
    }
}

/// Reads some bytes from this position of a file; the file's own position does not matter.
///
/// # Errors
/// What the system says.
pub fn read_at(file: &File, buffer: &mut [u8], position: u64) -> io::Result<usize> {
    #[cfg(unix)]
    {
        std::os::unix::fs::FileExt::read_at(file, buffer, position)
    }
    #[cfg(windows)]
    {
        std::os::windows::fs::FileExt::seek_read(file, buffer, position)
    }
}

/// What a file that is none is called, and whether it is a pipe, which can be read if the user names it.
pub(super) fn special(kind: FileType) -> (&'static str, bool) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        match () {
            () if kind.is_fifo() => return ("a named pipe", true),
            () if kind.is_block_device() => return ("a block device", false),
            () if kind.is_char_device() => return ("a character device", false),
            () if kind.is_socket() => return ("a socket", false),
            () => {}
        }
    }
    let _ = kind;
    ("neither a file nor a directory", false)
}

/// The problem that an error with a file amounts to.
pub(super) fn problem_of(path: String, error: &io::Error) -> Problem {
    if is_link_loop(error) {
        return Problem::new(path, ProblemKind::SymlinkLoop, "links that lead in a circle");
    }
    Problem::new(path, ProblemKind::of(error), error)
}

/// Whether an error says that links lead in a circle.
fn is_link_loop(error: &io::Error) -> bool {
    #[cfg(unix)]
    {
        error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
    }
    #[cfg(not(unix))]
    {
        let _ = error;
        false
    }
}

/// The path of these bytes, as the system has it.
pub(super) fn path_of(bytes: &[u8]) -> Cow<'_, Path> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        Cow::Borrowed(Path::new(std::ffi::OsStr::from_bytes(bytes)))
    }
    #[cfg(not(unix))]
    match String::from_utf8_lossy(bytes) {
        Cow::Borrowed(path) => Cow::Borrowed(Path::new(path)),
        Cow::Owned(path) => Cow::Owned(path.into()),
    }
}

/// The bytes of a path. Where names are not bytes, what is no Unicode is replaced.
pub(super) fn bytes_of(path: &Path) -> Cow<'_, [u8]> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        Cow::Borrowed(path.as_os_str().as_bytes())
    }
    #[cfg(not(unix))]
    {
        let path = path.to_string_lossy();
        // The system takes a path with this prefix as it is.
        let is_verbatim = path.starts_with(r"\\?\");
        Cow::Owned(if is_verbatim { path.into_owned() } else { path.replace('\\', "/") }.into_bytes())
    }
}

/// A path as reports show it: see [`LogName::path`](super::LogName::path).
#[must_use]
pub fn shown_path(path: &Path) -> String {
    shown(&bytes_of(path))
}

/// A path as reports show it: `/` between names on every system, and `\xNN` for what is not UTF-8, so
/// that different names stay different. Control characters are left as they are: writers of reports
/// make them visible.
pub(super) fn shown(path: &[u8]) -> String {
    let mut shown = String::with_capacity(path.len());
    for chunk in path.utf8_chunks() {
        shown.push_str(chunk.valid());
        for byte in chunk.invalid() {
            shown.push_str(&format!("\\x{byte:02X}"));
        }
    }
    if cfg!(windows) { shown.replace('\\', "/") } else { shown }
}
