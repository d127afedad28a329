//! Names of passwords and keys, and the words after them that are neither.

/// Endings of the names of secret settings, such as `reg.1.auth.password`.
pub(super) const PASSWORDS: &str = r"(?:password|passwort|passwd|pass[ _-]?phrase|pass[ _-]?code|\bpass|pwd|\b(?:bind|root)pw|psk|secret|\br[ow]community6?|(?:\bsnmp[a-z-]*[ \t]+community|\bcommunity[ \t]+(?:string|name))(?:[ \t]+(?:string|name))?)";

/// The same of keys, such as `customDeviceCert1.privateKey`. Ordinary words come after these more often.
pub(super) const KEYS: &str =
    r"(?:api|secret|private|(?:pre-?)?shared|psk|wep|wpa2?|wi-?fi|wlan|network|encryption|radius)[ _.-]?key";

/// What may follow the names of settings.
pub(super) const ENDINGS: &str = r"(?:[._-]?(?:\d+|value|hash|text)|\[\d+\]|\(\d+\))*";

/// Words that are not passwords where a password could be.
const ORDINARY: &str = "a an the this that it is was are were be been being not no never has have had must may can cannot could \
    should will would does did do of for from in on at to by with without and or if as than then too also only new old \
    required off missing needed empty blank unset set unchanged changed change changing reset default invalid valid wrong \
    incorrect correct bad ok failed fails failure error mismatch match matches accepted rejected refused denied expired \
    expires verified protected encrypted encryption hidden removed deleted added updated unknown ignored given entered \
    received sent stored read loaded saved applied used found provided prompt prompted policy file field length size \
    authentication auth protection parameter attribute value values hash type string format check retry attempt attempts requested \
    entry dialog screen login null none true false yes md5 sha1 sha-1 sha256 sha-256 base64";

/// Whether this is not a password, even where one could be.
pub(super) fn is_ordinary(said: &str) -> bool {
    let word = without_punctuation(said);
    word.is_empty() || is_one_of(ORDINARY, word)
}

/// A word without the punctuation around it.
fn without_punctuation(said: &str) -> &str {
    said.trim_matches(|c: char| !c.is_alphanumeric())
}

fn is_one_of(words: &str, word: &str) -> bool {
    words.split_ascii_whitespace().any(|known| known.eq_ignore_ascii_case(word))
}

/// What lines about networks say of a key in its place.
const MODES: &str = "index group pairwise ptk gtk pmk present absent installed cached enabled disabled 4-way";

/// The parts of the names of ciphers.
const CIPHERS: &str =
    "aes aes128 aes192 aes256 ccmp gcmp tkip cbc gcm ccm ctr cmac hmac sha sha1 sha256 sha384 128 192 256";

/// Whether this is a number, a mode or a cipher, or no key for another reason.
pub(super) fn is_no_key(said: &str) -> bool {
    let word = without_punctuation(said);
    let is_number = word.len() < 5 && word.bytes().all(|byte| byte.is_ascii_digit());
    is_number
        || is_ordinary(said)
        || is_one_of(MODES, word)
        || word.split(['-', '_']).all(|part| is_one_of(CIPHERS, part))
}
