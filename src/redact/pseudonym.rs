//! Pseudonyms: how each kind looks, and how one is known again.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::names::Kind;
use super::{Namer, address, mac};
use crate::model::Mac;
use crate::secrets::REDACTED;

/// Words in names of certificates and files that name nobody.
const COMMON_WORDS: [&str; 17] = [
    "custom",
    "polycom",
    "poly",
    "sep",
    "phone",
    "device",
    "certificate",
    "cert",
    "ca",
    "root",
    "issuing",
    "sip",
    "vvx",
    "factory",
    "inc",
    "app",
    "log",
];

/// How often a text is gone over until nothing more is found in it: once and a look is usual. What is
/// glued together without a sign between can show more of itself when a part of it is replaced.
const ROUNDS: usize = 5;

/// `text` after as many rounds as change it; all of it is hidden if that does not end.
pub(super) fn settled(text: &str, mut round: impl FnMut(&str) -> String) -> String {
    let mut settled = text.to_owned();
    for _ in 0..ROUNDS {
        let next = round(&settled);
        if next == settled {
            return settled;
        }
        settled = next;
    }
    REDACTED.to_owned()
}

/// How the pseudonyms of words begin and end.
const FORMS: [(Kind, &str, &str); 6] = [
    (Kind::Host, "host-", ".example"),
    (Kind::User, "user-", ""),
    (Kind::Serial, "serial-", ""),
    (Kind::Name, "name-", ""),
    (Kind::Directory, "dir-", ""),
    (Kind::File, "file-", ""),
];

/// The address that takes this one's place; none if it may stay.
pub(super) fn of_mac(mac: Mac, namer: &mut dyn Namer) -> Option<Mac> {
    let block = match mac.bytes() {
        [0, 0, 0, 0, 0, 0] | [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF] => return None,
        [0x02, 0x00, rest @ ..] => Some((Kind::Phone, rest)),
        [0x02, 0x80, rest @ ..] => Some((Kind::Mac, rest)),
        _ => None,
    };
    if let Some((kind, rest)) = block {
        namer.stays(kind, u64::from(u32::from_be_bytes(rest)));
        return None;
    }
    let (kind, number) = namer.mac(mac);
    let [a, b, c, d] = u32::try_from(number).unwrap_or(0).to_be_bytes();
    Some(Mac::new([0x02, if kind == Kind::Phone { 0x00 } else { 0x80 }, a, b, c, d]))
}

const IPV4_BLOCK: u32 = 0xF000_0000;

/// The same for an IPv4 address; those that name no machine stay.
pub(super) fn of_ipv4(address: Ipv4Addr, namer: &mut dyn Namer) -> Option<Ipv4Addr> {
    let bits = address.to_bits();
    // A mask: ones, then zeros, at least eight ones.
    let is_mask = bits.leading_ones() >= 8 && bits.leading_ones() + bits.trailing_zeros() >= 32;
    if address.is_loopback() || address.is_unspecified() || is_mask {
        return None;
    }
    if bits & IPV4_BLOCK == IPV4_BLOCK {
        namer.stays(Kind::Ipv4, u64::from(bits & !IPV4_BLOCK));
        return None;
    }
    Some(Ipv4Addr::from_bits(IPV4_BLOCK | u32::try_from(namer.ipv4(bits)).unwrap_or(0)))
}

const IPV6_BLOCK: u128 = 0x0100 << 112;

/// The same for an IPv6 address.
pub(super) fn of_ipv6(address: Ipv6Addr, namer: &mut dyn Namer) -> Option<Ipv6Addr> {
    let bits = address.to_bits();
    if address.is_loopback() || address.is_unspecified() {
        return None;
    }
    if bits & !u128::from(u64::MAX) == IPV6_BLOCK {
        namer.stays(Kind::Ipv6, (bits & u128::from(u64::MAX)) as u64);
        return None;
    }
    Some(Ipv6Addr::from_bits(IPV6_BLOCK | u128::from(namer.ipv6(bits))))
}

