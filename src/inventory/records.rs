//! Reads records of a CSV file one at a time, with their line numbers, in a buffer of fixed size.
//!
//! A quote that is never closed would make the rest of the file one record. Here such a record ends with its
//! first line, so that the following rows are read; of that line, the fields before the quote are used.

use std::io::{self, Read};

use csv_core::{ReadRecordResult, ReaderBuilder};

/// The longest record, in bytes; the rest of a longer one is skipped.
pub(super) const RECORD_MAX: usize = 64 * 1024;

/// The most fields of one record.
pub(super) const FIELDS_MAX: usize = 1024;

/// The next item in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A record; its fields are available until the next call.
    Record,
    /// An invalid record; reading continues after its first line. For an open quote, the fields before it are
    /// available until the next call.
    Bad(Fault),
    /// The end of the file.
    End,
}

/// How many bytes may be searched in vain for closing quotes. After that, each line is taken for a record.
const CREDIT_MAX: usize = 64 * RECORD_MAX;

/// How many bytes may be searched in vain per byte that was read successfully, so that the time is linear in
/// the file's size.
const CREDIT_PER_BYTE: usize = 4;

/// Why a record is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A line of more than [`RECORD_MAX`] bytes.
    LineTooLong,
    /// A quote that is opened and not closed within [`RECORD_MAX`] bytes.
    OpenQuote,
    /// More than [`FIELDS_MAX`] fields.
    TooManyFields,
}

pub(super) struct Records<R> {
    input: R,
    ended: bool,
    parser: csv_core::Reader,
    buffer: Vec<u8>,
    /// Offset of the unread part in the buffer.
    unread: usize,
    /// The line, from 1, in which the unread part begins.
    line: u64,
    /// Offset in the buffer, and line, of the beginning of the last record.
    start: (usize, u64),
    text: Vec<u8>,
    ends: Vec<usize>,
    fields: usize,
    credit: usize,
}

impl<R: Read> Records<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            ended: false,
            parser: csv_core::Reader::new(),
            buffer: Vec::new(),
            unread: 0,
            line: 1,
            start: (0, 1),
            text: vec![0; RECORD_MAX],
            ends: vec![0; FIELDS_MAX],
            fields: 0,
            credit: CREDIT_MAX,
        }
    }

    pub(super) fn set_delimiter(&mut self, delimiter: u8) {
        self.parser = ReaderBuilder::new().delimiter(delimiter).build();
    }

    /// The line in which the last record begins, from 1.
    pub(super) const fn line(&self) -> u64 {
        self.start.1
    }

    /// A field of the last record; empty if there is no such field.
    pub(super) fn field(&self, index: usize) -> &[u8] {
        if index >= self.fields {
            return &[];
        }
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start..self.ends[index]]
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.fields).map(|index| self.field(index))
    }

    /// The raw lines of the last record, without the first.
    pub(super) fn further_lines(&self) -> impl Iterator<Item = &[u8]> {
        let lines = self.buffer[self.start.0..self.unread].split(|byte| matches!(byte, b'\r' | b'\n'));
        lines.skip(1)
    }

    /// Reads the next record that is not an empty line.
    ///
    /// # Errors
    /// What the input returns.
    pub(super) fn next(&mut self) -> io::Result<Next> {
        loop {
            self.fill()?;
            match self.window().first() {
                None => return Ok(Next::End),
                Some(b'\r' | b'\n') => self.advance(1),
                Some(_) => break,
            }
        }
        self.start = (self.unread, self.line);
        self.parser.reset();
        let mut window = &self.buffer[self.unread..self.buffer.len().min(self.unread + RECORD_MAX)];
        let mut complete = self.ended && self.unread + window.len() == self.buffer.len();
        if self.credit < RECORD_MAX
            && let Some(end) = line_end(window)
        {
            (window, complete) = (&window[..end], true);
        }
        let (mut result, read, written, mut fields) =
            self.parser.read_record(window, &mut self.text, &mut self.ends);
        if result == ReadRecordResult::InputEmpty && complete {
            // The last line has no line break, so one is passed to the parser. If it does not end the record,
            // a quote is open.
            let (text, ends) = (&mut self.text[written..], &mut self.ends[fields..]);
            let (last, _, _, more_fields) = self.parser.read_record(b"\n", text, ends);
            (result, fields) = (last, fields + more_fields);
        }
        self.fields = 0;
        match result {
            ReadRecordResult::Record => {
                self.fields = fields;
                self.advance(read);
                Ok(Next::Record)
            }
            ReadRecordResult::OutputEndsFull => self.skip_first_line(read, Fault::TooManyFields),
            _ => self.skip_first_line(read, Fault::OpenQuote),
        }
    }

    /// Goes back to the second line of the last record.
    ///
    /// # Errors
    /// What the input returns.
    pub(super) fn go_on_behind_first_line(&mut self) -> io::Result<()> {
        let read = self.unread - self.start.0;
        self.go_back();
        self.skip_first_line(read, Fault::OpenQuote)?;
        Ok(())
    }

    /// Goes back to the beginning of the last record.
    pub(super) const fn go_back(&mut self) {
        (self.unread, self.line) = self.start;
    }

    /// Skips the first line of what was searched in vain. A line that is longer than the longest record is a
    /// fault of its own.
    fn skip_first_line(&mut self, read: usize, fault: Fault) -> io::Result<Next> {
        self.credit = self.credit.saturating_sub(read);
        let mut fault = fault;
        if fault == Fault::OpenQuote {
            self.read_before_quote();
        }
        loop {
            let window = self.window();
            if let Some(end) = line_end(window) {
                self.advance(end);
                return Ok(Next::Bad(fault));
            }
            let length = window.len();
            if length >= RECORD_MAX {
                fault = Fault::LineTooLong;
            }
            self.advance(length);
            self.fill()?;
            if self.window().is_empty() {
                return Ok(Next::Bad(fault));
            }
        }
    }

    /// Parses the complete fields of the first line before the open quote.
    fn read_before_quote(&mut self) {
        let end = self.unread + line_end(self.window()).unwrap_or(0);
        self.parser.reset();
        let line = &self.buffer[self.unread..end];
        let (.., fields) = self.parser.read_record(line, &mut self.text, &mut self.ends);
        self.fields = fields;
    }

    fn window(&self) -> &[u8] {
        &self.buffer[self.unread..self.buffer.len().min(self.unread + RECORD_MAX)]
    }

    /// Marks bytes as read and counts their line breaks: LF, CR LF, or CR alone.
    fn advance(&mut self, length: usize) {
        let end = self.unread + length;
        for place in self.unread..end {
            let breaks = match self.buffer[place] {
                b'\n' => true,
                b'\r' => self.buffer.get(place + 1) != Some(&b'\n'),
                _ => false,
            };
            self.line += u64::from(breaks);
        }
        self.unread = end;
        self.credit = (self.credit + CREDIT_PER_BYTE * length).min(CREDIT_MAX);
    }

    /// Reads until the buffer can contain a whole record and the byte after it.
    fn fill(&mut self) -> io::Result<()> {
        if self.ended || self.buffer.len() - self.unread > RECORD_MAX {
            return Ok(());
        }
        self.buffer.drain(..self.unread);
        self.unread = 0;
        let missing = (2 * RECORD_MAX - self.buffer.len()) as u64;
        let read = self.input.by_ref().take(missing).read_to_end(&mut self.buffer)?;
        self.ended = (read as u64) < missing;
        Ok(())
    }
}

