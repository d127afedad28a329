//! Handles Ctrl-C and similar signals: removes incomplete files, and sets the exit status by the signal.

use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::sync::Arc;

use parking_lot::Mutex;

/// Temporary files that must be removed when the run is interrupted.
static TEMPORARY_FILES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Registers a file to be removed when the run is interrupted, until this is dropped.
#[derive(Debug)]
pub(crate) struct Registration(PathBuf);

impl Registration {
    /// Registers the file at `path`.
    pub(crate) fn of(path: &Path) -> Self {
        TEMPORARY_FILES.lock().push(path.to_owned());
        Self(path.to_owned())
    }

    /// Calls `finish`, which completes the file and renames it. An interrupt is not handled meanwhile.
    pub(crate) fn finish<R>(self, finish: impl FnOnce() -> R) -> R {
        let mut files = TEMPORARY_FILES.lock();
        let result = finish();
        files.retain(|file| *file != self.0);
        drop(files);
        result
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        TEMPORARY_FILES.lock().retain(|file| *file != self.0);
    }
}

/// Removes incomplete files and ends the program. The lock is held until the end, so that no other thread can
/// rename a file meanwhile.
fn end(status: i32) -> ! {
    let files = TEMPORARY_FILES.lock();
    for file in files.iter() {
        // If a file can't be removed, it can't be reported any more.
        let _ = std::fs::remove_file(file);
    }
    #[expect(clippy::exit, reason = "the thread that works has no way to be told to return")]
    std::process::exit(status)
}

type Listener = Box<dyn FnOnce(i32) + Send>;

/// Called at the next interrupt instead of ending the run.
static LISTENER: Mutex<Option<Listener>> = Mutex::new(None);

/// The signal number of Ctrl-C, SIGINT.
pub(crate) const INTERRUPT: i32 = 2;

/// Sets `listener` to be called with the signal's number at the next interrupt. A further interrupt ends the
/// run.
pub(crate) fn listen(listener: impl FnOnce(i32) + Send + 'static) {
    *LISTENER.lock() = Some(Box::new(listener));
}

fn notify_or_exit(signal: i32) {
    let listener = LISTENER.lock().take();
    match listener {
        Some(listener) => listener(signal),
        None => end(128 + signal),
    }
}

/// Begins to handle signals. The exit status is 128 plus the signal's number: 130 for Ctrl-C, 143 for
/// SIGTERM. Exceeding the system's limit of file size (SIGXFSZ) does not end the run but becomes a write
/// error.
#[cfg(unix)]
pub(crate) fn watch() -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::iterator::Signals;

    signal_hook::flag::register(SIGXFSZ, Arc::default())?;
    let mut signals =
        Signals::new([SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !is_ignored(*signal)))?;
    std::thread::Builder::new().name("interrupt".to_owned()).spawn(move || {
        signals.forever().for_each(notify_or_exit);
    })?;
    Ok(())
}

/// Whether the parent process set this signal to be ignored, as `nohup` does. Only on Linux can this be read
/// without an unsafe system call.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
}

/// Begins to handle Ctrl-C. The exit status is 130.
#[cfg(not(unix))]
pub(crate) fn watch() -> std::io::Result<()> {
    ctrlc::set_handler(|| notify_or_exit(INTERRUPT)).map_err(std::io::Error::other)
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    use super::*;
    use crate::output::FileOutput;

    const DIRECTORY: &str = "PHONECERT_TEST_DIRECTORY";

    /// Not a test by itself: the test below runs it in a child process and interrupts it.
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
    fn an_interrupt_removes_the_file_and_sets_the_status() {
        // If the test run was started by `nohup` or `&`, signals are ignored and child processes inherit
        // that. A handler is not inherited, so setting one here restores the default for the children.
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
