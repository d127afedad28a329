//! `phonecert digest`.

use std::fs::{File, TryLockError};
use std::io::{self, BufReader, IsTerminal, Write};
use std::path::Path;

use phonecert::quantity::{count, counted};
use phonecert::redact::Shown;
use phonecert::scan::{self, Cache, CacheUse, DigestSummary};
use phonecert::window::Window;

use super::{notices, setup, status_of};
use crate::Failure;
use crate::cli::DigestArgs;
use crate::output::{self, FileOutput};

/// Makes records of logs.
pub(crate) fn run(args: &DigestArgs) -> Result<u8, Failure> {
    let setup = |message: &str| Failure::Setup(message.to_owned());
    if args.run.redact {
        return Err(setup("records are not redacted; `scan --records --redact` redacts the answer"));
    }
    // A user who names the same file as cache and as output wants it replaced, so `--force` is not needed.
    let force = args.force || args.output.is_some() && args.output == args.cache;
    let file = args.output.as_deref().map(|path| FileOutput::create(path, force)).transpose()?;
    if file.is_none() && io::stdout().is_terminal() {
        return Err(setup("records are binary data: write them to a file with --output, or to a pipe"));
    }
    let now = setup::now();
    let window = setup::window(&args.window, now.naive_local());
    let (cache, _lock) = args.cache.as_deref().map(|path| cache(path, &window, args)).transpose()?.unzip();
    let cache = cache.flatten();
    let keep_since = args.keep.map(|age| now.timestamp().saturating_sub(age.num_seconds()));
    let paths = setup::paths(&args.paths, &args.run)?;
    let pool = setup::pool(&args.run)?;
    let replaced = file.as_ref().and_then(FileOutput::replaced).map(Path::to_owned);
    let (mut digested, mut is_left) = (DigestSummary::default(), false);
    let mut write = |out: &mut dyn Write| {
        let found = setup::find(&paths, &args.paths);
        let progress = setup::progress(&found, &args.run);
        let roots = (!args.paths.no_config).then_some(&paths[..]);
        let cache = cache.as_ref().map(|cache| CacheUse { cache, keep_since });
        digested = scan::digest(&found, roots, &window, now.timestamp(), cache, &progress, out)?;
        is_left = !has_found_logs(&digested) && replaced.is_some();
        if is_left { Err(io::ErrorKind::NotFound.into()) } else { Ok(()) }
    };
    let written = pool.install(|| match (file, &args.output) {
        (Some(file), Some(path)) if path.extension().is_some_and(|ending| ending == "zst") => {
            file.write(|out| {
                let mut compressed = zstd::Encoder::new(out, zstd::DEFAULT_COMPRESSION_LEVEL)?;
                write(&mut compressed)?;
                compressed.finish().map(drop)
            })
        }
        (Some(file), _) => file.write(write),
        (None, _) => output::to_standard(write),
    });
    match replaced.filter(|_| is_left) {
        Some(path) => notices::left_as_it_was(&path, Shown::plain(), args.run.verbosity()),
        None => written?,
    }
    let DigestSummary { problems, skipped, .. } = &digested;
    let has_found_logs = has_found_logs(&digested);
    let verbosity = args.run.verbosity();
    notices::skipped_files(skipped, Shown::plain(), verbosity);
    notices::problems(problems, verbosity);
    notices::nothing_found(has_found_logs, problems, skipped, verbosity);
    if args.cache.is_some() && has_found_logs {
        notices::say(&summary(&digested), verbosity);
    }
    Ok(status_of(has_found_logs, &digested.problems))
}

/// Whether a log was found. Records of deleted logs alone can mean that a share is not mounted.
fn has_found_logs(digested: &DigestSummary) -> bool {
    digested.logs > digested.gone
}

fn summary(digested: &DigestSummary) -> String {
    let DigestSummary { logs, from_cache, gone, .. } = *digested;
    let read = count(logs.saturating_sub(from_cache + gone));
    let (records, reused, gone) = (counted(logs, "record"), count(from_cache), count(gone));
    format!("{records}: {read} read, {reused} reused unchanged, {gone} of deleted logs")
}

/// Reads the cache and locks it, so that no other run uses it at the same time. None if it can't be used.
fn cache(path: &Path, window: &Window, args: &DigestArgs) -> Result<(Option<Cache>, Option<File>), Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::Input {
        path: path.to_string_lossy().into_owned(),
        message: error.to_string(),
    };
    let note = |why: &str| {
        notices::say(&format!("--cache: {why}; all logs are read"), args.run.verbosity());
    };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            note("the file does not exist yet");
            return Ok((None, None));
        }
        Err(error) => return Err(failed(&error)),
    };
    // The lock is held until the file is closed.
    if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        return Err(failed(&"another run is using this cache"));
    }
    let cache = Cache::read(Box::new(BufReader::new(&file)), window, !args.paths.no_config)
        .map_err(|fault| failed(&fault))?;
    if cache.is_none() {
        note("it was made by another version of phonecert, or with other options");
    }
    Ok((cache, Some(file)))
}
