//! `phonecert list`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use phonecert::config::{ConfigTree, Stored, reachable};
use phonecert::input::{FoundFiles, LogFile, Source, shown_path};
use phonecert::model::Mac;
use phonecert::problem::Problem;
use phonecert::redact::Shown;
use phonecert::report::list::{ListLine, list_time};
use phonecert::scan::config_tree;

use super::{notices, setup, status_of};
use crate::cli::ListArgs;
use crate::{Failure, output};

/// Lists what `scan` would read.
pub(crate) fn run(args: &ListArgs) -> Result<u8, Failure> {
    if args.run.redact {
        return Err(Failure::Setup(
            "paths in the list are not redacted, because other programs open them".to_owned(),
        ));
    }
    let paths = setup::paths(&args.paths, &args.run)?;
    let pool = setup::pool(&args.run)?;
    let found = &pool.install(|| setup::find(&paths, &args.paths));
    let tree =
        (!args.paths.no_config).then(|| config_tree(found, &[], &paths)).filter(|tree| !tree.is_empty());
    let mut problems = found.problems.clone();
    let configuration = |mac: Mac, directories: &[PathBuf]| {
        tree.iter().flat_map(|tree| configuration_lines(tree, mac, directories)).map(Ok).collect::<Vec<_>>()
    };
    let of_phone = |phone: usize| {
        let logs = found.logs(phone).map(move |log| log_line(found, phone, log));
        logs.chain(configuration(found.mac(phone), &directories(found, phone)))
    };
    let without_logs = tree.iter().flat_map(ConfigTree::phones).filter(|mac| found.phone_of(*mac).is_none());
    let lines = (0..found.phones()).flat_map(of_phone);
    let lines = lines.chain(found.streams.iter().map(stream_line));
    let lines = lines.chain(without_logs.flat_map(|mac| configuration(mac, &[])));
    let mut count = 0_u64;
    output::to_standard(|out| {
        for line in lines {
            match line {
                Ok(line) => {
                    count += u64::from(!matches!(line, ListLine::Configuration { .. }));
                    line.write(out)?;
                }
                Err(problem) => problems.push(problem),
            }
        }
        problems.extend(tree.iter().flat_map(ConfigTree::problems));
        problems.iter().try_for_each(|problem| ListLine::of_problem(problem).write(out))
    })?;
    let verbosity = args.run.verbosity();
    notices::skipped_files(&found.skipped, Shown::plain(), verbosity);
    notices::problems(&notices::of_named_paths(&problems, &paths), verbosity);
    notices::nothing_found(count > 0, &problems, &found.skipped, verbosity);
    Ok(status_of(count > 0, &problems))
}

fn log_line(found: &FoundFiles, phone: usize, log: LogFile) -> Result<ListLine, Problem> {
    let (size, modified) = found.status(log)?;
    let (mac, path) = (Some(found.mac(phone).to_string()), found.path(log));
    Ok(ListLine::Log { mac, path, size: Some(size), modified: modified.and_then(list_time) })
}

/// The line for an archive, a pipe or a file without an address in its name.
fn stream_line(source: &Source) -> Result<ListLine, Problem> {
    let (size, modified) = source.status()?.map_or((None, None), |(size, modified)| (Some(size), modified));
    let (path, modified) = (source.path().to_owned(), modified.and_then(list_time));
    Ok(match source.is_archive() {
        true => ListLine::Archive { path, size, modified },
        false => ListLine::Log { mac: None, path, size, modified },
    })
}

/// The directories of a phone's logs.
fn directories(found: &FoundFiles, phone: usize) -> Vec<PathBuf> {
    let paths = found.logs(phone).map(|log| found.path(log));
    let parents = paths.filter_map(|path| Some(Path::new(&path).parent()?.to_owned()));
    parents.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The configuration files that a phone may read.
fn configuration_lines(tree: &ConfigTree, mac: Mac, directories: &[PathBuf]) -> Vec<ListLine> {
    let found = reachable(tree, mac, directories);
    let own = found.own.iter().filter(|stored| !matches!(stored, Stored::NotSearched(_)));
    let own = own.map(|stored| PathBuf::from(stored.path()));
    let shared = found.shared.into_iter().filter(|path| !tree.is_not_searched(path));
    let line = |path: PathBuf| {
        let metadata = std::fs::metadata(&path).ok()?;
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let modified = modified.and_then(|age| list_time(i64::try_from(age.as_secs()).ok()?));
        let (path, size) = (shown_path(&path), Some(metadata.len()));
        Some(ListLine::Configuration { mac: mac.to_string(), path, size, modified })
    };
    own.chain(shared).filter_map(line).collect()
}
