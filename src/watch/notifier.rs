//! Notifications of changes by the file system. If there are none, all files are polled every second.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::time::{Duration, SystemTime};

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use phonecert::input::or_here;

use super::Wake;

/// The polling interval if there are no notifications.
const POLL: Duration = Duration::from_secs(1);

/// The polling interval in addition to notifications, since mounted directories may send none.
const FALLBACK_POLL: Duration = Duration::from_secs(30);

/// The interval at which links and the watched directories themselves are compared. No notification reports that a
/// link's target or a directory above was replaced.
pub(crate) const COMPARE_LINKS: Duration = Duration::from_millis(500);

/// Wakes the program when something changes below the paths that the user named. It does not say what
/// changed: the program then compares all files.
pub(crate) struct Notifier {
    /// The watched directories: named ones recursively, and the parents of named files. The identity shows
    /// whether another directory has taken the name.
    roots: Vec<(PathBuf, RecursiveMode, Option<Identity>)>,
    /// The links that the last scan found, and what they led to.
    links: Vec<(PathBuf, Option<Target>)>,
    /// The watcher, which stops when dropped. None if files are polled.
    watcher: Option<RecommendedWatcher>,
    /// The polling interval that the user asked for.
    poll: Option<Duration>,
    /// Why there are no notifications, if so.
    pub(crate) why_polling: Option<String>,
    wake: Sender<Wake>,
    /// A wake-up has been sent and not been handled yet, so another one is not needed.
    is_pending: Arc<AtomicBool>,
}

/// Device, inode and time of creation. The last is needed since the inode of a removed directory may be
/// reused.
type Identity = (u64, u64, Option<SystemTime>);

/// What a link leads to: for a directory its identity, for a file also its size and the time of its last change.
#[derive(PartialEq, Eq)]
enum Target {
    Directory(Identity),
    File(Identity, u64, Option<SystemTime>),
}

impl Target {
    fn of(link: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(link).ok()?;
        let identity = identity_of(&metadata);
        Some(match metadata.is_dir() {
            true => Self::Directory(identity),
            false => Self::File(identity, metadata.len(), metadata.modified().ok()),
        })
    }
}

impl Notifier {
    /// Begins to watch these paths.
    pub(crate) fn new(paths: &[PathBuf], poll: Option<Duration>, wake: Sender<Wake>) -> Self {
        let root = |path: &PathBuf| {
            let above = || or_here(path.parent().unwrap_or(Path::new(""))).to_owned();
            let is_file = path.is_file();
            let mode = if is_file { RecursiveMode::NonRecursive } else { RecursiveMode::Recursive };
            (if is_file { above() } else { path.clone() }, mode, None)
        };
        let roots = BTreeSet::from_iter(paths.iter().map(root)).into_iter().collect();
        let is_pending = Arc::default();
        let links = Vec::new();
        let mut notifier = Self { roots, links, watcher: None, poll, why_polling: None, wake, is_pending };
        notifier.start();
        notifier
    }

    /// How long to wait for a notification before all files are compared anyway.
    pub(crate) fn wait_timeout(&self) -> Duration {
        if self.watcher.is_some() { FALLBACK_POLL } else { self.poll.unwrap_or(POLL) }
    }

    /// Must be called before each scan. Watches the directories again if others have taken their names; returns
    /// whether it did.
    pub(crate) fn renew(&mut self) -> bool {
        self.is_pending.store(false, Ordering::SeqCst);
        if self.poll.is_some() || self.has_same_roots() {
            return false;
        }
        self.start();
        true
    }

    fn has_same_roots(&self) -> bool {
        self.roots.iter().all(|(path, _, before)| identity(path) == *before)
    }

    /// Whether a link or the name of a watched directory leads to another target than at the last scan.
    pub(crate) fn has_new_target(&self) -> bool {
        self.watcher.is_some()
            && !(self.has_same_roots() && self.links.iter().all(|(link, before)| Target::of(link) == *before))
    }

    /// Takes the links that a search found; must be called before the files are compared. If they lead to other
    /// directories than before, these are watched from now on.
    pub(crate) fn follow(&mut self, links: &[PathBuf]) {
        let links: Vec<_> = links.iter().map(|link| (link.clone(), Target::of(link))).collect();
        let is_directory =
            |(_, target): &&(PathBuf, Option<Target>)| matches!(target, Some(Target::Directory(_)));
        let is_same = self.links.iter().filter(is_directory).eq(links.iter().filter(is_directory));
        self.links = links;
        if !is_same && self.watcher.is_some() {
            self.start();
            // No notification reported the changes since the search.
            if !self.is_pending.swap(true, Ordering::SeqCst) {
                let _ = self.wake.send(Wake::Changed);
            }
        }
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
            // Reading a file is not a change. An error is treated as one, since a notification may be lost.
            let is_change = event.is_ok_and(|event| match event.kind {
                EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
                _ => true,
            });
            if is_change && !is_pending.swap(true, Ordering::SeqCst) {
                // Sending fails only at the end of the run, when there is no receiver.
                let _ = wake.send(Wake::Changed);
            }
        };
        let mut watcher = notify::recommended_watcher(handler).map_err(|error| error.to_string())?;
        for (path, mode, known) in &self.roots {
            if known.is_none() {
                return Err(format!("{}: it does not exist", path.display()));
            }
            if is_on_network(path) {
                return Err(format!(
                    "{}: a network file system does not report changes made by other machines",
                    path.display()
                ));
            }
            watcher.watch(path, *mode).map_err(|error| error.to_string())?;
        }
        Ok(watcher)
    }
}

/// The identity of the directory that has this name now.
fn identity(path: &Path) -> Option<Identity> {
    std::fs::metadata(path).ok().as_ref().map(identity_of)
}

fn identity_of(metadata: &std::fs::Metadata) -> Identity {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        (metadata.dev(), metadata.ino(), metadata.created().ok())
    }
    #[cfg(not(unix))]
    {
        (0, 0, metadata.created().ok())
    }
}

/// Whether this is a network file system, on which other machines can change files without notifications
/// here.
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
