//! Messages about the log itself: its beginning and end, the clock, the upload, and whether the boot applied the
//! configuration.

use nom::branch::alt;
use nom::bytes::streaming::take_while1;
use nom::combinator::{map, map_opt, opt};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

use super::words::{
    Rest, blanks0, blanks1, end, number, or_cut, other_words, phrase, punctuation, remainder, signed,
};
use super::{Event, Upload};

/// `---------- Initial log entry ----------` and `---------- Final log entry ----------`.
pub(super) fn banner(input: &[u8]) -> IResult<&[u8], Event> {
    let rule = || take_while1(|byte| byte == b'-');
    let said = alt((
        map(phrase("Initial log entry"), |()| Event::LogStart { log_level: None, banner: true }),
        map(phrase("Final log entry"), |()| Event::LogEnd),
    ));
    let (input, event) = preceded((rule(), blanks0), said).parse(input)?;
    terminated(or_cut((blanks0, rule())), end).map(|_| event.clone()).parse(input)
}

/// A component's own first line: `Initial log entry. Current logging level 4`.
pub(super) fn component_start(input: &[u8]) -> IResult<&[u8], Event> {
    let (input, ()) = phrase("Initial log entry")(input)?;
    let level = map_opt(number, |level| u8::try_from(level).ok().filter(|level| *level <= 6));
    let level = preceded((punctuation("."), phrase("Current logging level"), blanks1), level);
    let (input, log_level) = alt((map(end, |()| None), terminated(or_cut(level), end))).parse(input)?;
    Ok((input, Event::LogStart { log_level, banner: false }))
}

/// `Could not load time from HOST(HOST).`
pub(super) fn clock_failed(input: &[u8]) -> IResult<&[u8], Event> {
    let (input, ()) = phrase("Could not load time from")(input)?;
    let host = preceded(or_cut(blanks1), remainder);
    map_opt(host, |Rest { bytes, is_cut }| (is_cut || !bytes.is_empty()).then_some(Event::ClockFailed))
        .parse(input)
}

/// `UtilLogServerC::uploadFifoLog: upload error. protocol 0 result = 0`.
pub(super) fn upload_failed(input: &[u8]) -> IResult<&[u8], Event> {
    let (input, _) =
        (phrase("UtilLogServerC::uploadFifoLog"), punctuation(":"), phrase("upload error")).parse(input)?;
    map(other_words, |said| {
        let protocol = number_after(said, "protocol");
        let result = number_after(said, "result");
        Event::UploadFailed { protocol, result, upload: Upload::Tried }
    })
    .parse(input)
}

/// The number after this word and an optional equals sign.
fn number_after(said: Rest<'_>, word: &'static str) -> Option<i64> {
    let offset = memchr::memmem::find(said.bytes, word.as_bytes())?;
    let ended = [&said.bytes[offset..], b"\n"].concat();
    let (rest, number) =
        preceded((phrase(word), blanks0, opt(punctuation("=:"))), signed).parse(ended.as_slice()).ok()?;
    let is_whole = match rest {
        b"\n" => !said.is_cut,
        [b'.', digit, ..] if digit.is_ascii_digit() => false,
        [next, ..] => !next.is_ascii_alphanumeric(),
        [] => false,
    };
    is_whole.then_some(number)
}

/// `Skipped uploading of failed log file …`.
pub(super) fn upload_skipped(input: &[u8]) -> IResult<&[u8], Event> {
    let event = Event::UploadFailed { protocol: None, result: None, upload: Upload::Skipped };
    preceded(phrase("Skipped uploading of failed log file"), other_words).map(|_| event.clone()).parse(input)
}

/// `Failed to upload boot log on start up.`
pub(super) fn boot_log_upload_failed(input: &[u8]) -> IResult<&[u8], Event> {
    let event = Event::UploadFailed { protocol: None, result: None, upload: Upload::BootLog };
    (phrase("Failed to upload boot log"), or_cut((blanks1, phrase("on start up"))), end)
        .map(|_| event.clone())
        .parse(input)
}

/// `Could not set the custom header Content-Range for HTTP/s request. Head request failed to get
/// content-length of server file.`
pub(super) fn upload_size_unknown(input: &[u8]) -> IResult<&[u8], Event> {
    let words = phrase("Could not set the custom header Content-Range");
    preceded(words, other_words).map(|_| Event::UploadSizeUnknown).parse(input)
}

