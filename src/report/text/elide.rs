//! Shortens a line of a log to a width: the words that are evidence stay, others are left out.

use std::borrow::Cow;

use super::width::{cut, width};

/// `text` in at most `columns`, with words replaced by `…`. Always kept are numbers, addresses, hosts and
/// quoted names. With [`Weight::BeforeValue`] as `least`, negations with the word after them and the words before
/// the values are kept too. Other words are kept from the first on as far as they fit; the name of the phone's function
/// comes last. A text without any words that must be kept is cut at its end. None if the words that must be
/// kept do not fit.
pub fn elide(text: &str, columns: usize, least: Weight) -> Option<String> {
    if width(text) <= columns {
        return Some(text.to_owned());
    }
    let words: Vec<Word> = words(text);
    let mut kept: Vec<bool> = words.iter().map(|word| word.weight <= least).collect();
    if words.iter().all(|word| word.weight > Weight::BeforeValue) {
        return Some(cut(text, columns).into_owned());
    }
    let mut shown = joined(&words, &kept);
    if width(&shown) > columns {
        return None;
    }
    let mut others: Vec<usize> = (0..words.len()).filter(|index| !kept[*index]).collect();
    others.sort_by_key(|index| words[*index].weight);
    for index in others {
        kept[index] = true;
        let more = joined(&words, &kept);
        if width(&more) <= columns {
            shown = more;
        } else {
            kept[index] = false;
        }
    }
    Some(shown)
}

/// The importance of a word, most important first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// A number, an address, a host or a quoted name.
    Value,
    /// `not`, `failed` and the like.
    Negation,
    /// A word that says what the value after it is.
    BeforeValue,
    /// Any other word.
    Other,
    /// The name of the phone's function.
    FunctionName,
}

struct Word<'t> {
    text: Cow<'t, str>,
    weight: Weight,
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut quoted = false;
    let mut words: Vec<Word<'_>> = Vec::new();
    for (index, word) in text.split(' ').filter(|word| !word.is_empty()).enumerate() {
        let was_quoted = quoted;
        quoted ^= word.matches('"').count() % 2 == 1 || word.starts_with('\'') != word.ends_with('\'');
        let weight = if was_quoted || word.contains(['"', '\'']) || is_value(word) {
            Weight::Value
        } else if is_negation(word) {
            Weight::Negation
        } else if index == 0 && word.ends_with(':') {
            Weight::FunctionName
        } else {
            Weight::Other
        };
        let before = words.last_mut().filter(|before| before.weight >= Weight::Other);
        if let (Some(before), Weight::Value) = (before, weight) {
            before.weight = Weight::BeforeValue;
        }
        let is_denied = words.last().is_some_and(|before| before.weight == Weight::Negation);
        let weight = if is_denied { weight.min(Weight::BeforeValue) } else { weight };
        words.push(Word { text: shortened(word), weight });
    }
    words
}

/// Whether a word is a number, an address, a host or a path.
fn is_value(word: &str) -> bool {
    let inner = word.trim_matches(|character: char| !character.is_alphanumeric());
    word.bytes().any(|byte| byte.is_ascii_digit()) || inner.contains('.') || inner.contains('/')
}

fn is_negation(word: &str) -> bool {
    const NEGATIONS: [&str; 10] = [
        "not",
        "no",
        "failed",
        "failure",
        "error",
        "invalid",
        "untrusted",
        "expired",
        "unavailable",
        "rejected",
    ];
    let inner = word.trim_matches(|character: char| !character.is_alphanumeric());
    NEGATIONS.iter().any(|negation| inner.eq_ignore_ascii_case(negation))
}

/// The beginning of a fingerprint, which is enough to distinguish certificates.
pub fn short_fingerprint(fingerprint: &str) -> String {
    const SHORT: usize = "70:8B:85:9C".len();
    match fingerprint.get(..SHORT) {
        Some(beginning) if fingerprint.len() > SHORT => format!("{beginning}…"),
        _ => fingerprint.to_owned(),
    }
}

