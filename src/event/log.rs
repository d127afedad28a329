//! What says something about the log itself: where it begins and ends, the clock, the upload.

use nom::branch::alt;
use nom::bytes::streaming::take_while1;
use nom::character::streaming::space0;
use nom::combinator::{map, map_opt, opt, verify};
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

use super::Event;
use super::words::{end, number, phrase, remainder, sign};

/// `---------- Initial log entry ----------` and `---------- Final log entry ----------`.
pub(super) fn banner(input: &[u8]) -> IResult<&[u8], Event> {
    let rule = || (take_while1(|byte| byte == b'-'), space0);
    let said = alt((
        map(phrase("Initial log entry"), |()| Event::LogStart { log_level: None, banner: true }),
        map(phrase("Final log entry"), |()| Event::LogEnd),
    ));
    delimited(rule(), said, (space0, rule(), end)).parse(input)
}

/// A component's own first line: `Initial log entry. Current logging level 4`.
pub(super) fn component_start(input: &[u8]) -> IResult<&[u8], Event> {
    let level = preceded((sign("."), phrase("Current logging level "), space0), number);
    let level = map_opt(level, |level| u8::try_from(level).ok().filter(|level| *level <= 6));
    let (input, log_level) =
        delimited(phrase("Initial log entry"), alt((map(level, Some), map(opt(sign(".")), |_| None))), end)
            .parse(input)?;
    Ok((input, Event::LogStart { log_level, banner: false }))
}

/// `Could not load time from HOST(HOST).`
pub(super) fn clock_failed(input: &[u8]) -> IResult<&[u8], Event> {
    preceded(phrase("Could not load time from "), something).map(|()| Event::ClockFailed).parse(input)
}

/// `UtilLogServerC::uploadFifoLog: upload error. protocol 0 result = 0`.
pub(super) fn upload_failed(input: &[u8]) -> IResult<&[u8], Event> {
    preceded(
        (phrase("UtilLogServerC::uploadFifoLog"), sign(":"), phrase("upload error")),
        map(remainder, |_| Event::UploadFailed),
    )
    .parse(input)
}

/// `Skipped uploading of failed log file …`.
pub(super) fn upload_skipped(input: &[u8]) -> IResult<&[u8], Event> {
    preceded(phrase("Skipped uploading of failed log file"), map(remainder, |_| Event::UploadFailed))
        .parse(input)
}

fn something(input: &[u8]) -> IResult<&[u8], ()> {
    map(verify(remainder, |said: &[u8]| !said.is_empty()), |_| ()).parse(input)
}

#[cfg(test)]
mod tests {
    use super::super::{Reading, read};
    use super::*;

    #[test]
    fn what_a_log_says_of_itself() {
        let start = |log_level, banner| Event::LogStart { log_level, banner };
        for (text, event) in [
            ("---------- Initial log entry ----------", start(None, true)),
            ("-----Initial log entry-----", start(None, true)),
            ("---------- Final log entry ----------", Event::LogEnd),
            ("Initial log entry. Current logging level 4", start(Some(4), false)),
            ("Initial log entry.", start(None, false)),
            ("Could not load time from 192.0.2.1(192.0.2.1).", Event::ClockFailed),
            ("UtilLogServerC::uploadFifoLog: upload error. protocol 0 result = 0", Event::UploadFailed),
            ("Skipped uploading of failed log file 0004f2a1b2c3-app.log", Event::UploadFailed),
        ] {
            let reading = read(text.as_bytes());
            assert!(
                matches!(&reading, Reading::Known(read) | Reading::Open(read) if *read == event),
                "{text}"
            );
        }
        for text in [
            "Initial log entry of the day",
            "---------- Nearly final ----------",
            "Skipped uploading of photos",
        ] {
            assert_eq!(read(text.as_bytes()), Reading::Unknown, "{text}");
        }
    }
}
