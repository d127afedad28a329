//! The phones with a log of which it is not known which configuration files they read.

use crate::model::Mac;
use crate::quantity::counted;
use crate::redact::Shown;

/// How many phones, the first of them, and the path of the master that it may read.
type CountWithExample = Option<(u64, Mac, Box<str>)>;

/// The phones with a log of which it is not known which configuration files they read.
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
    /// A sentence about each of the kinds of which there are phones.
    pub fn in_words(&self, shown: Shown<'_>) -> Vec<String> {
        let pair =
            |mac: &Mac, path: &str, joint: &str| format!("{} {joint} {}", shown.path(path), shown.mac(*mac));
        let without_master = self.without_master.as_ref().map(|(count, mac, path)| {
            let (were, their) = if *count == 1 { ("was", "its") } else { ("were", "their") };
            format!(
                "{} {were} judged without a master configuration file: it is not certain which one is {their} own (for \
                 example, whether {}); scan only {their} logs and that file's directory",
                counted(*count, "phone"),
                pair(mac, path, "is that of"),
            )
        });
        let without_model = self.without_model.as_ref().map(|(count, mac, path)| {
            format!(
                "the configuration of {} was judged only in part: what the master lists depends on the model, \
                 which no log names (for example, {}); name it with scan --inventory",
                counted(*count, "phone"),
                pair(mac, path, "for"),
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
