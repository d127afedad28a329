//! What is told on standard error beside the answer.

use std::io::{self, Write};

use phonecert::problem::Problem;
use phonecert::report::text::visible::visible;
use phonecert::report::{Overview, Verbosity};
use phonecert::scan::Scan;

/// How many problems are told by commands whose answer does not list them.
const PROBLEMS_TOLD: usize = 10;

/// Tells one line.
pub(super) fn tell(text: &str) {
    // Where standard error is gone, nobody is told.
    let _ = writeln!(io::stderr(), "phonecert: {text}");
}

/// Tells what a person should know who wonders why something is not in the answer.
pub(super) fn left_out(scan: &Scan, overview: &Overview, verbosity: Verbosity) {
    if verbosity == Verbosity::Quiet {
        return;
    }
    if let Some(first) = scan.unopened_archives.first() {
        let archives = match scan.unopened_archives.len() {
            1 => "1 archive in a searched directory was".to_owned(),
            count => format!("{count} archives in searched directories were"),
        };
        tell(&format!("{archives} not opened, such as {}; name an archive to read it", visible(first)));
    }
    if !scan.found_any && overview.problems.is_empty() {
        tell(
            "no log was found: logs are named like 0004f2a1b2c3-app.log; a file of another name is read when you name it",
        );
    }
}

/// Tells what could not be read.
pub(super) fn problems(problems: &[Problem], verbosity: Verbosity) {
    let told = match verbosity {
        Verbosity::Quiet => return,
        Verbosity::Normal => PROBLEMS_TOLD,
        Verbosity::Verbose => problems.len(),
    };
    for problem in problems.iter().take(told) {
        tell(&format!("{}: {} ({})", visible(&problem.path), visible(&problem.message), problem.kind.name()));
    }
    if problems.len() > told {
        tell(&format!("and {} problems more; -v shows them all", problems.len() - told));
    }
}
