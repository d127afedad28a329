//! The grammar of lines, and the reader of a log as a whole or as a stream.

#![no_main]

use libfuzzer_sys::fuzz_target;
use phonecert::input::Bytes;
use phonecert::line::{Line, line};
use phonecert::log::{digest_of, read};
use phonecert::window::Window;

fuzz_target!(|bytes: &[u8]| {
    let Some((&cut, log)) = bytes.split_first() else { return };
    for one in log.split(|&byte| byte == b'\n') {
        let (Line::Message { text, .. } | Line::Headerless(text)) = line(one);
        assert!(one.windows(text.len().max(1)).any(|part| part == text) || text.is_empty());
    }
    // The stream is read in pieces; a file of several phones is split.
    let mut pieces = log.chunks(usize::from(cut) + 1);
    let mut stream = Pieces { rest: pieces.next().unwrap_or_default(), pieces };
    let parts = read(Bytes::Stream(&mut stream), &Window::default(), None).parts;
    // Lines with a sender are compared by what the phone wrote, not byte for byte; headings as `tail` writes them are
    // not lines of the log below them.
    if let [part] = &parts[..]
        && part.name.is_none()
        && part.digest.entries.iter().all(|entry| entry.skipped == 0)
    {
        assert_eq!(part.digest, digest_of(log, &Window::default()), "pieces give what the whole gives");
    }
});

struct Pieces<'l> {
    rest: &'l [u8],
    pieces: std::slice::Chunks<'l, u8>,
}

impl std::io::Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.rest.is_empty() {
            self.rest = self.pieces.next().unwrap_or_default();
        }
        std::io::Read::read(&mut self.rest, buffer)
    }
}