/// `Prov|Trying to boot from existing configuration`,
/// `Prov|Not setting device parameters since configuration was not updated.`
pub(super) fn configuration_not_applied(input: &[u8]) -> IResult<&[u8], Event> {
    let words = alt((
        phrase("Prov|Trying to boot from existing configuration"),
        phrase("Prov|Not setting device parameters since"),
    ));
    preceded(words, other_words).map(|_| Event::ConfigurationNotApplied).parse(input)
}

/// Tells the messages of one failed upload from those of the next. A skipped upload, or a failed one of the boot log, in
/// the same second as an upload error, before or after it, is not counted again. `S` is the second of a boot in which a
/// message was logged.
#[derive(Default)]
pub(crate) struct UploadAttempts<S> {
    /// The second of the last message, and whether one of the messages of its failure is an upload error.
    last: Option<(S, bool)>,
}

impl<S: PartialEq + Clone> UploadAttempts<S> {
    /// Takes the next message; `true` if it belongs to another upload than the message before.
    pub(crate) fn is_another(&mut self, second: S, upload: Upload) -> bool {
        self.is_another_until(second.clone(), second, upload)
    }

    /// The same for a message and its repeats, the last of which is of the second `until`.
    pub(crate) fn is_another_until(&mut self, second: S, until: S, upload: Upload) -> bool {
        let is_error = upload == Upload::Tried;
        let had_error = self.last.take().filter(|(last, _)| *last == second).map(|(_, had_error)| had_error);
        let is_same = had_error.is_some_and(|had_error| !(is_error && had_error));
        self.last = Some((until, is_error || (is_same && had_error == Some(true))));
        !is_same
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{known, no_event, unknown};
    use super::*;

    #[test]
    fn beginnings_ends_and_the_clock() {
        let start = |log_level, banner| Event::LogStart { log_level, banner };
        for (text, event) in [
            ("---------- Initial log entry ----------", start(None, true)),
            ("-----Initial log entry-----", start(None, true)),
            ("---------- Final log entry ----------", Event::LogEnd),
            ("Initial log entry. Current logging level 4", start(Some(4), false)),
            ("Initial log entry. Current logging level 0.", start(Some(0), false)),
            ("Initial log entry.", start(None, false)),
            ("Initial log entry", start(None, false)),
            ("Could not load time from 192.0.2.1(192.0.2.1).", Event::ClockFailed),
        ] {
            assert_eq!(known(text), event, "{text}");
        }
        unknown("Initial log entry of the day");
        unknown("---------- Nearly final ----------");
        no_event("Initial log entry. Current logging level 7");
        no_event("Could not load time from");
    }

    #[test]
    fn uploads() {
        let failed = |protocol, result, upload| Event::UploadFailed { protocol, result, upload };
        let error = "UtilLogServerC::uploadFifoLog: upload error";
        for (text, event) in [
            (". protocol 0 result = 0", failed(Some(0), Some(0), Upload::Tried)),
            (". protocol 0 result = 17", failed(Some(0), Some(17), Upload::Tried)),
            (". protocol 2 result = -1", failed(Some(2), Some(-1), Upload::Tried)),
            (", result 5.", failed(None, Some(5), Upload::Tried)),
            (". protocol 0x", failed(None, None, Upload::Tried)),
            ("", failed(None, None, Upload::Tried)),
        ] {
            assert_eq!(known(&format!("{error}{text}")), event, "{text}");
        }
        let skipped = failed(None, None, Upload::Skipped);
        assert_eq!(known("Skipped uploading of failed log file 0004f2a1b2c3-app.log"), skipped);
        let boot = failed(None, None, Upload::BootLog);
        assert_eq!(known("Failed to upload boot log on start up."), boot);
        unknown("UtilLogServerC::uploadFifoLog: upload errors");
        unknown("Skipped uploading of photos");
        unknown("Skipped uploading of failed log files");
        unknown("Failed to upload boot log on start up of the phone");
        unknown("Failed to upload photos");
    }

    #[test]
    fn what_stands_beside_other_findings() {
        let words = "Could not set the custom header Content-Range";
        for rest in ["", " for HTTP/s request. Head request failed to get content-length of server file."] {
            assert_eq!(known(&format!("{words}{rest}")), Event::UploadSizeUnknown);
        }
        for text in [
            "Prov|Trying to boot from existing configuration",
            "Prov|Not setting device parameters since configuration was not updated.",
        ] {
            assert_eq!(known(text), Event::ConfigurationNotApplied);
        }
        unknown("Could not set the custom header Content-Ranges");
        unknown("Could not set the custom header Accept");
        unknown("Prov|Trying to boot from existing configurations");
        unknown("Prov|Setting device parameters");
    }
}
