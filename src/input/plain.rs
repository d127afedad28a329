//! Files on disk: small ones are read into a buffer that is used again, large ones by position.

use std::fs::{File, Metadata};
use std::io;
use std::path::PathBuf;

use rayon::prelude::*;

use super::limits::{Budget, Limits};
use super::member::{BUFFER, Place, WHOLE, may_hide_archive};
use super::random::{Random, read_at};
use super::stream::{Kind, SNIFFED};
use super::{Content, LogName, LogSink, Named, Origin, Rotation, base_name, local_time, problem_of, zip};
use crate::problem::{Problem, ProblemKind};

/// A file that was found.
pub(super) struct Found {
    pub(super) path: PathBuf,
    /// The path as reports show it.
    pub(super) shown: Box<str>,
    pub(super) named_by_user: bool,
}

/// What is left to do after a file was looked at.
pub(super) enum Outcome {
    Done,
    /// It is large: worth more than the thread that found it.
    Large,
}

/// Opens and reads a file of a directory. Nothing but files is opened, even if something else has
/// taken a file's place meanwhile.
pub(super) fn open(found: &Found, sink: &dyn LogSink, limits: &Limits) -> Outcome {
    let Some((metadata, file)) = open_regular(found, sink) else { return Outcome::Done };
    if metadata.len() > WHOLE as u64 {
        return Outcome::Large;
    }
    read_open(found, &file, &metadata, sink, limits);
    Outcome::Done
}

fn open_regular(found: &Found, sink: &dyn LogSink) -> Option<(Metadata, File)> {
    match open_file(found).and_then(|file| Ok((file.metadata()?, file))) {
        Ok((metadata, file)) if metadata.is_file() => return Some((metadata, file)),
        Ok(_) => {
            let message = "was a file when it was found, and is none any more";
            sink.problem(Problem::new(&*found.shown, ProblemKind::ChangedWhileRead, message));
        }
        Err(error) => sink.problem(problem_of(&found.shown, &error)),
    }
    None
}

#[cfg(unix)]
fn open_file(found: &Found) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    // Without waiting for a writer, should this be a pipe by now.
    File::options().read(true).custom_flags(libc::O_NONBLOCK).open(&found.path)
}

#[cfg(not(unix))]
fn open_file(found: &Found) -> io::Result<File> {
    File::open(&found.path)
}

/// Reads large files, each on all threads.
pub(super) fn read_large(mut files: Vec<Found>, sink: &dyn LogSink, limits: &Limits) {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.par_iter().for_each(|found| {
        if let Some((metadata, file)) = open_regular(found, sink) {
            read_open(found, &file, &metadata, sink, limits);
        }
    });
}

/// Reads a file of any kind.
pub(super) fn read(found: &Found, file: File, sink: &dyn LogSink, limits: &Limits) {
    match file.metadata() {
        Ok(metadata) => read_open(found, &file, &metadata, sink, limits),
        Err(error) => sink.problem(problem_of(&found.shown, &error)),
    }
}

fn read_open(found: &Found, file: &File, metadata: &Metadata, sink: &dyn LogSink, limits: &Limits) {
    let size = metadata.len();
    let mut buffer = BUFFER.take();
    if buffer.len() < WHOLE {
        buffer.resize(WHOLE, 0);
    }
    let wanted = usize::try_from(size).unwrap_or(WHOLE).min(WHOLE);
    let result = fill_at(file, &mut buffer[..wanted]);
    match result {
        Ok(length) => {
            let begin = &buffer[..length];
            match Kind::of_named(&begin[..length.min(SNIFFED)], base_name(&found.path)) {
                Kind::Plain if hides_archive(found, file, begin) => {
                    packed(found, file, Kind::Zip, metadata, sink, limits);
                }
                Kind::Plain => plain(found, file, begin, metadata, sink),
                kind => packed(found, file, kind, metadata, sink, limits),
            }
        }
        Err(error) => sink.problem(problem_of(&found.shown, &error)),
    }
    BUFFER.set(buffer);
    sink.advance(1, size);
}

/// Whether what does not begin like an archive ends like one.
fn hides_archive(found: &Found, file: &File, begin: &[u8]) -> bool {
    may_hide_archive(base_name(&found.path), begin)
        && file.try_clone().and_then(Random::on_disk).is_ok_and(|random| zip::is_behind_something(&random))
}

