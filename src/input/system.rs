//! Functions that differ between operating systems: listing directories, identifying files, reading by
//! position. On Unix they use the system's own calls, which are faster; elsewhere the standard library.

use std::borrow::Cow;
use std::fs::{File, FileType};
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;

#[cfg(unix)]
use rustix::fd::AsFd;

use crate::problem::{Problem, ProblemKind};

/// The kind of an entry of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    File,
    Directory,
    /// A link or anything else; or a kind that the file system does not report.
    Other,
}

/// The metadata of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct FileStatus {
    pub(super) is_file: bool,
    pub(super) size: u64,
    /// Seconds since 1970, UTC.
    pub(super) modified: Option<i64>,
    /// Device and inode.
    pub(super) identity: Option<(u64, u64)>,
}

#[cfg(unix)]
impl FileStatus {
    /// The metadata of an open file or directory.
    pub(super) fn of(file: impl AsFd) -> io::Result<Self> {
        // This takes a third of the time of `File::metadata`, which also requests the time of creation.
        Ok(rustix::fs::fstat(file)?.into())
    }

    pub(super) fn of_path(path: &Path) -> io::Result<Self> {
        Ok(rustix::fs::stat(path)?.into())
    }
}

#[cfg(unix)]
impl From<rustix::fs::Stat> for FileStatus {
    #[allow(
        clippy::useless_conversion,
        clippy::unnecessary_cast,
        reason = "the types differ between systems"
    )]
    fn from(stat: rustix::fs::Stat) -> Self {
        Self {
            is_file: rustix::fs::FileType::from_raw_mode(stat.st_mode) == rustix::fs::FileType::RegularFile,
            size: u64::try_from(stat.st_size).unwrap_or(0),
            modified: Some(i64::from(stat.st_mtime)),
            identity: Some((stat.st_dev as u64, stat.st_ino as u64)),
        }
    }
}

#[cfg(not(unix))]
impl FileStatus {
    pub(super) fn of(file: &File) -> io::Result<Self> {
        Ok(file.metadata()?.into())
    }

    pub(super) fn of_path(path: &Path) -> io::Result<Self> {
        Ok(std::fs::metadata(path)?.into())
    }
}

#[cfg(not(unix))]
impl From<std::fs::Metadata> for FileStatus {
    fn from(metadata: std::fs::Metadata) -> Self {
        let modified =
            metadata.modified().ok().map(|time| chrono::DateTime::<chrono::Utc>::from(time).timestamp());
        Self { is_file: metadata.is_file(), size: metadata.len(), modified, identity: None }
    }
}

/// Equal for two paths that lead to the same directory: device and inode.
#[cfg(unix)]
pub(super) type DirectoryId = Option<(u64, u64)>;
#[cfg(not(unix))]
pub(super) type DirectoryId = std::path::PathBuf;

/// The identity of the directory at `path`.
pub(super) fn directory_id(path: &Path) -> io::Result<DirectoryId> {
    #[cfg(unix)]
    {
        Ok(FileStatus::of_path(path)?.identity)
    }
    #[cfg(not(unix))]
    std::fs::canonicalize(path)
}

/// An open directory, to list it and to open files in it.
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

    pub(super) fn id(&self) -> io::Result<DirectoryId> {
        Ok(FileStatus::of(&self.descriptor)?.identity)
    }

    /// Opens a file of this directory for reading.
    pub(super) fn open_file(&self, name: &[u8]) -> io::Result<File> {
        open_at(&self.descriptor, name)
    }

    /// Calls `each` with the directory's entries, in the file system's order. `buffer` is reused between
    /// calls.
    pub(super) fn list(
        &self,
        buffer: &mut Vec<u8>,
        each: &mut dyn FnMut(&[u8], EntryKind),
    ) -> io::Result<()> {
        let mut report_entry = |name: &[u8], kind: rustix::fs::FileType| {
            if name != b"." && name != b".." {
                each(
                    name,
                    match kind {
                        rustix::fs::FileType::RegularFile => EntryKind::File,
                        rustix::fs::FileType::Directory => EntryKind::Directory,
                        _ => EntryKind::Other,
                    },
                );
            }
        };
        #[cfg(target_os = "linux")]
        {
            // Entries are not allocated one by one: that would cost time where each log has a dozen other
            // files beside it.
            buffer.reserve(LISTING_BYTES);
            let mut entries = rustix::fs::RawDir::new(&self.descriptor, buffer.spare_capacity_mut());
            while let Some(entry) = entries.next() {
                let entry = entry?;
                report_entry(entry.file_name().to_bytes(), entry.file_type());
            }
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = buffer;
            for entry in rustix::fs::Dir::read_from(&self.descriptor)? {
                let entry = entry?;
                report_entry(entry.file_name().to_bytes(), entry.file_type());
            }
        }
        Ok(())
    }
}

/// Directories are listed in pieces of this size, in bytes.
#[cfg(target_os = "linux")]
const LISTING_BYTES: usize = 64 * 1024;

#[cfg(not(unix))]
impl OpenDirectory {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { path: or_here(path).to_owned() })
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
            let kind = match entry.file_type()? {
                kind if kind.is_file() => EntryKind::File,
                kind if kind.is_dir() => EntryKind::Directory,
                _ => EntryKind::Other,
            };
            each(entry.file_name().to_string_lossy().as_bytes(), kind);
        }
        Ok(())
    }
}

/// Opens a file for reading. If it has been replaced by a pipe meanwhile, this does not wait for a writer.
#[cfg(unix)]
fn open_at(directory: impl AsFd, path: &[u8]) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(File::from(rustix::fs::openat(directory, path, flags, Mode::empty())?))
}

