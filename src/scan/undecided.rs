//! The phones of which it is not known which configuration files they read.

use crate::model::Mac;
use crate::quantity::counted;
use crate::redact::Shown;

/// How many phones, the first of them, and the path of the master that it may read.
type CountWithExample = Option<(u64, Mac, Box<str>)>;

/// The phones of which it is not known which configuration files they read.
#[derive(Debug, Default)]
pub struct UndecidedPhones {
    /// No master is theirs for certain.
    pub(super) without_master: CountWithExample,
    /// What their master lists depends on the model, which is not known.
    pub(super) without_model: CountWithExample,
    /// It is not known which phones they are: how many, and a log of the first.
    pub(super) without_address: Option<(u64, Box<str>)>,
}

impl UndecidedPhones {
    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.without_master.is_none() && self.without_model.is_none() && self.without_address.is_none()
    }

    /// A sentence about each of the kinds of which there are phones.
    pub fn in_words(&self, shown: Shown<'_>) -> Vec<String> {
        let without_master = self.without_master.as_ref().map(|(count, mac, path)| {
            format!(
                "no master configuration file is used for {}: it is not certain which one is {} own (for example, whether \
                 {} is that of {}); scan that file's directory without the other ones",
                counted(*count, "phone"),
                if *count == 1 { "its" } else { "their" },
                shown.path(path),
                shown.mac(*mac),
            )
        });
        let without_model = self.without_model.as_ref().map(|(count, mac, path)| {
            format!(
                "the configuration of {} was judged only in part: what the master lists depends on the model, which no log \
                 names (for example, {} for {}); name it with scan --inventory",
                counted(*count, "phone"),
                shown.path(path),
                shown.mac(*mac),
            )
        });
        let without_address = self.without_address.as_ref().map(|(count, path)| {
            format!(
                "the configuration of {} was not judged: the MAC address is not known (for example, of {}); rename \
                 the log to <MAC>-app.log",
                counted(*count, "phone"),
                shown.path(path),
            )
        });
        without_master.into_iter().chain(without_model).chain(without_address).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_without_an_address_are_told() {
        let phones = UndecidedPhones { without_address: Some((2, "a/x.log".into())), ..Default::default() };
        let words = "the configuration of 2 phones was not judged: the MAC address is not known (for \
                     example, of a/x.log); rename the log to <MAC>-app.log";
        assert_eq!(phones.in_words(Shown::plain()), [words]);
    }
}