/// Shortens a fingerprint, in its quotes; returns other words as they are.
fn shortened(word: &str) -> Cow<'_, str> {
    let inner = word.trim_matches(['"', '\'']);
    let is_pair = |pair: &str| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit());
    match inner.split(':').all(is_pair) {
        true => Cow::Owned(word.replace(inner, &short_fingerprint(inner))),
        false => Cow::Borrowed(word),
    }
}

/// The kept words, with one `…` for each run of other words.
fn joined(words: &[Word<'_>], kept: &[bool]) -> String {
    let mut shown: Vec<&str> = Vec::new();
    for (word, kept) in words.iter().zip(kept) {
        match kept {
            true => shown.push(&word.text),
            false if shown.last() != Some(&"…") => shown.push("…"),
            false => {}
        }
    }
    shown.join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const REFUSED: &str = "hwDescSecurityDeviceCredentialsStore: Could not store key for custom device key2, \
                           length 4677 is bigger than maximum 4096";

    #[test]
    fn what_a_line_proves_stays() {
        for (columns, shown) in [
            (200, REFUSED),
            (100, "… Could not store key for custom device key2, length 4677 is bigger than maximum 4096"),
            (53, "… not store … device key2, length 4677 … maximum 4096"),
        ] {
            assert_eq!(elide(REFUSED, columns, Weight::BeforeValue).as_deref(), Some(shown), "{columns}");
        }
        assert_eq!(elide(REFUSED, 52, Weight::BeforeValue), None);
        for columns in 21..=120 {
            let short = elide(REFUSED, columns, Weight::Value).unwrap();
            assert!(width(&short) <= columns, "{short}");
            assert!(["key2", "4677", "4096"].iter().all(|proof| short.contains(proof)), "{short}");
        }
        assert_eq!(elide(REFUSED, 21, Weight::Value).unwrap(), "… key2, … 4677 … 4096");
        assert_eq!(elide(REFUSED, 20, Weight::Value), None);
    }

    #[test]
    fn hosts_names_and_slots_stay() {
        for (text, columns, proofs) in [
            (
                "Could not load time from pool.ntp.org(192.0.2.1).",
                40,
                &["pool.ntp.org(192.0.2.1)", "not"][..],
            ),
            ("Custom platform device certificate 2 is not available", 30, &["certificate 2", "not"]),
            ("Custom platform device certificate 1 common name \"My Phone 7\"", 40, &["1", "\"My Phone 7\""]),
            (
                "MakeTlsConnection: SSL_connect to sip.example.com error 5",
                32,
                &["sip.example.com", "error 5"],
            ),
            (
                "Custom platform device certificate 1 MD5 fingerprint: 1C:2E:2B:B8:56:9D:80:6C:12:51:DC:C9:BE:E3:89:12",
                40,
                &["certificate 1", "1C:2E:2B:B8"],
            ),
        ] {
            let short = elide(text, columns, Weight::Value).unwrap();
            assert!(width(&short) <= columns && proofs.iter().all(|proof| short.contains(proof)), "{short}");
        }
    }

    #[test]
    fn a_text_that_proves_nothing_is_cut() {
        assert_eq!(elide("one two three", 5, Weight::Value).unwrap(), "one…");
        assert_eq!(elide("", 0, Weight::BeforeValue), Some(String::new()));
    }

    proptest! {
        #[test]
        fn any_text_fits_any_width(text in "([a-z]{1,9}|[0-9]{1,4}|not|'|\"|:|電|\\PC)( ([a-z]{1,9}|[0-9]{1,4}|not|'|\"|:|電|\\PC)){0,12}", columns in 0_usize..60) {
            for least in [Weight::Value, Weight::BeforeValue] {
                let short = elide(&text, columns, least);
                if let Some(short) = &short {
                    prop_assert!(width(short) <= columns, "{:?}", short);
                }
            }
        }
    }
}
