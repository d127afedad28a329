//! `phonecert list`.

use std::io;

use phonecert::input::Found;
use phonecert::problem::Problem;
use phonecert::redact::Shown;
use phonecert::report::list::{ListLine, list_time};

use super::{FOUND_NOTHING, NOT_ALL_READ, notices, setup};
use crate::cli::ListArgs;
use crate::{Failure, output};

/// Lists what `scan` would read.
pub(crate) fn run(args: &ListArgs) -> Result<u8, Failure> {
    if args.run.redact {
        return Err(Failure::Setup("a list of paths is not redacted: other programs open them".to_owned()));
    }
    let paths = setup::paths(&args.paths, &args.run)?;
    let pool = setup::pool(&args.run)?;
    let found = pool.install(|| setup::find_with(&paths, &args.paths, false));
    let mut problems = found.problems.clone();
    let mut count = 0_u64;
    output::to_standard(|out| {
        for line in lines(&found) {
            match line {
                Ok(line) => {
                    line.write(out)?;
                    count += 1;
                }
                Err(problem) => problems.push(problem),
            }
        }
        problems.iter().try_for_each(|problem| ListLine::of_problem(problem).write(out)) as io::Result<()>
    })?;
    notices::passed_over_files(&found.passed_over, Shown::plain(), args.run.verbosity());
    Ok(match (count, problems.is_empty()) {
        (0, _) => FOUND_NOTHING,
        (_, false) => NOT_ALL_READ,
        _ => 0,
    })
}

/// Logs phone by phone, then what must be read to know whose logs it holds.
fn lines(found: &Found) -> impl Iterator<Item = Result<ListLine, Problem>> + '_ {
    let logs = (0..found.phones()).flat_map(|phone| found.logs(phone).map(move |log| (phone, log)));
    let logs = logs.map(|(phone, log)| {
        let (size, modified) = found.status(log)?;
        let (mac, path) = (Some(found.mac(phone).to_string()), found.path(log));
        Ok(ListLine::Log { mac, path, size: Some(size), modified: modified.and_then(list_time) })
    });
    let streams = found.streams.iter().map(|source| {
        let (size, modified) =
            source.status()?.map_or((None, None), |(size, modified)| (Some(size), modified));
        let (path, modified) = (source.path().to_owned(), modified.and_then(list_time));
        Ok(match source.is_archive() {
            true => ListLine::Archive { path, size, modified },
            false => ListLine::Log { mac: None, path, size, modified },
        })
    });
    logs.chain(streams)
}
