//! What several phones have: the finding about a certificate, and the names of the other phones.

use super::{Case, Finding, Sentence, sentence};
use crate::model::{Mac, Slot};

/// The certificates in these slots that other phones show too; `kind` is the word for them.
pub(super) fn shared_certificates(
    case: &Case<'_>,
    kind: &'static str,
    is_one: impl Fn(Slot) -> bool,
) -> Vec<Finding> {
    let shared = case.shared.iter().filter(|shared| is_one(shared.slot));
    let findings = shared.map(|shared| {
        let message = sentence!["The same ", kind, " certificate is in ", shared.phones, " phones"];
        let message = with_others(message, shared.phones, &shared.others);
        Finding::active(message, shared.seen.clone()).of_slot(Some(shared.slot))
    });
    findings.collect()
}

/// A sentence about this many phones, with the names of some of the others at its end.
pub(super) fn with_others(message: Sentence, phones: u64, others: &[Mac]) -> Sentence {
    let Some((last, others)) = others.split_last() else { return message.and(".".into()) };
    let is_all = others.len() as u64 + 2 == phones;
    let this = is_all.then(|| sentence!["this one"]);
    let before = this.into_iter().chain(others.iter().map(|other| sentence![*other]));
    let named = match before.reduce(|named, other| sentence![named, ", ", other]) {
        Some(before) => sentence![before, " and ", *last],
        None => sentence![*last],
    };
    match is_all {
        true => sentence![message, ": ", named, "."],
        false => sentence![message, ", ", named, " among them."],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_are_named_as_all_or_as_some() {
        let others: Vec<Mac> =
            ["0004F2000001", "0004F2000002", "0004F2000003"].map(|mac| mac.parse().unwrap()).into();
        let told = |phones, named| with_others("In phones".into(), phones, &others[..named]).to_string();
        assert_eq!(told(1, 0), "In phones.");
        assert_eq!(told(2, 1), "In phones: this one and 0004F2000001.");
        assert_eq!(told(4, 3), "In phones: this one, 0004F2000001, 0004F2000002 and 0004F2000003.");
        assert_eq!(told(9, 1), "In phones, 0004F2000001 among them.");
        assert_eq!(told(9, 3), "In phones, 0004F2000001, 0004F2000002 and 0004F2000003 among them.");
    }
}
