//! Pseudonyms: how each kind looks, and how one is known again.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Pseudonym, Redactor, address, mac};
use crate::model::Mac;
use crate::secrets::REDACTED;

/// Words in names of certificates and files that name nobody.
const COMMON_WORDS: &str = "\
    custom polycom poly sep phone device certificate cert ca root issuing sip vvx factory inc app log";

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
const FORMS: [(Pseudonym, &str, &str); 6] = [
    (Pseudonym::Host, "host-", ".example"),
    (Pseudonym::User, "user-", ""),
    (Pseudonym::Serial, "serial-", ""),
    (Pseudonym::Name, "name-", ""),
    (Pseudonym::Directory, "dir-", ""),
    (Pseudonym::File, "file-", ""),
];

/// The pseudonym of this number for a phone of the report, or for another address.
pub(super) fn mac(of: Pseudonym, number: u32) -> Mac {
    let [a, b, c, d] = number.to_be_bytes();
    Mac::new([0x02, if of == Pseudonym::Phone { 0x00 } else { 0x80 }, a, b, c, d])
}

/// The address that takes this one's place; it stays if it names no machine or is a pseudonym.
pub(super) fn of_mac(address: Mac, redactor: &Redactor) -> Mac {
    match address.bytes() {
        [0, 0, 0, 0, 0, 0] | [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF] | [0x02, 0x00, ..] => address,
        [0x02, 0x80, rest @ ..] => {
            redactor.keep(Pseudonym::Mac, u64::from(u32::from_be_bytes(rest)));
            address
        }
        _ => match redactor.number_of_phone(address) {
            Some(number) => mac(Pseudonym::Phone, u32::try_from(number).unwrap_or(0)),
            None => {
                let number = redactor.number(Pseudonym::Mac, &address.to_string());
                mac(Pseudonym::Mac, u32::try_from(number).unwrap_or(0))
            }
        },
    }
}

const IPV4_BLOCK: u32 = 0xF000_0000;

/// The same for an IPv4 address.
pub(super) fn of_ipv4(address: Ipv4Addr, redactor: &Redactor) -> Ipv4Addr {
    let bits = address.to_bits();
    // A mask: ones, then zeros, at least eight ones.
    let is_mask = bits.leading_ones() >= 8 && bits.leading_ones() + bits.trailing_zeros() >= 32;
    if address.is_loopback() || address.is_unspecified() || is_mask {
        return address;
    }
    if bits & IPV4_BLOCK == IPV4_BLOCK {
        redactor.keep(Pseudonym::Ipv4, u64::from(bits & !IPV4_BLOCK));
        return address;
    }
    let number = redactor.number(Pseudonym::Ipv4, &address.to_string());
    Ipv4Addr::from_bits(IPV4_BLOCK | u32::try_from(number).unwrap_or(0))
}

const IPV6_BLOCK: u128 = 0x0100 << 112;

/// The same for an IPv6 address.
pub(super) fn of_ipv6(address: Ipv6Addr, redactor: &Redactor) -> Ipv6Addr {
    let bits = address.to_bits();
    if address.is_loopback() || address.is_unspecified() {
        return address;
    }
    if bits & !u128::from(u64::MAX) == IPV6_BLOCK {
        redactor.keep(Pseudonym::Ipv6, (bits & u128::from(u64::MAX)) as u64);
        return address;
    }
    Ipv6Addr::from_bits(IPV6_BLOCK | u128::from(redactor.number(Pseudonym::Ipv6, &address.to_string())))
}

/// The same for either.
pub(super) fn of_ip(address: IpAddr, redactor: &Redactor) -> IpAddr {
    match address {
        IpAddr::V4(ipv4) => of_ipv4(ipv4, redactor).into(),
        IpAddr::V6(ipv6) => of_ipv6(ipv6, redactor).into(),
    }
}

/// What takes the place of a word of this kind. A word that is an address is replaced as one.
pub(super) fn of_word(of: Pseudonym, word: &str, redactor: &Redactor) -> String {
    if word.is_empty() || word == REDACTED || is_pseudonym(word, redactor) {
        return word.to_owned();
    }
    if let Some(instead) = mac::whole(word, redactor) {
        return instead;
    }
    if let Some(address) = address::whole(word) {
        let instead = of_ip(address, redactor);
        return if instead == address { word.to_owned() } else { instead.to_string() };
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

/// Whether a word looks like a pseudonym, and so stays.
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

/// A name that can be made of several things, `Custom-0004F206075D`: addresses in it are replaced
/// where they stand, common words stay, and the rest is a word of this kind, or a host's, or a user's.
pub(super) fn of_name(of: Pseudonym, name: &str, redactor: &Redactor) -> String {
    settled(name, |name| of_name_once(of, name, redactor))
}

fn of_name_once(of: Pseudonym, name: &str, redactor: &Redactor) -> String {
    let mut instead = String::with_capacity(name.len());
    let mut done = 0;
    for (range, mac) in mac::all(name, redactor) {
        let before = of_part(of, &name[done..range.start], redactor);
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
    let after = of_part(of, rest, redactor);
    if done > 0 && after != rest && rest.starts_with(char::is_alphanumeric) {
        instead.push('-');
    }
    instead.push_str(&after);
    instead
}

/// A part of a name without MAC address in it; what stands around its letters and digits stays.
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