/// What takes the place of a word of this kind. A word that is an address is replaced as one.
pub(super) fn of_word(kind: Kind, word: &str, namer: &mut dyn Namer) -> String {
    if word.is_empty() || word == REDACTED || is_pseudonym(word, namer) {
        return word.to_owned();
    }
    if let Some(instead) = mac::whole(word, namer) {
        return instead;
    }
    match address::whole(word) {
        Some(IpAddr::V4(ipv4)) => return of_ipv4(ipv4, namer).map_or(word.to_owned(), |new| new.to_string()),
        Some(IpAddr::V6(ipv6)) => return of_ipv6(ipv6, namer).map_or(word.to_owned(), |new| new.to_string()),
        None => {}
    }
    let canonical = match kind {
        Kind::Host => word.trim_end_matches('.').to_lowercase(),
        Kind::User | Kind::Serial => word.to_lowercase(),
        _ => word.to_owned(),
    };
    if canonical == "localhost" {
        return word.to_owned();
    }
    let number = namer.word(kind, &canonical);
    let (_, start, end) = FORMS.into_iter().find(|form| form.0 == kind).unwrap_or((kind, "name-", ""));
    format!("{start}{number}{end}")
}

/// Whether a word looks like a pseudonym, and so stays.
pub(super) fn is_pseudonym(word: &str, namer: &mut dyn Namer) -> bool {
    let found = FORMS.into_iter().find_map(|(kind, start, end)| {
        let digits = word.strip_prefix(start)?.strip_suffix(end)?;
        let is_number = matches!(digits.len(), 1..=7) && digits.bytes().all(|byte| byte.is_ascii_digit());
        (is_number && (digits == "0" || !digits.starts_with('0'))).then_some((kind, digits))
    });
    if let Some((kind, digits)) = found {
        namer.stays(kind, digits.parse().unwrap_or(0));
    }
    found.is_some()
}

/// A name that can be made of several things, `Custom-0004F206075D`: addresses in it are replaced
/// where they stand, common words stay, and the rest is a word of this kind, or a host's, or a user's.
pub(super) fn of_name(kind: Kind, name: &str, namer: &mut dyn Namer) -> String {
    settled(name, |name| of_name_once(kind, name, namer))
}

fn of_name_once(kind: Kind, name: &str, namer: &mut dyn Namer) -> String {
    let mut instead = String::with_capacity(name.len());
    let mut done = 0;
    for (range, mac) in mac::all(name, namer) {
        let before = of_part(kind, &name[done..range.start], namer);
        // A number and an address beside each other would be read as one.
        let joins = |text: &str| text.ends_with(|last: char| last.is_ascii_digit());
        instead.push_str(&before);
        if joins(&before) && !joins(&name[done..range.start]) {
            instead.push('-');
        }
        instead.push_str(&mac);
        done = range.end;
    }
    let rest = &name[done..];
    let after = of_part(kind, rest, namer);
    if done > 0 && after != rest && rest.starts_with(char::is_alphanumeric) {
        instead.push('-');
    }
    instead.push_str(&after);
    instead
}

/// A part of a name without MAC address in it; what stands around its letters and digits stays.
fn of_part(kind: Kind, part: &str, namer: &mut dyn Namer) -> String {
    if part == REDACTED {
        return part.to_owned();
    }
    let core = part.trim_matches(|c: char| !c.is_alphanumeric());
    let mut words = core.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    if words.all(|word| COMMON_WORDS.contains(&word.to_ascii_lowercase().as_str())) {
        return part.to_owned();
    }
    let Some(start) = part.find(core) else { return String::new() };
    let (before, after) = (&part[..start], &part[start + core.len()..]);
    let instead = match core.split_once('@') {
        Some((user, host)) if !user.is_empty() && address::is_host(host) => {
            let user = of_word(Kind::User, user, namer);
            format!("{user}@{}", of_word(Kind::Host, host, namer))
        }
        _ if address::is_host(core) => of_word(Kind::Host, core, namer),
        _ => of_word(kind, core, namer),
    };
    format!("{before}{instead}{after}")
}