fn plain(found: &Found, file: &File, begin: &[u8], metadata: &Metadata, sink: &dyn LogSink) {
    let Some(name) = name(found, metadata, sink) else { return };
    let size = metadata.len();
    let result = if size > WHOLE as u64 {
        sink.log(&name, Content::File(file, size))
    } else {
        sink.log(&name, Content::Whole(begin)).and_then(|()| {
            if (begin.len() as u64) < size { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
        })
    };
    if let Err(error) = result {
        sink.problem(match error.kind() {
            io::ErrorKind::UnexpectedEof => Problem::new(
                &*found.shown,
                ProblemKind::ChangedWhileRead,
                "became shorter while it was read; what was left was read",
            ),
            _ => problem_of(&found.shown, &error),
        });
    }
}

/// An archive or a compressed log.
fn packed(found: &Found, file: &File, kind: Kind, metadata: &Metadata, sink: &dyn LogSink, limits: &Limits) {
    let budget = Budget::new(*limits, Some(metadata.len()));
    let origin = Origin::of(&found.path);
    let place = Place {
        sink,
        budget: &budget,
        path: &found.shown,
        origin: &origin,
        modified: local_time(metadata),
        depth: 0,
        named_by_user: found.named_by_user,
    };
    let result = file.try_clone().and_then(Random::on_disk).map(|random| match kind {
        Kind::Zip => {
            if let Some(fault) = zip::read(&place, &random) {
                place.problem(fault);
            }
        }
        _ => place.read(&mut random.reader(), None),
    });
    if let Err(error) = result {
        sink.problem(problem_of(&found.shown, &error));
    }
}

fn name(found: &Found, metadata: &Metadata, sink: &dyn LogSink) -> Option<LogName> {
    let named = Named::parse(base_name(&found.path));
    if named.is_none() && !found.named_by_user {
        return None;
    }
    let mac = named.as_ref().map(|named| named.mac);
    sink.wants(mac).then(|| LogName {
        path: found.shown.clone(),
        mac,
        named_like_log: named.is_some(),
        rotation: named.map_or(Rotation::Current, |named| named.rotation),
        modified: local_time(metadata),
        identity: identity(metadata),
        origin: Origin::of(&found.path),
    })
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<(u64, u64)> {
    None
}

/// Reads from the file's beginning until the buffer is full or the file ends.
fn fill_at(file: &File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match read_at(file, &mut buffer[length..], length as u64) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::model::Mac;

    #[derive(Default)]
    struct Told {
        logs: Mutex<Vec<u64>>,
        problems: Mutex<Vec<Problem>>,
    }

    impl LogSink for Told {
        fn wants(&self, _: Option<Mac>) -> bool {
            true
        }

        fn log(&self, _: &LogName, content: Content<'_>) -> io::Result<()> {
            let Content::Whole(bytes) = content else { return Ok(()) };
            self.logs.lock().unwrap().push(bytes.len() as u64);
            Ok(())
        }

        fn problem(&self, problem: Problem) {
            self.problems.lock().unwrap().push(problem);
        }

        fn unopened_archive(&self, _: &str) {}

        fn advance(&self, _: u64, _: u64) {}
    }

    /// What a file gives that has another length by the time it is read.
    fn read_after(change: impl FnOnce(&File)) -> (Vec<u64>, Vec<ProblemKind>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("0004f2a1b2c3-app.log");
        std::fs::write(&path, [b'x'; 1000]).unwrap();
        let found = Found { shown: "a".into(), path, named_by_user: false };
        let told = Told::default();
        let (metadata, file) = open_regular(&found, &told).unwrap();
        change(&File::options().write(true).open(&found.path).unwrap());
        read_open(&found, &file, &metadata, &told, &Limits::default());
        let problems = told.problems.into_inner().unwrap();
        (told.logs.into_inner().unwrap(), problems.into_iter().map(|problem| problem.kind).collect())
    }

    #[test]
    fn a_log_that_changes_after_it_was_opened() {
        assert_eq!(read_after(|_| ()), (vec![1000], vec![]));
        let shrunk = read_after(|file| file.set_len(300).unwrap());
        assert_eq!(shrunk, (vec![300], vec![ProblemKind::ChangedWhileRead]));
        let grown = read_after(|file| file.set_len(5000).unwrap());
        assert_eq!(grown, (vec![1000], vec![]), "what came later is of the next run");
    }

    #[test]
    fn a_log_that_is_none_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let told = Told::default();
        let found = Found { shown: "a".into(), path: folder.path().to_owned(), named_by_user: false };
        assert!(open_regular(&found, &told).is_none());
        let found = Found { path: folder.path().join("gone"), ..found };
        assert!(open_regular(&found, &told).is_none());
        let kinds: Vec<_> = told.problems.into_inner().unwrap().iter().map(|told| told.kind).collect();
        assert_eq!(kinds, [ProblemKind::ChangedWhileRead, ProblemKind::NotFound]);
    }
}
