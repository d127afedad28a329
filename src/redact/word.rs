//! Pseudonyms of words: names, hosts, users, serial numbers, parts of paths.

use super::{Pseudonym, Redactor, address, mac, pseudonym};
use crate::secrets::{REDACTED, until_stable};

/// Ordinary words in the names of certificates and files, which are kept.
const COMMON_WORDS: &str = "\
    custom polycom poly sep phone device certificate cert ca root issuing sip vvx factory inc app log";

/// Prefix and suffix of each kind of pseudonym for words.
const FORMS: [(Pseudonym, &str, &str); 6] = [
    (Pseudonym::Host, "host-", ".example"),
    (Pseudonym::User, "user-", ""),
    (Pseudonym::Serial, "serial-", ""),
    (Pseudonym::Name, "name-", ""),
    (Pseudonym::Directory, "dir-", ""),
    (Pseudonym::File, "file-", ""),
];

/// The replacement of a word of this kind. A word that is an address is replaced as an address.
pub(super) fn of_word(of: Pseudonym, word: &str, redactor: &Redactor) -> String {
    if word.is_empty() || word == REDACTED || is_pseudonym(word, redactor) {
        return word.to_owned();
    }
    if let Some(instead) = mac::whole(word, redactor) {
        return instead;
    }
    if let Some(address) = address::whole(word) {
        return pseudonym::of_ip(word, address, redactor);
    }
    let canonical = match of {
        Pseudonym::Host => word.trim_end_matches('.').to_lowercase(),
        Pseudonym::User | Pseudonym::Serial => word.to_lowercase(),
        _ => word.to_owned(),
    };
    if canonical == "localhost" {
        return word.to_owned();
    }
    let number = redactor.number(of, &canonical);
    let (_, start, end) = FORMS.into_iter().find(|form| form.0 == of).unwrap_or((of, "name-", ""));
    format!("{start}{number}{end}")
}

/// Whether a word has the form of a pseudonym, so that it is kept.
pub(super) fn is_pseudonym(word: &str, redactor: &Redactor) -> bool {
    let found = FORMS.into_iter().find_map(|(of, start, end)| {
        let digits = word.strip_prefix(start)?.strip_suffix(end)?;
        let is_number = matches!(digits.len(), 1..=7) && digits.bytes().all(|byte| byte.is_ascii_digit());
        (is_number && (digits == "0" || !digits.starts_with('0'))).then_some((of, digits))
    });
    if let Some((of, digits)) = found {
        redactor.keep(of, digits.parse().unwrap_or(0));
    }
    found.is_some()
}

/// Redacts a name that may have several parts, such as `Custom-0004F206075D`. Addresses in it are replaced in
/// place and ordinary words are kept; each other part is replaced as a host, a user or a word of this kind.
pub(super) fn of_name(of: Pseudonym, name: &str, redactor: &Redactor) -> String {
    until_stable(name, |name| of_name_once(of, name, redactor)).into_owned()
}

fn of_name_once(of: Pseudonym, name: &str, redactor: &Redactor) -> String {
    let mut instead = String::with_capacity(name.len());
    let mut done = 0;
    for (range, mac) in mac::all(name, redactor) {
        let before = of_part(of, &name[done..range.start], redactor);
        // A digit directly before an address would make both look like one number.
        let joins = |text: &str| text.ends_with(|last: char| last.is_ascii_digit());
        instead.push_str(&before);
        if joins(&before) && !joins(&name[done..range.start]) {
            instead.push('-');
        }
        instead.push_str(&mac);
        done = range.end;
    }
    let rest = &name[done..];
    let after = of_part(of, rest, redactor);
    if done > 0 && after != rest && rest.starts_with(char::is_alphanumeric) {
        instead.push('-');
    }
    instead.push_str(&after);
    instead
}

/// Redacts a part of a name that contains no MAC address. Signs around its letters and digits are kept.
fn of_part(of: Pseudonym, part: &str, redactor: &Redactor) -> String {
    if part == REDACTED {
        return part.to_owned();
    }
    let core = part.trim_matches(|c: char| !c.is_alphanumeric());
    let mut words = core.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    if words.all(|word| COMMON_WORDS.split(' ').any(|common| common.eq_ignore_ascii_case(word))) {
        return part.to_owned();
    }
    let Some(start) = part.find(core) else { return String::new() };
    let (before, after) = (&part[..start], &part[start + core.len()..]);
    let instead = match core.split_once('@') {
        Some((user, host)) if !user.is_empty() && address::is_host(host) => {
            let user = of_word(Pseudonym::User, user, redactor);
            format!("{user}@{}", of_word(Pseudonym::Host, host, redactor))
        }
        _ if address::is_host(core) => of_word(Pseudonym::Host, core, redactor),
        _ => of_word(of, core, redactor),
    };
    format!("{before}{instead}{after}")
}
