//! Writes answers to standard output, or to files, each of which is written completely or not at all.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

use phonecert::input::or_here;
use phonecert::report::text::visible::visible;

use crate::interrupt::Registration;

/// Less than what 64 phones are rendered to, which is then written without a copy.
const BUFFER_BYTES: usize = 1 << 15;

/// Why an answer could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutputError {
    /// The reader of standard output closed it; this is not reported.
    #[error("standard output was closed")]
    ClosedPipe,
    /// Standard output can't be written to.
    #[error("standard output: {0}")]
    Standard(io::Error),
    /// The file exists, and `--force` was not given.
    #[error("{}: exists already; --force overwrites it", shown(.0))]
    Exists(PathBuf),
    /// The file cannot be written.
    #[error("{}: {source}", shown(.path))]
    File {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl OutputError {
    /// The same error with another path.
    pub(crate) fn with_path(self, other: impl FnOnce(&Path) -> PathBuf) -> Self {
        match self {
            Self::Exists(path) => Self::Exists(other(&path)),
            Self::File { path, source } => Self::File { path: other(&path), source },
            Self::ClosedPipe | Self::Standard(_) => self,
        }
    }
}

/// Writes to standard output and flushes it.
///
/// # Errors
/// [`OutputError::ClosedPipe`] or [`OutputError::Standard`].
pub(crate) fn to_standard(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), OutputError> {
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, io::stdout().lock());
    write(&mut out).and_then(|()| out.flush()).map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => OutputError::ClosedPipe,
        _ => OutputError::Standard(error),
    })
}

/// A file that is being written. Its content is in a temporary file in the same directory until it is
/// complete; if this is dropped before, or the run is interrupted, the temporary file is removed. A device is
/// written to directly. So is a named pipe, but only with `force`, since the run may wait for a reader
/// forever.
#[derive(Debug)]
pub(crate) struct FileOutput {
    /// The path as the user named it.
    path: PathBuf,
    to: Destination,
}

#[derive(Debug)]
enum Destination {
    Beside {
        /// The target of a link at that path, or the path itself.
        target: PathBuf,
        force: bool,
        half_written: Registration,
        file: fs::File,
        waiting: TempPath,
    },
    Straight(fs::File),
}

impl FileOutput {
    /// Prepares a file at `path`, so that errors are known before the work is done.
    ///
    /// # Errors
    /// The file exists and `force` is not given, or its directory can't be written to.
    pub(crate) fn create(path: &Path, force: bool) -> Result<Self, OutputError> {
        let failed = |source| OutputError::File { path: path.to_owned(), source };
        let there = match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            there => Some(there.map_err(failed)?),
        };
        if there.as_ref().is_some_and(fs::Metadata::is_dir) {
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        }
        if !force && there.as_ref().is_some_and(|there| is_named_pipe(path, there)) {
            return Err(OutputError::Exists(path.to_owned()));
        }
        if there.as_ref().is_some_and(|there| !there.is_file()) {
            let file = fs::File::options().write(true).open(path).map_err(failed)?;
            return Ok(Self { path: path.to_owned(), to: Destination::Straight(file) });
        }
        if !force && path.symlink_metadata().is_ok() {
            return Err(OutputError::Exists(path.to_owned()));
        }
        let target = target_of(path);
        let directory = or_here(target.parent().unwrap_or(Path::new("")));
        let (file, waiting) = beside(directory, there.as_ref()).map_err(failed)?.into_parts();
        let half_written = Registration::of(&waiting);
        let to = Destination::Beside { target, force, half_written, file, waiting };
        Ok(Self { path: path.to_owned(), to })
    }

    /// The path, if this replaces a file that was there when it was prepared.
    pub(crate) fn replaced(&self) -> Option<&Path> {
        match &self.to {
            Destination::Beside { target, .. } if target.exists() => Some(&self.path),
            _ => None,
        }
    }

    /// Writes the temporary file and renames it to the path.
    ///
    /// # Errors
    /// It can't be written completely, or another file has been created at the path meanwhile and may not be
    /// replaced.
    pub(crate) fn write(
        self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), OutputError> {
        let Self { path, to } = self;
        let result = match to {
            Destination::Straight(file) => written(file, write).map(drop),
            Destination::Beside { target, force, half_written, file, waiting } => written(file, write)
                .and_then(|file| {
                    drop(file);
                    let put =
                        || if force { waiting.persist(&target) } else { waiting.persist_noclobber(&target) };
                    half_written.finish(put).map_err(|failure| failure.error)
                }),
        };
        result.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => OutputError::Exists(path),
            io::ErrorKind::BrokenPipe => OutputError::ClosedPipe,
            _ => OutputError::File { path, source },
        })
    }
}

