//! Measures the width of texts on a terminal, and cuts them to a width.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The width of `text` in columns; wide characters take two. Hidden characters must have been replaced.
pub fn width(text: &str) -> usize {
    text.width()
}

/// `text` in at most `columns`; what does not fit is cut at the end and replaced by `…`.
pub fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    shortened(text, columns, |room| {
        let end = fitting(text.char_indices().map(|(at, c)| (at + c.len_utf8(), c)), room).unwrap_or(0);
        format!("{}…", text[..end].trim_end())
    })
}

/// `text` in at most `columns`; what does not fit is cut at the beginning and replaced by `…`.
/// So a path keeps its file name.
pub fn cut_front(text: &str, columns: usize) -> Cow<'_, str> {
    shortened(text, columns, |room| {
        let start = fitting(text.char_indices().rev(), room).unwrap_or(text.len());
        format!("…{}", text[start..].trim_start())
    })
}

/// `text` if it fits, else what `cut` makes of it with room for `…` left; nothing in no columns.
fn shortened(text: &str, columns: usize, cut: impl FnOnce(usize) -> String) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    columns.checked_sub(1).map_or(Cow::Borrowed(""), |room| Cow::Owned(cut(room)))
}

/// A path in at most `columns`, cut between two of its parts where that is possible: `…/x-app.log:12`.
pub fn cut_path(path: &str, columns: usize) -> String {
    if width(path) <= columns {
        return path.to_owned();
    }
    let tails = path.match_indices('/').map(|(at, _)| &path[at..]);
    let tail = tails.into_iter().find(|tail| width(tail) < columns);
    tail.map_or_else(|| cut_front(path, columns).into_owned(), |tail| format!("…{tail}"))
}

/// `text` in lines of at most `columns`, broken at blanks; a longer word is broken where it must be.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let options = textwrap::Options::new(columns.max(1))
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit);
    textwrap::wrap(text, options).into_iter().map(Cow::into_owned).collect()
}

/// The last offset, in the direction of the iterator, up to which the characters take at most `room` columns.
fn fitting(characters: impl Iterator<Item = (usize, char)>, room: usize) -> Option<usize> {
    let mut used = 0;
    let mut last = None;
    for (at, character) in characters {
        used += character.width().unwrap_or(0);
        if used > room {
            break;
        }
        last = Some(at);
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_at_either_end() {
        assert_eq!(cut("Custom-0004F206075D", 10), "Custom-00…");
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("電話機", 4), "電…");
        assert_eq!(cut("abc", 0), "");
        assert_eq!(cut("abc", 1), "…");
        assert_eq!(cut_front("logs/0004f206075d-app.log", 21), "…0004f206075d-app.log");
        assert_eq!(cut_front("電話機", 4), "…機");
        assert_eq!(cut_front("abc", 0), "");
    }

    #[test]
    fn wraps_long_words_too() {
        assert_eq!(wrap("the device.sec parameter", 10), ["the", "device.sec", "parameter"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("", 10), [""]);
    }
}
