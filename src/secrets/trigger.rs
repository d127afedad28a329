//! Whether a text is worth a look: it has a word that goes with a secret, or a run of characters as
//! long as the shortest key that is taken for one. Every text of a log is asked, and hardly any is.

/// So many characters of base64 in a row may be a key.
const RUN: usize = 24;

/// Whether `text` can hold a secret at all.
pub(super) fn is_worth_a_look(text: &[u8]) -> bool {
    let may_begin = |pair: &[u8]| FIRST[usize::from(pair[0])] & SECOND[usize::from(pair[1])] != 0;
    has_run(text) || text.windows(2).enumerate().any(|(at, pair)| may_begin(pair) && has_word(&text[at..]))
}

/// Among each [`RUN`] characters in a row stands one whose place is a multiple of it, less one.
fn has_run(text: &[u8]) -> bool {
    let is_base64 = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    (RUN - 1..text.len()).step_by(RUN).any(|at| {
        let before = text[..at].iter().rev().take_while(is_base64).count();
        let after = text[at..].iter().take_while(is_base64).count();
        after > 0 && before + after >= RUN
    })
}

/// The first letters of the words, and the second ones that go with each.
const LETTERS: [(u8, &[u8]); 4] = [(b':', b"/"), (b'p', b"awsr"), (b's', b"ieh"), (b'a', b"up")];

/// For each byte, which of the [`LETTERS`] it is: one bit each.
static FIRST: [u8; 256] = {
    let (mut table, mut place) = ([0; 256], 0);
    while place < LETTERS.len() {
        table[LETTERS[place].0 as usize] |= 1 << place;
        table[LETTERS[place].0.to_ascii_uppercase() as usize] |= 1 << place;
        place += 1;
    }
    table
};

/// For each byte, which of the [`LETTERS`] it goes with.
static SECOND: [u8; 256] = {
    let (mut table, mut place) = ([0; 256], 0);
    while place < LETTERS.len() {
        let mut second = 0;
        while second < LETTERS[place].1.len() {
            let letter = LETTERS[place].1[second];
            table[letter as usize] |= 1 << place;
            table[letter.to_ascii_uppercase() as usize] |= 1 << place;
            second += 1;
        }
        place += 1;
    }
    table
};

fn has_word(text: &[u8]) -> bool {
    let begins =
        |word: &str| text.get(..word.len()).is_some_and(|said| said.eq_ignore_ascii_case(word.as_bytes()));
    let begins_key = |word: &str| {
        begins(word) && {
            let rest = match &text[word.len()..] {
                [b' ' | b'_' | b'.' | b'-', rest @ ..] | rest => rest,
            };
            rest.get(..3).is_some_and(|key| key.eq_ignore_ascii_case(b"key"))
        }
    };
    match text[0].to_ascii_lowercase() {
        b':' => begins("://"),
        b'p' => begins("pass") || begins("pwd") || begins("psk") || begins("private"),
        b's' => begins("sip:") || begins("sips:") || begins("secret") || begins_key("shared"),
        _ => begins("authoriz") || begins_key("api"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    const TRIGGER: &str = r"(?i-u)private|authoriz|://|sips?:|pass|pwd|psk|secret|api[ _.-]?key|shared[ _.-]?key|[a-z0-9+/]{24}";

    proptest! {
        #[test]
        fn it_is_what_the_pattern_says(
            text in r"([psaPSA:./ _-]|ke|KEY|rivate|uthoriz|ip|hared|api|ecret|wd|sk|ass|[a-zA-Z0-9+/]{22,26}|é|ſ){0,9}"
        ) {
            let pattern = Regex::new(TRIGGER).unwrap();
            prop_assert_eq!(is_worth_a_look(text.as_bytes()), pattern.is_match(&text), "{}", text);
        }
    }

    #[test]
    fn runs_are_found_wherever_they_stand() {
        for before in 0..60 {
            for length in [RUN - 1, RUN, RUN + 1, 2 * RUN] {
                let text = ["-".repeat(before), "a".repeat(length), "-".to_owned()].concat();
                assert_eq!(is_worth_a_look(text.as_bytes()), length >= RUN, "{before} {length}");
            }
        }
    }
}
