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
    /// The bar and the bytes so far. None if nothing is shown.
    shown: Option<(ProgressBar, Arc<AtomicU64>)>,
}

impl Progress {
    /// A bar for this many logs, if one is wanted and standard error is a terminal.
    pub(crate) fn new(is_wanted: bool, logs: u64) -> Self {
        if !is_wanted || !io::stderr().is_terminal() {
            return Self { shown: None };
        }
        let bar = ProgressBar::with_draw_target(Some(logs), ProgressDrawTarget::stderr_with_hz(A_SECOND));
        let bytes = Arc::new(AtomicU64::new(0));
        let read = Arc::clone(&bytes);
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            let write = move |_: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
                // If this fails, only this figure is missing.
                let _ = write!(out, "{}", HumanBytes(read.load(Ordering::Relaxed)));
            };
            bar.set_style(style.with_key("read", write).progress_chars("━╸─"));
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { shown: Some((bar, bytes)) }
    }
}

impl ReportProgress for Progress {
    fn advanced(&self, files: u64, bytes: u64) {
        if let Some((bar, read)) = &self.shown {
            read.fetch_add(bytes, Ordering::Relaxed);
            bar.inc(files);
        }
    }
}

impl Drop for Progress {
    /// Removes the bar.
    fn drop(&mut self) {
        if let Some((bar, _)) = &self.shown {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_counted_unless_it_is_shown() {
        assert!(Progress::new(false, 2).shown.is_none());
    }

    #[test]
    fn the_template_is_well_formed() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
    }
}