fn line_end(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<(u64, Vec<String>)> {
        let mut records = Records::new(bytes);
        let mut found = Vec::new();
        loop {
            match records.next().unwrap() {
                Next::End => return found,
                Next::Bad(fault) => found.push((records.line(), vec![format!("{fault:?}")])),
                Next::Record => {
                    let fields = records.fields().map(|field| String::from_utf8_lossy(field).into_owned());
                    found.push((records.line(), fields.collect()));
                }
            }
        }
    }

    fn record(line: u64, fields: &[&str]) -> (u64, Vec<String>) {
        (line, fields.iter().map(|field| (*field).to_owned()).collect())
    }

    #[test]
    fn lines_of_any_ending_are_counted() {
        let wanted = [record(1, &["a", "b"]), record(3, &["c", "d"]), record(4, &["e"])];
        for end in ["\n", "\r\n", "\r"] {
            assert_eq!(read(["a,b", "", "c,d", "e"].join(end).as_bytes()), wanted, "{end:?}");
            assert_eq!(read((["a,b", "", "c,d", "e"].join(end) + end).as_bytes()), wanted, "{end:?}");
        }
    }

    #[test]
    fn quoted_fields_may_hold_anything() {
        assert_eq!(
            read(b"\"a,\"\"b\"\"\r\nc\",d\r\ne,\"f\"\r\n\"g\""),
            [record(1, &["a,\"b\"\r\nc", "d"]), record(3, &["e", "f"]), record(4, &["g"])]
        );
        assert_eq!(read(b"12\" stand,b\nc,d\n"), [record(1, &["12\" stand", "b"]), record(2, &["c", "d"])]);
    }

    #[test]
    fn an_open_quote_costs_one_line() {
        assert_eq!(
            read(b"a,\"b\nc,d\ne,f"),
            [record(1, &["OpenQuote"]), record(2, &["c", "d"]), record(3, &["e", "f"])]
        );
        assert_eq!(read(b"a,\"b"), [record(1, &["OpenQuote"])]);
        let long = [b"a,\"b\n".as_slice(), &b"c,d\n".repeat(50_000)].concat();
        assert_eq!(read(&long).len(), 50_001);
    }

    /// Each of these lines opens a quote, whether or not one is already open.
    #[test]
    fn quotes_opened_in_every_line_cost_time_linear_in_the_file() {
        for end in ["\n", "\r"] {
            let bytes = [format!("a\",\"{end}").repeat(400_000), format!("b,c{end}d,e{end}")].concat();
            let found = read(bytes.as_bytes());
            assert_eq!(found.len(), 400_002);
            assert_eq!(found[400_000..], [record(400_001, &["b", "c"]), record(400_002, &["d", "e"])]);
        }
    }

    #[test]
    fn long_lines_and_many_fields_lose_no_other_row() {
        for length in [RECORD_MAX - 1, RECORD_MAX, RECORD_MAX + 1, 3 * RECORD_MAX + 7] {
            let bytes = [vec![b'x'; length], b"\na,b\n".to_vec()].concat();
            let found = read(&bytes);
            assert_eq!(found.len(), 2, "{length}");
            assert_eq!(found[1], record(2, &["a", "b"]));
            assert_eq!(found[0].1[0] == "LineTooLong", length >= RECORD_MAX, "{length}");
        }
        let fields = |count: usize| read(&[",".repeat(count - 1).as_bytes(), b"\na,b\n"].concat());
        assert_eq!(fields(FIELDS_MAX)[0].1.len(), FIELDS_MAX);
        assert_eq!(fields(FIELDS_MAX + 1), [record(1, &["TooManyFields"]), record(2, &["a", "b"])]);
    }

    #[test]
    fn an_empty_file_has_no_record() {
        assert_eq!(read(b""), []);
        assert_eq!(read(b"\r\n\n\r"), []);
        assert_eq!(read(b"\xef\xbb\xbfa\n"), [record(1, &["a"])]);
    }
}
