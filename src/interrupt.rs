//! Ctrl-C and similar signals: half-written files are removed, and the exit status says which signal it was.

use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::sync::Arc;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Files that an interrupted run must not leave.
static HALF_WRITTEN: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes its file when the run is interrupted; forgets it when dropped.
#[derive(Debug)]
pub(crate) struct Registration(PathBuf);

impl Registration {
    /// From now on, an interrupt removes the file at `path`.
    pub(crate) fn of(path: &Path) -> Self {
        half_written().push(path.to_owned());
        Self(path.to_owned())
    }

    /// Calls `finish`, which makes the file whole and puts it in its place; no interrupt comes between.
    pub(crate) fn finish<R>(self, finish: impl FnOnce() -> R) -> R {
        let mut files = half_written();
        let result = finish();
        files.retain(|file| *file != self.0);
        drop(files);
        result
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        half_written().retain(|file| *file != self.0);
    }
}

fn half_written() -> MutexGuard<'static, Vec<PathBuf>> {
    HALF_WRITTEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes what is half written and ends the program. The lock is kept until the end, so that no
/// other thread puts a file in its place meanwhile.
fn end(status: i32) -> ! {
    let files = half_written();
    for file in files.iter() {
        // If a file can't be removed now, there is no way left to report it.
        let _ = std::fs::remove_file(file);
    }
    #[expect(clippy::exit, reason = "the thread that works has no way to be told to return")]
    std::process::exit(status)
}

type Listener = Box<dyn FnOnce(i32) + Send>;

/// Is called at the next interrupt, instead of the run being ended.
static LISTENER: Mutex<Option<Listener>> = Mutex::new(None);

/// The number of Ctrl-C's signal.
pub(crate) const INTERRUPT: i32 = 2;

/// From now on the next interrupt calls `listener` with its signal's number; one more ends the run.
pub(crate) fn listen(listener: impl FnOnce(i32) + Send + 'static) {
    *LISTENER.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(listener));
}

fn tell_or_end(signal: i32) {
    let listener = LISTENER.lock().unwrap_or_else(PoisonError::into_inner).take();
    match listener {
        Some(listener) => listener(signal),
        None => end(128 + signal),
    }
}

/// Waits for interrupts from now on: 128 and the signal's number is the exit status, 130 for Ctrl-C,
/// 143 for a request to end. A file that grows beyond what the system allows is no reason to be ended,
/// but an error of writing.
///
/// # Errors
/// The system refuses to tell of signals.
#[cfg(unix)]
pub(crate) fn watch() -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::iterator::Signals;

    signal_hook::flag::register(SIGXFSZ, Arc::default())?;
    let mut signals =
        Signals::new([SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !is_ignored(*signal)))?;
    std::thread::Builder::new().name("interrupt".to_owned()).spawn(move || {
        signals.forever().for_each(tell_or_end);
    })?;
    Ok(())
}

/// Whether whoever started the program wants it to go on in spite of this signal, as `nohup` does.
/// Only Linux tells without a system call that is unsafe.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
}

/// Waits for interrupts from now on; the exit status is 130.
///
/// # Errors
/// The system refuses to tell of interrupts.
#[cfg(not(unix))]
pub(crate) fn watch() -> std::io::Result<()> {
    ctrlc::set_handler(|| tell_or_end(INTERRUPT)).map_err(std::io::Error::other)
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    use super::*;
    use crate::output::FileOutput;

    const DIRECTORY: &str = "PHONECERT_TEST_DIRECTORY";

    /// Not a test: what the test below interrupts, in a process of its own.
    #[test]
    #[ignore = "waits to be interrupted"]
    fn half_way_through() {
        let Some(directory) = std::env::var_os(DIRECTORY) else {
            return;
        };
        watch().unwrap();
        let path = Path::new(&directory).join("report.json");
        let wait = |out: &mut dyn std::io::Write| {
            out.write_all(b"half")?;
            println!("\nwaiting");
            std::thread::sleep(std::time::Duration::from_secs(60));
            Ok(())
        };
        FileOutput::create(&path, false).unwrap().write(wait).unwrap();
    }

    #[test]
    fn an_interrupt_leaves_nothing_and_tells_its_signal() {
        // A test run that `nohup` or `&` started ignores signals, and what it starts inherits that; what it catches,
        // here to be ended by it as usual, is not inherited.
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
            let always = Arc::new(true.into());
            signal_hook::flag::register_conditional_shutdown(signal, 128 + signal, always).unwrap();
        }
        for (signal, status) in [("-INT", 130), ("-TERM", 143)] {
            let directory = tempfile::tempdir().unwrap();
            let mut child = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "interrupt::tests::half_way_through", "--ignored", "--nocapture"])
                .env(DIRECTORY, directory.path())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let lines = BufReader::new(child.stdout.take().unwrap()).lines();
            assert!(lines.map_while(Result::ok).any(|line| line == "waiting"));
            assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
            assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
            assert_eq!(child.wait().unwrap().code(), Some(status));
            assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
        }
    }
}
