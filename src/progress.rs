//! Shows progress on standard error if it is a terminal: logs, bytes and the estimated time left.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};
use phonecert::scan::ReportProgress;

const A_SECOND: u8 = 10;
const TEMPLATE: &str = "{spinner} {human_pos} of {human_len} logs  {bar:24.cyan/dim}  {read}  {eta} left";

/// A progress bar, or nothing. It can be updated from all threads.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    bytes: Arc<AtomicU64>,
}

impl Progress {
    /// A bar for this many logs, if one is wanted and standard error is a terminal.
    pub(crate) fn new(is_wanted: bool, logs: u64) -> Self {
        let bytes = Arc::new(AtomicU64::new(0));
        if !is_wanted || !io::stderr().is_terminal() {
            return Self { bar: ProgressBar::hidden(), bytes };
        }
        let bar = ProgressBar::with_draw_target(Some(logs), ProgressDrawTarget::stderr_with_hz(A_SECOND));
        let read = Arc::clone(&bytes);
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            let write = move |_: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
                // If this fails, only this figure is missing.
                let _ = write!(out, "{}", HumanBytes(read.load(Ordering::Relaxed)));
            };
            bar.set_style(style.with_key("read", write).progress_chars("━╸─"));
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar, bytes }
    }
}

impl ReportProgress for Progress {
    fn advanced(&self, files: u64, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.bar.inc(files);
    }
}

impl Drop for Progress {
    /// Removes the bar.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_without_a_terminal() {
        let progress = Progress::new(false, 2);
        progress.advanced(1, 60);
        assert_eq!(progress.bytes.load(Ordering::Relaxed), 60);
    }

    #[test]
    fn the_template_is_well_formed() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
    }
}