fn written(file: fs::File, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<fs::File> {
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, file);
    write(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)
}

/// The file to which a link at this path leads, even if it does not exist; else the path itself.
fn target_of(path: &Path) -> PathBuf {
    let mut target = path.to_owned();
    // Links in a circle would not end, but the file's metadata could not be read then.
    while let Ok(to) = fs::read_link(&target) {
        target = target.parent().unwrap_or(Path::new("")).join(to);
    }
    target
}

/// A temporary file in `directory`, with the permissions of the file that it will replace, else those of new files.
fn beside(directory: &Path, replaced: Option<&fs::Metadata>) -> io::Result<NamedTempFile> {
    fs::metadata(directory)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".phonecert-").suffix(".part");
    #[cfg(unix)]
    if replaced.is_none() {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    // The error names the temporary file, which means nothing to the user, so only its kind is kept.
    let made = builder.tempfile_in(directory).map_err(|error| io::Error::from(error.kind()))?;
    #[cfg(unix)]
    if let Some(replaced) = replaced {
        take_over(replaced, made.as_file())?;
    }
    #[cfg(not(unix))]
    let _ = replaced;
    Ok(made)
}

/// Gives a new file owner, group and permissions of the one that it will replace, as far as that is allowed.
#[cfg(unix)]
fn take_over(replaced: &fs::Metadata, file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let mut mode = replaced.mode() & 0o777;
    let (owner, group) = (Some(replaced.uid()), Some(replaced.gid()));
    if fchown(file, owner, group).or_else(|_| fchown(file, None, group)).is_err() {
        // The file has another group, which may do no more than everyone.
        mode &= 0o707 | (mode & 0o007) << 3;
    }
    file.set_permissions(fs::Permissions::from_mode(mode))
}

/// Whether there is a named pipe at the path. A link to standard output may lead to an unnamed pipe, which
/// already has a reader.
#[cfg(unix)]
fn is_named_pipe(path: &Path, there: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    there.file_type().is_fifo() && path.canonicalize().is_ok()
}

#[cfg(not(unix))]
fn is_named_pipe(_: &Path, _: &fs::Metadata) -> bool {
    false
}

fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn written_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("report.json");
        FileOutput::create(&path, false).unwrap().write(|out| out.write_all(b"{}")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"{}");
        assert_eq!(names(directory.path()), ["report.json"]);
    }

    #[test]
    fn nothing_is_left_if_writing_fails() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("report.json");
        let failing = |out: &mut dyn Write| {
            out.write_all(b"half")?;
            Err(io::Error::other("no more"))
        };
        let error = FileOutput::create(&path, false).unwrap().write(failing).unwrap_err();
        assert!(error.to_string().contains("report.json: no more"), "{error}");
        assert!(names(directory.path()).is_empty());
        drop(FileOutput::create(&path, false).unwrap());
        assert!(names(directory.path()).is_empty());
    }

    #[test]
    fn nothing_is_overwritten_unasked() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("report.json");
        let early = FileOutput::create(&path, false).unwrap();
        fs::write(&path, "mine").unwrap();
        assert!(matches!(FileOutput::create(&path, false), Err(OutputError::Exists(_))));
        assert!(matches!(early.write(|out| out.write_all(b"theirs")), Err(OutputError::Exists(_))));
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        FileOutput::create(&path, true).unwrap().write(|out| out.write_all(b"theirs")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
        assert_eq!(names(directory.path()), ["report.json"]);
    }

    #[test]
    fn paths_where_no_file_can_be() {
        let directory = tempfile::tempdir().unwrap();
        assert!(matches!(FileOutput::create(directory.path(), true), Err(OutputError::File { .. })));
        let path = directory.path().join("missing\u{202e}/report.json");
        let error = FileOutput::create(&path, false).unwrap_err().to_string();
        assert!(error.contains("missing\\u{202e}/report.json: "), "{error}");
        assert!(!error.contains(".part"), "{error}");
    }

    /// Without `--force`, the program does not wait for a reader.
    #[cfg(unix)]
    #[test]
    fn a_named_pipe_is_written_to_when_told_so() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pipe.json");
        let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        assert!(matches!(FileOutput::create(&path, false), Err(OutputError::Exists(_))));
        let reader = std::thread::spawn({
            let path = path.clone();
            move || fs::read(path).unwrap()
        });
        FileOutput::create(&path, true).unwrap().write(|out| out.write_all(b"{}")).unwrap();
        assert_eq!(reader.join().unwrap(), b"{}");
        assert!(is_named_pipe(&path, &fs::metadata(&path).unwrap()));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_keeps_leading_to_its_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("real.json");
        let link = directory.path().join("link.json");
        fs::write(&path, "old").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(matches!(FileOutput::create(&link, false), Err(OutputError::Exists(_))));
        FileOutput::create(&link, true).unwrap().write(|out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert!(link.symlink_metadata().unwrap().is_symlink());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_nothing_leads_to_the_new_file() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        std::os::unix::fs::symlink("second.json", at("first.json")).unwrap();
        std::os::unix::fs::symlink("real.json", at("second.json")).unwrap();
        assert!(matches!(FileOutput::create(&at("first.json"), false), Err(OutputError::Exists(_))));
        FileOutput::create(&at("first.json"), true).unwrap().write(|out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read(at("real.json")).unwrap(), b"new");
        std::os::unix::fs::symlink("circle.json", at("circle.json")).unwrap();
        assert!(matches!(FileOutput::create(&at("circle.json"), true), Err(OutputError::File { .. })));
        assert_eq!(names(directory.path()), ["circle.json", "first.json", "real.json", "second.json"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_replaced_file_keeps_its_permissions() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let (path, link) = (directory.path().join("report.html"), directory.path().join("link.html"));
        std::os::unix::fs::symlink(&path, &link).unwrap();
        for mode in [0o600, 0o640, 0o664] {
            for path in [&path, &link] {
                fs::write(path, "old").unwrap();
                fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
                FileOutput::create(path, true).unwrap().write(|out| out.write_all(b"new")).unwrap();
                assert_eq!(fs::read(path).unwrap(), b"new");
                assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, mode, "{mode:o}");
            }
        }
    }

    /// Renaming a file over a device would remove the device for all programs.
    #[cfg(unix)]
    #[test]
    fn a_device_stays_one() {
        let directory = tempfile::tempdir().unwrap();
        let nothing = directory.path().join("nothing.json");
        std::os::unix::fs::symlink("/dev/null", &nothing).unwrap();
        for force in [false, true] {
            FileOutput::create(&nothing, force).unwrap().write(|out| out.write_all(b"{}")).unwrap();
        }
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
        assert_eq!(names(directory.path()), ["nothing.json"]);
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("report.csv");
        FileOutput::create(&path, false).unwrap().write(|_| Ok(())).unwrap();
        let plain = directory.path().join("plain");
        fs::write(&plain, "").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&path), mode(&plain));
    }
}
