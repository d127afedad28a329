//! Where the logs of a search are. This shows whether a master in another directory can be that of all phones.

use std::path::{Path, PathBuf};

use super::path::{is_within, normal};

/// Where all logs of a search are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LogLocation {
    /// There are none.
    #[default]
    Nowhere,
    /// All in this directory.
    In(PathBuf),
    /// In several directories: the deepest one that contains them all.
    Within(PathBuf),
    /// No directory that the user named contains them all.
    Scattered,
}

impl LogLocation {
    /// Adds a log in this directory.
    pub fn add(&mut self, directory: &Path) {
        let directory = normal(directory);
        *self = match std::mem::take(self) {
            Self::Nowhere => Self::In(directory),
            Self::In(known) if known == directory => Self::In(directory),
            Self::In(known) | Self::Within(known) => {
                common(&known, &directory).map_or(Self::Scattered, Self::Within)
            }
            Self::Scattered => Self::Scattered,
        };
    }

    /// Adds all logs of another location.
    pub fn append(&mut self, other: Self) {
        match other {
            Self::Nowhere => {}
            Self::In(directory) => self.add(&directory),
            Self::Within(directory) => {
                self.add(&directory);
                if let Self::In(directory) = self {
                    *self = Self::Within(std::mem::take(directory));
                }
            }
            Self::Scattered => *self = other,
        }
    }

    /// Whether all logs are in one directory, which contains this one.
    pub fn is_above(&self, directory: &Path) -> bool {
        matches!(self, Self::In(logs) if logs != directory && is_within(directory, logs))
    }

    /// Whether no log is in this directory, below it, or in a directory that contains it. The logs of two sites
    /// are never apart from the directory of one of them.
    pub fn is_apart_from(&self, directory: &Path) -> bool {
        let (Self::In(logs) | Self::Within(logs)) = self else { return false };
        !is_within(directory, logs) && !is_within(logs, directory)
    }
}

/// The deepest directory that contains both.
fn common(one: &Path, other: &Path) -> Option<PathBuf> {
    let both = one.components().zip(other.components());
    let common: PathBuf = both.take_while(|(one, other)| one == other).map(|(one, _)| one).collect();
    (is_within(one, &common) && is_within(other, &common)).then_some(common)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(directories: &[&str]) -> LogLocation {
        let mut location = LogLocation::default();
        for directory in directories {
            let mut one = LogLocation::default();
            one.add(Path::new(directory));
            location.append(one);
        }
        location
    }

    #[test]
    fn the_directory_of_all_logs() {
        let within = |directory: &str| LogLocation::Within(directory.into());
        assert_eq!(location(&[]), LogLocation::Nowhere);
        for (directories, expected) in [
            (&["a/logs"][..], LogLocation::In("a/logs".into())),
            (&["a/logs", "./a/logs"], LogLocation::In("a/logs".into())),
            (&["a/logs/1", "a/logs/2", "a/logs"], within("a/logs")),
            (&["a/logs/1", "./a/logs/2", "a/logs"], within("a/logs")),
            (&["a/logs", "b/logs"], within("")),
            (&["a/logs", "."], within("")),
            (&["../a", "../b"], within("..")),
            (&["/a", "/b/c"], within("/")),
            (&["../a", "b"], LogLocation::Scattered),
            (&["/a", "b"], LogLocation::Scattered),
            (&["/a", "b", "/a"], LogLocation::Scattered),
        ] {
            assert_eq!(location(directories), expected, "{directories:?}");
        }
    }

    #[test]
    fn above_a_directory() {
        let is_above = |logs: &[&str], directory: &str| location(logs).is_above(Path::new(directory));
        assert!(is_above(&["."], "cfg") && is_above(&["a", "./a"], "a/b/cfg") && is_above(&[""], "cfg.zip!"));
        for logs in [&["cfg"][..], &["cfg/logs"], &["logs"], &[".", "logs"], &["..", "."], &[]] {
            assert!(!is_above(logs, "cfg"), "{logs:?}");
        }
        let mut several = location(&["."]);
        several.append(location(&["a", "b"]));
        assert!(!several.is_above(Path::new("cfg")));
        let mut several = location(&["a", "b"]);
        several.append(location(&["."]));
        assert!(!several.is_above(Path::new("cfg")));
    }

    #[test]
    fn apart_from_a_directory() {
        let is_apart = |logs: &[&str], directory: &str| location(logs).is_apart_from(Path::new(directory));
        assert!(is_apart(&["logs"], "cfg") && is_apart(&["logs/1", "logs/2"], "cfg"));
        assert!(
            is_apart(&["."], "../cfg") && is_apart(&["logs"], "/srv/cfg") && is_apart(&["logs"], "logs2")
        );
        // Two sites, of which one has the directory.
        assert!(!is_apart(&["a/logs", "b/logs"], "a/cfg") && !is_apart(&["a", "b"], "cfg"));
        assert!(!is_apart(&["../a", "b"], "../cfg") && !is_apart(&["/a", "b"], "/cfg"));
        for directory in ["logs", "logs/cfg", ""] {
            assert!(!is_apart(&["logs"], directory), "{directory}");
        }
        assert!(!is_apart(&[], "cfg"));
    }
}
