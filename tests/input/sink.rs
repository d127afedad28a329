//! A directory that each test makes, and the result of reading it.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use phonecert::input::{
    Buffers, Bytes, ConfigContent, ConfigMember, FoundFiles, Limits, LogName, LogSink, Options, SkipReason,
    SkippedFiles, find, read_at,
};
use phonecert::problem::{Problem, ProblemKind};
use tempfile::TempDir;

pub(crate) use super::pack::{gzip, tar, zip, zstd};

/// The log that most tests damage.
pub(crate) const LOG: &str = "0004f2a1b2c3-app.log";

/// A log of this number of lines that compresses so badly that its compressed form can be cut. All lines have the same
/// length.
pub(crate) fn log(lines: u64) -> Vec<u8> {
    let line = |line: u64| {
        let noise = line.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let noise = noise ^ noise >> 29;
        let (hour, minute, second) = (line / 3600 % 24, line / 60 % 60, line % 60);
        format!("0531{hour:02}{minute:02}{second:02}|sntp |4|00|Could not load time from {noise:016x}.\n")
    };
    (0..lines).flat_map(|number| line(number).into_bytes()).collect()
}

pub(crate) fn bzip2(content: &[u8]) -> Vec<u8> {
    let mut encoder = ::bzip2::write::BzEncoder::new(Vec::new(), ::bzip2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn xz(content: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(3);
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// Compressed as files with this ending are.
pub(crate) fn compress(ending: &str, content: &[u8]) -> Vec<u8> {
    match ending {
        "gz" => gzip(content),
        "zst" => zstd(content),
        "xz" => xz(content),
        "bz2" => bzip2(content),
        _ => panic!("the tests have no encoder for {ending}"),
    }
}

/// A log that the sink received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Log {
    pub(crate) name: LogName,
    pub(crate) bytes: Vec<u8>,
    /// Whether it came in one piece.
    pub(crate) is_whole: bool,
}

/// Keeps everything that it receives.
#[derive(Default)]
pub(crate) struct Taken {
    pub(crate) logs: Vec<Log>,
    pub(crate) configs: Vec<(String, Option<Vec<u8>>, Option<u32>)>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) skipped: SkippedFiles,
    pub(crate) files: u64,
    /// Bytes of a stream are counted and not kept beyond this.
    pub(crate) length: u64,
}

impl LogSink for Taken {
    fn log(&mut self, name: LogName, content: Bytes<'_>) -> io::Result<()> {
        let mut bytes = Vec::new();
        let mut is_whole = false;
        let result = match content {
            Bytes::Whole(all) => {
                is_whole = true;
                bytes.extend_from_slice(all);
                Ok(())
            }
            Bytes::File(file, size) => read_file(file, size, &mut bytes),
            Bytes::Stream(stream) => stream.read_to_end(&mut bytes).map(|_| ()),
        };
        self.length += bytes.len() as u64;
        self.logs.push(Log { name, bytes, is_whole });
        result
    }

    fn config(&mut self, member: ConfigMember<'_>) {
        let content = match member.content {
            ConfigContent::Bytes(bytes) => Some(bytes.to_vec()),
            ConfigContent::TooLarge | ConfigContent::PrivateKey | ConfigContent::NotPlain => None,
        };
        self.configs.push((member.path.to_owned(), content, member.mode));
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn skipped(&mut self, kind: SkipReason, path: &str) {
        self.skipped.add(kind, || path.to_owned());
    }

    fn advance(&mut self, files: u64, _: u64) {
        self.files += files;
    }
}

fn read_file(file: &fs::File, size: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
    while (bytes.len() as u64) < size {
        let mut piece = vec![0; 100_000.min((size - bytes.len() as u64) as usize)];
        match read_at(file, &mut piece, bytes.len() as u64)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            length => bytes.extend_from_slice(&piece[..length]),
        }
    }
    Ok(())
}

impl Taken {
    /// Reads all that was found, phone by phone.
    pub(crate) fn all(found: &FoundFiles) -> Self {
        let mut taken = Self::default();
        let mut buffers = Buffers::new(2);
        for batch in found.batches(&found.by_address()) {
            found.open_ahead(batch, &mut buffers);
            for phone in batch {
                found.logs(*phone as usize).for_each(|log| found.read(log, &mut buffers, &mut taken));
            }
        }
        found.streams.iter().for_each(|stream| stream.read(&mut buffers, &mut taken));
        taken.problems.extend(found.problems.iter().cloned());
        taken.problems.sort();
        taken.skipped.merge(found.skipped.clone());
        taken
    }

    /// The paths of the logs in the order in which they came, without this prefix.
    pub(crate) fn paths(&self) -> Vec<&str> {
        self.logs.iter().map(|log| &*log.name.path).collect()
    }

    /// Asserts that there is only this log, and no problem.
    #[track_caller]
    pub(crate) fn is_only(&self, content: &[u8]) -> &Self {
        assert_eq!(self.problems, []);
        let [log] = &self.logs[..] else { panic!("{:?}", self.paths()) };
        assert!(log.bytes == content, "{} bytes instead of {}", log.bytes.len(), content.len());
        self
    }

    /// Asserts that there is this problem and no other.
    #[track_caller]
    pub(crate) fn has_problem(&self, path: &str, kind: ProblemKind, words: &str) -> &Self {
        let [problem] = &self.problems[..] else { panic!("{:#?}", self.problems) };
        assert_eq!((&*problem.path, problem.kind), (path, kind), "{}", problem.message);
        assert!(problem.message.to_string().contains(words), "{:?} has no {words:?}", problem.message);
        self
    }

    /// The bytes of all logs, concatenated.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.logs.iter().flat_map(|log| log.bytes.iter().copied()).collect()
    }
}

/// A directory with the files of a test.
pub(crate) struct Tree {
    folder: TempDir,
}

impl Tree {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn with(name: &str, content: &[u8]) -> Self {
        let tree = Self::new();
        tree.write(name, content);
        tree
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        if name.is_empty() { self.folder.path().to_owned() } else { self.folder.path().join(name) }
    }

    /// A path in the tree as reports show it.
    pub(crate) fn shown(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().replace('\\', "/")
    }

    pub(crate) fn write(&self, name: &str, content: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn find(&self, paths: &[&str], options: &Options) -> FoundFiles {
        let paths: Vec<_> = paths.iter().map(|path| self.path(path)).collect();
        find(&paths, options)
    }

    /// Reads these paths. The paths in the result are relative to this tree.
    pub(crate) fn read_with(&self, paths: &[&str], options: &Options) -> Taken {
        let mut taken = Taken::all(&self.find(paths, options));
        let here = format!("{}/", self.shown(""));
        let strip = |path: &str| path.strip_prefix(&here).unwrap_or(path).to_owned();
        taken.logs.iter_mut().for_each(|log| log.name.path = strip(&log.name.path).into());
        taken.problems.iter_mut().for_each(|problem| problem.path = strip(&problem.path));
        taken.configs.iter_mut().for_each(|config| config.0 = strip(&config.0));
        taken.skipped.kinds.values_mut().for_each(|kind| kind.1 = strip(&kind.1));
        taken
    }

    pub(crate) fn read(&self, paths: &[&str]) -> Taken {
        self.read_with(paths, &Options::default())
    }

    /// Searches the whole tree.
    pub(crate) fn read_all(&self) -> Taken {
        self.read(&[""])
    }
}

/// The usual options with other limits.
pub(crate) fn limited(limits: Limits) -> Options {
    Options { limits, ..Options::default() }
}
