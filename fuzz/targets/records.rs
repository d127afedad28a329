//! A file of records. A fuzzer does not find valid checksums, so its bytes are also used as the payloads of frames
//! whose checksums are computed here.

#![no_main]

use libfuzzer_sys::fuzz_target;
use phonecert::model::Mac;
use phonecert::records::{Header, FrameKind, Writer};
use phonecert::window::Window;
use phonecert_fuzz::report_of_records;

fuzz_target!(|bytes: &[u8]| {
    let _ = report_of_records(bytes);
    let mac = Mac::new([0, 4, 0xF2, 0xA1, 0xB2, 0xC3]);
    let mut stream = Vec::new();
    let mut writer = Writer::new(&mut stream, &Header::new(&Window::default(), 0, true)).expect("memory takes all");
    // Kind and length of a frame, then its content.
    let mut rest = bytes;
    while let [kind, low, high, after @ ..] = rest {
        let (payload, after) = after.split_at(after.len().min(usize::from(u16::from_le_bytes([*low, *high]))));
        let (kind, mac) = match kind % 4 {
            0 => (FrameKind::Log, Some(mac)),
            1 => (FrameKind::Configuration, None),
            2 => (FrameKind::Problem, None),
            _ => (FrameKind::SkippedFiles, None),
        };
        writer.frame(kind, mac, payload).expect("memory takes all");
        rest = after;
    }
    writer.finish().expect("memory takes all");
    let _ = report_of_records(&stream);
});