/// Opens a file for reading.
pub(super) fn open_file(path: &[u8]) -> io::Result<File> {
    #[cfg(unix)]
    {
        open_at(rustix::fs::CWD, path)
    }
    #[cfg(not(unix))]
    File::open(&*path_of(path))
}

/// Opens a regular file for reading; also returns its size in bytes. None if the path is something else: a
/// link, a directory, a pipe.
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
    let status = FileStatus::of(&file)?;
    Ok(status.is_file.then_some((file, status.size)))
}

/// Tells the system that the first `bytes` of a file will be read soon, so that it fetches several files into
/// the page cache at a time.
pub(super) fn will_need(file: &File, bytes: u64) {
    #[cfg(target_os = "linux")]
    {
        let bytes = std::num::NonZeroU64::new(bytes);
        // This is only a hint; without it the file is read all the same.
        let _ = rustix::fs::fadvise(file, 0, bytes, rustix::fs::Advice::WillNeed);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (file, bytes);
}

/// How many files each of `readers` threads may open ahead, at most `most`. Half of the file descriptors that
/// the process may have are left for everything else.
pub(super) fn open_ahead(readers: usize, most: usize) -> usize {
    #[cfg(unix)]
    {
        let allowed = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        let allowed = allowed.map_or(usize::MAX, |allowed| usize::try_from(allowed).unwrap_or(usize::MAX));
        (allowed / 2 / readers.max(1)).min(most)
    }
    // Without `fadvise`, opening ahead gains nothing.
    #[cfg(not(unix))]
    {
        let _ = (readers, most);
        0
    }
}

/// Reads bytes at this offset of a file, whatever the file's own position is. Returns how many; 0 at the end
/// of the file.
pub fn read_at(file: &File, buffer: &mut [u8], position: u64) -> io::Result<usize> {
    uninterrupted(|| {
        #[cfg(unix)]
        {
            std::os::unix::fs::FileExt::read_at(file, buffer, position)
        }
        #[cfg(windows)]
        {
            std::os::windows::fs::FileExt::seek_read(file, buffer, position)
        }
    })
}

/// Calls `read` again as long as a signal interrupts it, as it can on a network file system.
pub(crate) fn uninterrupted(mut read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match read() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Reads a part of a file sequentially, by position, so that threads do not share a file offset. The end of the file
/// before that of the part is an error.
pub(crate) struct FilePart<'f> {
    file: &'f File,
    at: u64,
    end: u64,
}

impl<'f> FilePart<'f> {
    pub(crate) const fn new(file: &'f File, part: Range<u64>) -> Self {
        Self { file, at: part.start, end: part.end }
    }
}

impl Read for FilePart<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = buffer.len().min(usize::try_from(self.end - self.at).unwrap_or(usize::MAX));
        if wanted == 0 {
            return Ok(0);
        }
        let length = read_at(self.file, &mut buffer[..wanted], self.at)?;
        if length == 0 {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the file became shorter while it was read",
            ));
        }
        self.at += length as u64;
        Ok(length)
    }
}

/// The name of a file's kind for messages, and whether it is a pipe, which is read if the user names it. For
/// everything but plain files.
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

/// The problem that reports this error with a file.
pub(crate) fn problem_of(path: String, error: &io::Error) -> Problem {
    if is_link_loop(error) {
        return Problem::new(path, ProblemKind::SymlinkLoop, "symbolic links form a loop");
    }
    Problem::new(path, ProblemKind::from_error(error), error)
}

/// Whether the error is that symbolic links form a loop.
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

/// The path of a directory in a form that the system takes: the empty path means the current directory.
pub fn or_here(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

/// The path of these bytes, in the system's own form.
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

/// The bytes of a path. On systems where names are not bytes, invalid Unicode is replaced.
pub(super) fn bytes_of(path: &Path) -> Cow<'_, [u8]> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        Cow::Borrowed(path.as_os_str().as_bytes())
    }
    #[cfg(not(unix))]
    {
        let path = path.to_string_lossy();
        // Windows does not accept `/` in a path with this prefix.
        let is_verbatim = path.starts_with(r"\\?\");
        Cow::Owned(if is_verbatim { path.into_owned() } else { path.replace('\\', "/") }.into_bytes())
    }
}

/// A path as reports show it: see [`LogName::path`](super::LogName::path).
pub fn shown_path(path: &Path) -> String {
    shown(&bytes_of(path))
}

/// The directory of a path, as reports show both.
pub fn directory_of(path: &str) -> &str {
    path.rfind('/').map_or(".", |slash| &path[..slash.max(1)])
}

/// The last name of a path, of any system.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// A path as reports show it: `/` between names on every system, and `\xNN` for bytes that are not UTF-8, so
/// that different names stay different. Control characters are kept; the report formats make them visible.
pub(super) fn shown(path: &[u8]) -> String {
    if let (Ok(path), false) = (std::str::from_utf8(path), cfg!(windows)) {
        return path.to_owned();
    }
    let mut shown = String::with_capacity(path.len());
    for chunk in path.utf8_chunks() {
        shown.push_str(chunk.valid());
        for byte in chunk.invalid() {
            shown.push_str(&format!("\\x{byte:02X}"));
        }
    }
    if cfg!(windows) { shown.replace('\\', "/") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupted_read_is_repeated() {
        let mut results = [Err(io::ErrorKind::Interrupted.into()), Ok(7)].into_iter();
        assert_eq!(uninterrupted(|| results.next().unwrap()).unwrap(), 7);
        let failed = uninterrupted(|| Err(io::ErrorKind::StaleNetworkFileHandle.into()));
        assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::StaleNetworkFileHandle);
    }
}
