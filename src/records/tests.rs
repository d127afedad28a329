use super::*;

fn stream() -> Vec<u8> {
    let mut bytes = Vec::new();
    let window = Window { since: Some("2016-07-01T00:00:00".parse().unwrap()), until: None };
    let mut writer = Writer::new(&mut bytes, &Header::new(&window, 1_467_400_000, true)).unwrap();
    writer.frame(FrameKind::Log, "0004F2A1B202".parse().ok(), b"a log").unwrap();
    writer.frame(FrameKind::Problem, None, b"").unwrap();
    writer.finish().unwrap();
    bytes
}

fn read(bytes: &[u8]) -> Result<Vec<Item>, Fault> {
    let mut reader = Reader::new(bytes);
    let mut items = Vec::new();
    while let Some(item) = reader.next_item()? {
        items.push(item);
    }
    Ok(items)
}

#[test]
fn what_is_written_is_read() {
    let items = read(&stream()).unwrap();
    assert_eq!(items.len(), 3);
    let Item::Header(header) = &items[0] else { panic!("{items:?}") };
    assert_eq!(header.window.since, Some("2016-07-01T00:00:00".parse().unwrap()));
    let log = Frame { kind: FrameKind::Log, mac: "0004F2A1B202".parse().ok(), payload: b"a log".to_vec() };
    assert_eq!(items[1], Item::Frame(log));
    let twice = [stream(), stream()].concat();
    assert_eq!(read(&twice).unwrap().len(), 6);
}

#[test]
fn every_changed_byte_is_refused() {
    let whole = stream();
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut changed = whole.clone();
            changed[at] ^= 1 << bit;
            assert!(read(&changed).is_err(), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn every_cut_is_refused() {
    let whole = stream();
    for length in 0..whole.len() {
        let fault = read(&whole[..length]).unwrap_err();
        assert!(
            matches!(fault, Fault::Cut) || length == 0 && matches!(fault, Fault::Empty),
            "{length}: {fault}"
        );
    }
    let two = [&whole[..], &whole[..whole.len() - 1]].concat();
    assert!(matches!(read(&two).unwrap_err(), Fault::Cut));
}

#[test]
fn frames_that_are_left_out_repeated_or_moved_are_refused() {
    let mut frames = Vec::new();
    let mut rest = &stream()[MAGIC.len()..];
    while !rest.is_empty() {
        let length = u32::from_le_bytes(rest[8..12].try_into().unwrap()) as usize + HEAD + CHECKSUM;
        frames.push(rest[..length].to_vec());
        rest = &rest[length..];
    }
    let made = |order: &[usize]| {
        let frames: Vec<u8> = order.iter().flat_map(|frame| frames[*frame].clone()).collect();
        [&MAGIC[..], &frames].concat()
    };
    assert!(read(&made(&[0, 1, 2, 3])).is_ok());
    for order in
        [&[0, 2, 1, 3][..], &[0, 1, 3], &[0, 1, 1, 2, 3], &[1, 2, 3], &[0, 0, 1, 2, 3], &[0, 1, 2, 3, 3]]
    {
        assert!(read(&made(order)).is_err(), "{order:?}");
    }
}

#[test]
fn other_files_and_other_versions_are_told_apart() {
    let fault = |bytes: &[u8]| read(bytes).unwrap_err().to_string();
    assert!(fault(b"0531131822|so   |*|00|text\n").contains("not a file of records"));
    assert!(fault(b"PCREC\0\0\x02rest").contains("format 2"));
    assert!(fault(&[&stream()[..], b"text text"].concat()).contains("follows the end"));
    let mut header = Header::new(&Window::default(), 0, true).pack().unwrap();
    header[..4].copy_from_slice(&(DIGEST_VERSION + 1).to_le_bytes());
    let mut bytes = MAGIC.to_vec();
    append_frame(FrameKind::Header, None, &header, &mut bytes).unwrap();
    let told = fault(&bytes);
    assert!(
        told.contains(&format!(
            "version {}, made by phonecert {}",
            DIGEST_VERSION + 1,
            env!("CARGO_PKG_VERSION")
        )),
        "{told}"
    );
}

/// A wrong length does not allocate memory.
#[test]
fn a_length_that_lies() {
    let mut bytes = stream()[..MAGIC.len()].to_vec();
    bytes.extend([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8]);
    assert!(matches!(read(&bytes).unwrap_err(), Fault::Cut));
    bytes[MAGIC.len() + 11] = 9;
    assert!(matches!(read(&bytes).unwrap_err(), Fault::Damaged(1)));
}
