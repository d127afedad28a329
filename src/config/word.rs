//! The words that profiles, their selections, versions of TLS and lists of CAs have as values.
//!
//! Another text may be a password that was put into the wrong column of a table, so it is not shown.

/// The most digits of a number that is shown.
const MAX_DIGITS: usize = 10;

/// Known words without digits and separators. `sslvv` is that of `SSLv2v3`.
const WORDS: &str = "\
    builtin polycom platform application platformprofile applicationprofile profile \
    builtinandplatform platformandplatform builtinandapplication all none default custom and or \
    tls tlsv ssl sslv sslvv";

/// The most digits in a word.
const MAX_WORD_DIGITS: usize = 3;

/// Whether it is empty, or a number that is not too long to be shown.
pub(super) fn is_short_number(text: &str) -> bool {
    text.len() <= MAX_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is a number, a known word or nearly one, or several of these words with separators.
pub(super) fn is_near_known(text: &str) -> bool {
    let is_separator = |one: char| one.is_whitespace() || ",;+|/&".contains(one);
    is_short_number(text) || text.split(is_separator).all(is_near_word)
}

/// Whether at most a third of the letters of a known word are wrong in this one.
fn is_near_word(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let is_part = |one: &char| !one.is_ascii_digit() && !"_.-".contains(*one);
    let letters: String = word.chars().filter(is_part).map(|one| one.to_ascii_lowercase()).collect();
    let is_near = |known: &str| {
        let edits = known.len() / 3;
        letters.len().abs_diff(known.len()) <= edits && strsim::osa_distance(known, &letters) <= edits
    };
    digits <= MAX_WORD_DIGITS && (letters.is_empty() || WORDS.split(' ').any(is_near))
}

#[cfg(test)]
mod tests {
    use super::super::file::File;
    use super::super::fixture::element;

    #[test]
    fn only_known_words_and_nearly_known_ones_are_shown() {
        let names = [
            "device.sec.TLS.profile.deviceCert1",
            "sec.TLS.profile.2.deviceCert",
            "device.sec.TLS.profileSelection.dot1x",
            "sec.TLS.profileSelection.SIP",
            "device.sec.TLS.profile.caCertList1",
            "device.sec.TLS.protocol.prov",
            "sec.TLS.protocol.sip",
        ];
        let shown = |text: &str| {
            let all: Vec<_> = names.iter().map(|name| (*name, text)).collect();
            let read = File::parse("site.cfg", element(&all).as_bytes());
            let mut shown: Vec<_> =
                read.settings.iter().map(|one| one.value.as_text().unwrap().to_owned()).collect();
            assert_eq!(shown.len(), names.len());
            shown.dedup();
            shown.concat()
        };
        for word in [
            "",
            "1",
            "1234567890",
            "Builtin",
            "Polycom",
            "built-in",
            "platform 1",
            "Platfrom1",
            "Platform1,Platform2",
            "BuiltinAndPlatform1",
            "Platform1AndPlatform2",
            "Application7",
            "PlatformProfile1",
            "ApplicationProfile12",
            "Aplication_Profil1",
            "Application Profile 1",
            "All",
            "TLSv1_2",
            "TLSv1.3",
            "TLS1_2",
            "SSLv2v3",
            "TLSv1_0+TLSv1_1, TLSv1_2",
        ] {
            assert_eq!(shown(word), word);
        }
        for secret in [
            "Tr0ub4dor-3x!",
            "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
            "hunter2",
            "Pass phrase with 5 words!",
            "Platform1 hunter2",
            "12345678901",
            "all12345",
            "x",
        ] {
            let number = secret.len();
            let characters = if number == 1 { "character" } else { "characters" };
            assert_eq!(shown(secret), format!("(a text of {number} {characters}, not shown)"), "{secret}");
        }
    }
}
