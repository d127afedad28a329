//! By what masters tell phones apart: an attribute of a master can be given for one model or part number, and the names
//! in it can have placeholders.

use crate::model::Mac;
use crate::reference::Model;

/// The placeholders in names for the phone's address, model and part number.
pub(super) const PHONE: &str = "[PHONE_MAC_ADDRESS]";
pub(super) const MODEL: &str = "[PHONE_MODEL]";
pub(super) const PART_NUMBER: &str = "[PHONE_PART_NUMBER]";

/// The model and the part number of a phone, as far as its log names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneKind {
    /// `VVX500`.
    model: Option<Box<str>>,
    /// `3111-44500-001`.
    part_number: Option<Box<str>>,
}

/// The elements of a master with one attribute that apply to a phone.
pub(super) struct Applicable<T> {
    pub(super) found: Vec<T>,
    /// The elements that apply instead if the phone is of their model or part number, which is not known.
    pub(super) perhaps: Vec<T>,
}

impl<T> Applicable<T> {
    /// Whether it is known which elements apply.
    pub(super) const fn is_sure(&self) -> bool {
        self.perhaps.is_empty()
    }
}

impl PhoneKind {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self { model: None, part_number: None };

    /// The kind of a phone whose log names this model (`VVX 500`) and assembly (`3111-44500-001`).
    pub fn new(model: Option<&str>, assembly: Option<&str>) -> Self {
        Self { model: model.map(|model| model_word(model).into()), part_number: assembly.map(Into::into) }
    }

    /// Whether the log names the model.
    pub(super) const fn has_model(&self) -> bool {
        self.model.is_some()
    }

    /// The elements with an attribute that apply to this phone: the ones of its model or part number if there are any,
    /// else the plain ones. `suffix` is `VVX500` of `CONFIG_FILES_VVX500`.
    pub(super) fn applicable<T>(
        &self,
        all: impl IntoIterator<Item = T>,
        suffix: impl Fn(&T) -> Option<&str>,
    ) -> Applicable<T> {
        let is = |known: &Option<Box<str>>, suffix: &str| {
            known.as_deref().map(|known| known.eq_ignore_ascii_case(suffix))
        };
        let (mut own, mut plain, mut perhaps) = (Vec::new(), Vec::new(), Vec::new());
        for one in all {
            match suffix(&one) {
                None => plain.push(one),
                Some(suffix) => {
                    let known = if is_part_number(suffix) { &self.part_number } else { &self.model };
                    match is(known, suffix) {
                        Some(true) => own.push(one),
                        Some(false) => {}
                        None => perhaps.push(one),
                    }
                }
            }
        }
        Applicable { found: if own.is_empty() { plain } else { own }, perhaps }
    }

    /// The name in a master with what is known of the phone in the place of the placeholders, except the address.
    pub(super) fn insert_into(&self, name: &str) -> String {
        [(MODEL, &self.model), (PART_NUMBER, &self.part_number)].into_iter().fold(
            name.to_owned(),
            |name, (placeholder, known)| match known {
                Some(known) => name.replace(placeholder, known),
                None => name,
            },
        )
    }
}

/// Whether a suffix is a part number, such as `3111-44500-001`. No model begins with a digit and has a hyphen.
fn is_part_number(suffix: &str) -> bool {
    suffix.starts_with(|first: char| first.is_ascii_digit()) && suffix.contains('-')
}

/// The names that an entry of a list can mean: phones write addresses in lower case, servers in any case.
pub(super) fn spellings(name: &str, mac: Mac) -> Vec<String> {
    if !name.contains(PHONE) {
        return vec![name.to_owned()];
    }
    let upper = mac.to_string();
    let mut names: Vec<String> =
        [upper.to_ascii_lowercase(), upper].iter().map(|digits| name.replace(PHONE, digits)).collect();
    names.dedup();
    names
}

/// The first placeholder in this name other than that for the address.
pub(super) fn placeholder(name: &str) -> Option<&str> {
    placeholders(name).next()
}

/// All placeholders in this name other than that for the address. Other texts in brackets are no placeholders.
pub(super) fn placeholders(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices("[PHONE_").filter_map(|(at, _)| {
        let whole = &name[at..=at + name[at..].find(']')?];
        let is_word = whole[1..whole.len() - 1].bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        (is_word && whole != PHONE).then_some(whole)
    })
}

/// The form of `VVX 500` in names of files and attributes: `VVX500`, `SPIP650`, `SSIP7000`, `SSDuo`. `IP 650` has that of
/// `SoundPoint IP 650`.
fn model_word(model: &str) -> String {
    let is_short = ["IP", "Polycom IP", "Duo"].iter().any(|short| model.starts_with(short));
    let whole = is_short.then(|| model.parse::<Model>().ok()).flatten().map(|model| model.to_string());
    let model = whole.as_deref().unwrap_or(model);
    let word: String = model.chars().filter(|character| character.is_ascii_alphanumeric()).collect();
    let word = word.strip_prefix("Polycom").unwrap_or(&word);
    for (long, short) in [("SoundPointIP", "SPIP"), ("SoundStationIP", "SSIP"), ("SoundStation", "SS")] {
        if let Some(rest) = word.strip_prefix(long) {
            return format!("{short}{rest}");
        }
    }
    word.to_owned()
}
