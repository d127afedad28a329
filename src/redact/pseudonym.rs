//! The forms of the pseudonyms of addresses, and how they are recognized.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Pseudonym, Redactor};
use crate::model::Mac;

/// The pseudonym with this number: of a phone of the report, or of another address.
pub(super) fn mac(of: Pseudonym, number: u32) -> Mac {
    let [a, b, c, d] = number.to_be_bytes();
    Mac::new([0x02, if of == Pseudonym::Phone { 0x00 } else { 0x80 }, a, b, c, d])
}

/// Whether this address is the pseudonym of a phone of a report.
pub fn is_of_phone(address: Mac) -> bool {
    matches!(address.bytes(), [0x02, 0x00, ..])
}

/// The replacement of this address. An address that identifies no machine, or is a pseudonym already, is
/// returned unchanged.
pub(super) fn of_mac(address: Mac, redactor: &Redactor) -> Mac {
    match address.bytes() {
        [0, 0, 0, 0, 0, 0] | [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF] => address,
        _ if is_of_phone(address) => address,
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
    // A network mask: at least eight ones, then zeros.
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
fn of_ipv6(address: Ipv6Addr, redactor: &Redactor) -> Ipv6Addr {
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

/// The replacement of either, as text. An address that is kept stays as it is written.
pub(super) fn of_ip(written: &str, address: IpAddr, redactor: &Redactor) -> String {
    let instead: IpAddr = match address {
        IpAddr::V4(ipv4) => of_ipv4(ipv4, redactor).into(),
        IpAddr::V6(ipv6) => of_ipv6(ipv6, redactor).into(),
    };
    if instead == address { written.to_owned() } else { instead.to_string() }
}
