//! Removes from a line what a terminal records with it: escape sequences, and the prompt of a pager.

const BELL: u8 = 7;
const ESCAPE: u8 = 0x1b;

/// Control characters that change the character set.
const SHIFT_OUT: u8 = 14;
const SHIFT_IN: u8 = 15;

/// The longest text for a terminal itself that is looked for, in bytes: a title, or the address of a link. One without an
/// end does not hide the rest of a line.
const MAX_CONTROL_STRING: usize = 1024;

/// The number of bars in the header of a line.
const HEADER_BARS: usize = 4;

/// The length of a text for the terminal, such as a window's title, whose kind follows the escape character: OSC `]`, DCS
/// `P`, APC `_`, PM `^` or SOS `X`. It ends with ST (`ESC \`), OSC also with BEL. A text with the header of a log's line is
/// none: its end was lost.
fn control_string(behind: &[u8]) -> Option<usize> {
    if !matches!(behind, [b']' | b'P' | b'_' | b'^' | b'X', ..]) {
        return None;
    }
    let near = &behind[..behind.len().min(MAX_CONTROL_STRING)];
    let end = memchr::memchr2(BELL, ESCAPE, near)?;
    let is_header = |text: &[u8]| memchr::memchr_iter(b'|', text).count() >= HEADER_BARS;
    match near[end..] {
        _ if is_header(&near[..end]) => None,
        [BELL, ..] if behind[0] == b']' => Some(end + 1),
        [ESCAPE, b'\\', ..] => Some(end + 2),
        _ => None,
    }
}

/// Removes the escape sequences for colours, such as `grep` writes around matches, those for character sets, which
/// terminals such as xterm and screen write with them: `ESC ( B`, or the control character SI, and texts for the terminal,
/// as a prompt writes a window's title. Where the cursor goes back, a carriage return is left. None if there are none.
pub(crate) fn without_colours(line: &[u8]) -> Option<Vec<u8>> {
    if !super::has_byte(ESCAPE, line) {
        return None;
    }
    let mut plain = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(escape) = memchr::memchr(ESCAPE, rest) {
        plain.extend_from_slice(&rest[..escape]);
        let behind = &rest[escape + 1..];
        let is_argument = |byte: &&u8| byte.is_ascii_digit() || **byte == b';';
        let arguments = behind.iter().skip(1).take_while(is_argument).count();
        let last = behind.get(1 + arguments).filter(|_| behind.first() == Some(&b'['));
        if last == Some(&b'D') {
            plain.push(b'\r');
        }
        rest = match behind {
            [b'(' | b')', b'0' | b'A' | b'B', rest @ ..] => rest,
            _ if matches!(last, Some(b'm' | b'K' | b'D')) => &behind[arguments + 2..],
            _ => &behind[control_string(behind).unwrap_or(0)..],
        };
    }
    plain.extend_from_slice(rest);
    plain.retain(|byte| !matches!(*byte, SHIFT_OUT | SHIFT_IN));
    Some(plain)
}

/// The longest prompt of `more`, in bytes.
const MAX_PROMPT: usize = 16;

/// Removes the prompt of `more` from within a line, as a terminal records it: it stops there if the line is longer than
/// the screen is wide. None if there is none.
pub(crate) fn without_prompt(line: &[u8]) -> Option<Vec<u8>> {
    let begin = memchr::memmem::find(line, b"--More--")?;
    let prompt = &line[begin..line.len().min(begin + MAX_PROMPT)];
    let end = begin + prompt.iter().position(|byte| *byte == b'\r')?;
    Some([&line[..begin], &line[end + 1..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(line: &str) -> Option<String> {
        without_colours(line.as_bytes()).map(|plain| String::from_utf8(plain).unwrap())
    }

    #[test]
    fn colours_are_left_out() {
        assert_eq!(plain("\x1b[01;31m\x1b[Kcert\x1b[m\x1b[K chain").as_deref(), Some("cert chain"));
        assert_eq!(plain("cert\x1b[2J\x1b[31").as_deref(), Some("cert[2J[31"));
        assert_eq!(plain("cert\x1b").as_deref(), Some("cert"));
        assert_eq!(plain("cert\x1b[4Dkey").as_deref(), Some("cert\rkey"));
        assert_eq!(plain("cert chain"), None);
        assert_eq!(plain("\x1b[32mcert\x1b(B\x1b[m").as_deref(), Some("cert"));
        assert_eq!(plain("\x1b[32mcert\x1b[m\x0f").as_deref(), Some("cert"));
        assert_eq!(plain("cert\x1b(").as_deref(), Some("cert("));
    }

    #[test]
    fn texts_for_the_terminal_are_left_out() {
        for text in [
            "\x1b]0;joe@host: ~\x07",
            "\x1b]8;;file:///a.log\x1b\\",
            "\x1bPtmux;x\x1b\\",
            "\x1b_x\x1b\\",
            "\x1b^x\x1b\\",
            "\x1bXx\x1b\\\x1b[m",
        ] {
            assert_eq!(plain(&format!("ce{text}rt")).as_deref(), Some("cert"), "{text:?}");
        }
        // Only a title ends with BEL.
        assert_eq!(plain("ce\x1bPx\x07rt").as_deref(), Some("cePx\x07rt"));
        // The rest of the line is not a title.
        let line = "ce\x1b]0;joe 0101000004|tls  |3|00|cert\x07";
        assert_eq!(plain(line).as_deref(), Some(&line.replace('\x1b', "")[..]));
        // Without an end, or before another sequence.
        assert_eq!(plain("ce\x1b]0;rt").as_deref(), Some("ce]0;rt"));
        assert_eq!(plain("ce\x1b]0;x\x1b[mrt\x07").as_deref(), Some("ce]0;xrt\x07"));
        for (length, is_left_out) in [(MAX_CONTROL_STRING - 2, true), (MAX_CONTROL_STRING - 1, false)] {
            let line = format!("ce\x1b]{}\x07rt", "x".repeat(length));
            assert_eq!(plain(&line).as_deref() == Some("cert"), is_left_out, "{length}");
        }
    }

    #[test]
    fn a_prompt_within_a_line_is_left_out() {
        let plain =
            |line: &str| without_prompt(line.as_bytes()).map(|plain| String::from_utf8(plain).unwrap());
        assert_eq!(plain("ce--More--(71%)\rrt").as_deref(), Some("cert"));
        assert_eq!(plain("ce--More--(71%)   \rrt"), None, "too long");
        assert_eq!(plain("ce--More--(71%)rt"), None);
        assert_eq!(plain("cert\r"), None);
    }
}
