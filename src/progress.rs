//! How far the run is: logs and bytes, with an estimate, on standard error when a person looks at it.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

const A_SECOND: u8 = 10;
const TEMPLATE: &str =
    "{spinner} {logs} logs  {bar:24.cyan/dim}  {bytes} of {total_bytes}  {bytes_per_sec}  {eta} left";

/// A progress bar, or nothing at all. It may be told of progress from all threads.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    read: Arc<AtomicU64>,
    found: Arc<AtomicU64>,
}

impl Progress {
    /// A bar if one is wished and standard error is a terminal.
    pub(crate) fn new(wished: bool) -> Self {
        let read = Arc::new(AtomicU64::new(0));
        let found = Arc::new(AtomicU64::new(0));
        if !wished || !io::stderr().is_terminal() {
            return Self { bar: ProgressBar::hidden(), read, found };
        }
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(A_SECOND));
        let logs = (Arc::clone(&read), Arc::clone(&found));
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            let write = move |_: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
                let (read, found) = (logs.0.load(Ordering::Relaxed), logs.1.load(Ordering::Relaxed));
                // A terminal that cannot be written to misses a figure.
                let _ = write!(out, "{} of {}", HumanCount(read), HumanCount(found));
            };
            bar.set_style(style.with_key("logs", write).progress_chars("━╸─"));
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar, read, found }
    }

    /// Whether anybody sees it.
    pub(crate) fn is_shown(&self) -> bool {
        !self.bar.is_hidden()
    }

    /// So many logs more are to be read, of so many bytes as they stand in their files.
    pub(crate) fn found(&self, logs: u64, bytes: u64) {
        self.found.fetch_add(logs, Ordering::Relaxed);
        self.bar.inc_length(bytes);
    }

    /// So many bytes more were read.
    pub(crate) fn advanced(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    /// A log is read to its end.
    pub(crate) fn finished_log(&self) {
        self.read.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Progress {
    /// Takes the bar away.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_without_a_terminal() {
        let progress = Progress::new(false);
        progress.found(2, 100);
        progress.advanced(60);
        progress.finished_log();
        assert_eq!((progress.read.load(Ordering::Relaxed), progress.found.load(Ordering::Relaxed)), (1, 2));
    }

    #[test]
    fn the_template_is_well_formed() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
    }
}
