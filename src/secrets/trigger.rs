//! Whether a text is worth a look: it has a word that goes with a secret, or a run of characters as
//! long as the shortest key that is taken for one. Every text of a log is asked, and hardly any is.

/// So many characters of base64 in a row may be a key.
const RUN: usize = 24;

/// So many may be one with `-` and `_` among them.
const URL_RUN: usize = 60;

/// And two runs of so many with one sign between may be lines of one.
const LINE: usize = 16;

/// Whether `text` can hold a secret at all.
pub(super) fn is_worth_a_look(text: &[u8]) -> bool {
    let may_begin = |pair: &[u8]| FIRST[usize::from(pair[0])] & SECOND[usize::from(pair[1])] != 0;
    has_run(text) || text.windows(2).enumerate().any(|(at, pair)| may_begin(pair) && has_word(&text[at..]))
}

/// Among each [`LINE`] characters in a row stands one whose place is a multiple of it, less one. No run
/// is gone over further than the longest that has to be known.
fn has_run(text: &[u8]) -> bool {
    let is_base64 = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let is_url = |byte: &&u8| is_base64(byte) || matches!(byte, b'-' | b'_');
    (LINE - 1..text.len()).step_by(LINE).any(|at| {
        let (head, rest) = text.split_at(at);
        if !is_url(&&rest[0]) {
            return false;
        }
        let before = head.iter().rev().take(URL_RUN).take_while(is_url).count();
        let after = rest.iter().take(URL_RUN).take_while(is_url).count();
        let plain = || {
            let before = head.iter().rev().take(RUN).take_while(is_base64).count();
            let after = rest.iter().take(RUN).take_while(is_base64).count();
            after > 0 && before + after >= RUN
        };
        let goes_on = || match &rest[after..] {
            [b' ' | b'|' | b'.' | b'\n' | b'\r' | b'\t', next @ ..] => {
                next.iter().take(LINE).take_while(is_url).count() == LINE
            }
            _ => false,
        };
        before + after >= LINE && (before + after >= URL_RUN || goes_on() || plain())
    })
}

/// The first letters of the words, and the second ones that go with each.
const LETTERS: [(u8, &[u8]); 8] = [
    (b':', b"/\\"),
    (b'/', b"/\\"),
    (b'%', b"23"),
    (b'p', b"awsri"),
    (b's', b"ieh"),
    (b'a', b"up"),
    (b't', b"o"),
    (b'c', b"r"),
];

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
    let begins_setting = |word: &str| {
        let sign = |byte: &u8| byte.is_ascii_digit() || b"=._-\"'\\".contains(byte);
        begins(word) && text.get(word.len()).is_some_and(sign)
    };
    match text[0].to_ascii_lowercase() {
        b':' | b'/' => true,
        b'%' => begins("%2f") || begins("%3a"),
        b'p' => {
            begins("pass")
                || begins("pwd")
                || begins("psk")
                || begins("private")
                || begins_setting("pw")
                || begins_setting("pin")
        }
        b's' => begins("sip:") || begins("sips:") || begins("secret") || begins_key("shared"),
        b't' => begins_setting("token"),
        b'c' => begins_setting("credential") || begins_setting("credentials"),
        _ => begins("authoriz") || begins_setting("auth") || begins_key("api"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    const TRIGGER: &str = concat!(
        r"(?i-u)private|authoriz|:[/\\]|/[/\\]|%2f|%3a|sips?:|pass|pwd|psk|secret|api[ _.-]?key|shared[ _.-]?key",
        r#"|(?:pw|pin|auth|token|credentials?)[0-9=._"'\\-]"#,
        r"|[a-z0-9+/]{24}|[a-z0-9+/_-]{60}|[a-z0-9+/_-]{16}[ |.\n\r\t][a-z0-9+/_-]{16}",
    );

    proptest! {
        #[test]
        fn it_is_what_the_pattern_says(
            text in r"([psatcPSATC:./ _|\n=%23fa\\-]|oken|in|uth|w|redential|%2F|[a-z_-]{13,17}|[a-z0-9/_-]{57,62}|ke|KEY|rivate|uthoriz|ip|hared|api|ecret|wd|sk|ass|[a-zA-Z0-9+/]{22,26}|é|ſ){0,9}"
        ) {
            let pattern = Regex::new(TRIGGER).unwrap();
            prop_assert_eq!(is_worth_a_look(text.as_bytes()), pattern.is_match(&text), "{}", text);
        }
    }

    #[test]
    fn runs_are_found_wherever_they_stand() {
        for before in 0..60 {
            let worth = |run: &str| is_worth_a_look([&",".repeat(before), run, ","].concat().as_bytes());
            for length in [RUN - 1, RUN, RUN + 1, 2 * RUN] {
                assert_eq!(worth(&"a".repeat(length)), length >= RUN, "{before} {length}");
            }
            for length in [URL_RUN - 1, URL_RUN, URL_RUN + 1] {
                assert_eq!(worth(&"a-".repeat(length)[..length]), length >= URL_RUN, "{before} {length}");
            }
            for length in [LINE - 1, LINE, LINE + 1] {
                let line = "a".repeat(length);
                assert_eq!(worth(&format!("{line}|{line}")), length >= LINE, "{before} {length}");
                assert!(!worth(&format!("{line}||{line}")));
            }
        }
    }
}
