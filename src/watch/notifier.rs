//! Notifications of the file system; if there are none, all files are looked at every second.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::time::{Duration, SystemTime};

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::Wake;

/// How often all files are looked at where nothing tells of changes.
const POLL: Duration = Duration::from_secs(1);

/// How often all files are looked at in any case: mounted and linked directories may tell of nothing.
const SAFETY: Duration = Duration::from_secs(30);

/// Tells when something changed below the paths that the user named. What changed is not said: the program
/// then looks at all files.
pub(crate) struct Notifier {
    /// What is watched: directories with all in them, and those in which named files stand. With what tells
    /// that another directory took the name.
    roots: Vec<(PathBuf, RecursiveMode, Option<Identity>)>,
    /// Stops when dropped. None where files are only looked at.
    watcher: Option<RecommendedWatcher>,
    /// How often the user wants all files to be looked at.
    poll: Option<Duration>,
    /// Why there are no notifications.
    pub(crate) why_polling: Option<String>,
    wake: Sender<Wake>,
    /// A notification is on its way and nobody looked since: one is enough.
    is_pending: Arc<AtomicBool>,
}

/// Device and inode, which may be given again, and the time of birth.
type Identity = (u64, u64, Option<SystemTime>);

impl Notifier {
    /// Watches these paths.
    pub(crate) fn new(paths: &[PathBuf], poll: Option<Duration>, wake: Sender<Wake>) -> Self {
        let root = |path: &PathBuf| {
            let above = || match path.parent() {
                Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
                _ => PathBuf::from("."),
            };
            let is_file = path.is_file();
            let mode = if is_file { RecursiveMode::NonRecursive } else { RecursiveMode::Recursive };
            (if is_file { above() } else { path.clone() }, mode, None)
        };
        let mut roots: Vec<_> = paths.iter().map(root).collect();
        roots.sort();
        roots.dedup();
        let is_pending = Arc::default();
        let mut notifier = Self { roots, watcher: None, poll, why_polling: None, wake, is_pending };
        notifier.start();
        notifier
    }

    /// How long to wait for a notification before all files are looked at.
    pub(crate) fn patience(&self) -> Duration {
        if self.watcher.is_some() { SAFETY } else { self.poll.unwrap_or(POLL) }
    }

    /// Is to be called before each look. Returns whether the directories had to be watched anew, since others
    /// took their names.
    pub(crate) fn renew(&mut self) -> bool {
        self.is_pending.store(false, Ordering::SeqCst);
        let is_same = |(path, _, before): &(PathBuf, _, Option<Identity>)| identity(path) == *before;
        if self.poll.is_some() || self.roots.iter().all(is_same) {
            return false;
        }
        self.start();
        true
    }

    fn start(&mut self) {
        self.watcher = None;
        self.roots.iter_mut().for_each(|(path, _, known)| *known = identity(path));
        self.why_polling = match self.watched() {
            _ if self.poll.is_some() => None,
            Ok(watcher) => {
                self.watcher = Some(watcher);
                None
            }
            Err(why) => Some(why),
        };
    }

    fn watched(&self) -> Result<RecommendedWatcher, String> {
        let (wake, is_pending) = (self.wake.clone(), Arc::clone(&self.is_pending));
        let handler = move |event: notify::Result<notify::Event>| {
            // Reading is not a change. An error counts as one, since a notification may be lost.
            let is_change = event.is_ok_and(|event| match event.kind {
                EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
                _ => true,
            });
            if is_change && !is_pending.swap(true, Ordering::SeqCst) {
                // At the end of the run the receiver is gone.
                let _ = wake.send(Wake::Changed);
            }
        };
        let mut watcher = notify::recommended_watcher(handler).map_err(|error| reason(&error))?;
        for (path, mode, known) in &self.roots {
            if known.is_none() {
                return Err(format!("{}: it does not exist", path.display()));
            }
            if is_on_network(path) {
                return Err(format!(
                    "{}: a network file system does not tell of others' changes",
                    path.display()
                ));
            }
            watcher.watch(path, *mode).map_err(|error| format!("{}: {}", path.display(), reason(&error)))?;
        }
        Ok(watcher)
    }
}

/// What went wrong, without the paths.
fn reason(error: &notify::Error) -> String {
    match &error.kind {
        notify::ErrorKind::Io(error) => error.to_string(),
        notify::ErrorKind::MaxFilesWatch => {
            "more directories than the system lets be watched (fs.inotify.max_user_watches)".to_owned()
        }
        _ => error.to_string(),
    }
}

/// What tells one directory from another of the same name.
fn identity(path: &Path) -> Option<Identity> {
    let metadata = std::fs::metadata(path).ok()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        Some((metadata.dev(), metadata.ino(), metadata.created().ok()))
    }
    #[cfg(not(unix))]
    {
        Some((0, 0, metadata.created().ok()))
    }
}

/// Whether other machines can change files here without this one being told.
fn is_on_network(path: &Path) -> bool {
    #[cfg(target_os = "linux")]
    {
        /// NFS, SMB and CIFS, 9P, FUSE (sshfs, object stores), Ceph, Lustre, GPFS, AFS: `statfs(2)`.
        const NETWORK: [u32; 10] = [
            0x6969,
            0x517B,
            0xFE53_4D42,
            0xFF53_4D42,
            0x0102_1997,
            0x6573_5546,
            0x00C3_6400,
            0x0BD0_0BD0,
            0x4750_4653,
            0x5346_414F,
        ];
        rustix::fs::statfs(path).is_ok_and(|status| NETWORK.contains(&(status.f_type as u32)))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = path;
        false
    }
}
