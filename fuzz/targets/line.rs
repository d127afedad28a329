//! The grammar of lines, and the reader of a log in pieces.

#![no_main]

use libfuzzer_sys::fuzz_target;
use phonecert::digest::Fold;
use phonecert::line::{Line, line};
use phonecert::reader::Reader;
use phonecert::scan::digest_of;
use phonecert::window::Window;

fuzz_target!(|bytes: &[u8]| {
    let Some((&cut, log)) = bytes.split_first() else { return };
    for one in log.split(|&byte| byte == b'\n') {
        let (Line::Message { text, .. } | Line::Headerless(text)) = line(one);
        assert!(one.windows(text.len().max(1)).any(|part| part == text) || text.is_empty());
    }
    let whole = digest_of(log, Window::default());
    let mut reader = Reader::new(Fold::new(Window::default()), false);
    let (head, tail) = log.split_at(usize::from(cut).min(log.len()));
    reader.feed(head);
    tail.chunks(usize::from(cut) + 1).for_each(|piece| reader.feed(piece));
    let (fold, counts) = reader.finish();
    assert_eq!(fold.finish(counts), whole, "pieces give what the whole gives");
});
