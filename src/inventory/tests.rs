use std::io;

use proptest::prelude::*;

use super::*;

fn read(text: impl AsRef<[u8]>) -> Inventory {
    Inventory::read("phones.csv", text.as_ref()).unwrap()
}

/// Each phone as `MAC model|part|revision@line`.
fn phones(inventory: &Inventory) -> Vec<String> {
    let rows = inventory.rows.iter().map(|(mac, row)| {
        let part = row.part_number.map(|part| part.to_string()).unwrap_or_default();
        let revision = row.revision.map(|revision| revision.to_string()).unwrap_or_default();
        format!("{mac} {}|{part}|{revision}@{}", row.model.as_deref().unwrap_or(""), row.line)
    });
    rows.collect()
}

fn messages(inventory: &Inventory) -> Vec<String> {
    inventory.problems.iter().map(|problem| problem.message.to_string()).collect()
}

const ONE: &str = "0004F2A1B2C3 VVX 500|2201-44500-001|B@2";

#[test]
fn columns_in_any_order_case_and_delimiter() {
    for text in [
        "mac,model,part_number,revision\n0004f2a1b2c3,VVX 500,2201-44500-001,B\n",
        "Revision;PART_NUMBER;Model;MAC\r\nb;2201-44500-001;VVX 500;00:04:F2:A1:B2:C3\r\n",
        "\u{feff}site, Mac ,Part Number,note,revision,model\nx,00-04-f2-a1-b2-c3,220144500001,\"a, \"\"b\"\"\",rev B,VVX 500",
        "\u{feff}\"mac\";\"model\";\"part-number\";\"revision\"\n\"0004.f2a1.b2c3\";\"VVX 500\";\"2201 44500 001\";\"B\"\n",
        "mac,model,part_number\n'0004f2a1b2c3, VVX 500 ,2201-44500-001 Rev B\n",
        "mac;model;part_number;revision;a,b\n00 04 f2 a1 b2 c3;VVX 500;2201-44500-001;B;1,2\n",
    ] {
        let inventory = read(text);
        assert_eq!(phones(&inventory), [ONE], "{text}");
        assert_eq!(messages(&inventory), [""; 0], "{text}");
    }
}

#[test]
fn a_column_or_a_field_may_be_missing() {
    assert_eq!(phones(&read("mac\n0004f2a1b2c3\n")), ["0004F2A1B2C3 ||@2"]);
    let inventory = read("mac,model,part_number,revision\n0004f2a1b2c3\n\n,,,\n0004f2a1b2c4,VVX 500,,\n");
    assert_eq!(phones(&inventory), ["0004F2A1B2C3 ||@2", "0004F2A1B2C4 VVX 500||@5"]);
    assert_eq!(messages(&inventory), [""; 0]);
    for first in ["sep=;\r\n", "SEP=,\n", "\u{feff}\"sep=;\"\n"] {
        let inventory = read(format!("{first}mac;model\n0004f2a1b2c3;VVX 500\n"));
        assert_eq!(phones(&inventory), ["0004F2A1B2C3 VVX 500||@3"], "{first}");
    }
    // Only the first line, and only with these two.
    for text in ["mac;model\nsep=;\n0004f2a1b2c3;VVX 500\n", "sep=|\nmac;model\n"] {
        let read = Inventory::read("inventory.csv", text.as_bytes());
        assert!(read.is_err() || !messages(&read.unwrap()).is_empty(), "{text}");
    }
    let inventory = read("\r\nmac\r\n0004f2a1b2c3\r\n\r\n0004f2a1b2c4");
    assert_eq!(phones(&inventory), ["0004F2A1B2C3 ||@3", "0004F2A1B2C4 ||@5"]);
}

#[test]
fn a_bad_row_names_its_line_and_the_rest_counts() {
    let inventory = read(
        "mac,model,part_number,revision\n\
         0004f2a1b2c,VVX 500,2201-44500-001,B\n\
         0004f2a1b2c3,VVX 500,2201-44500-001,B\n\
         ,VVX 500,,\n\
         0004f2a1b2c4,VVX 500,2201-4450-001,B\n\
         0004f2a1b2c5,VVX 500,2201-44500-001,B7\n",
    );
    assert_eq!(
        phones(&inventory),
        [
            "0004F2A1B2C3 VVX 500|2201-44500-001|B@3",
            "0004F2A1B2C4 VVX 500||B@5",
            "0004F2A1B2C5 VVX 500|2201-44500-001|@6"
        ]
    );
    assert_eq!(
        messages(&inventory),
        [
            "line 2: \"0004f2a1b2c\" is not a MAC address; the row is ignored",
            "line 4: \"\" is not a MAC address; the row is ignored",
            "line 5: \"2201-4450-001\" is not a valid part number; the rest of the row is used",
            "line 6: \"B7\" is not a valid revision; the rest of the row is used",
        ]
    );
    assert!(inventory.problems.iter().all(|problem| problem.path == "phones.csv"));
    assert!(inventory.problems.iter().all(|problem| problem.kind == ProblemKind::Unreadable));
}

#[test]
fn of_rows_that_differ_the_first_counts() {
    let inventory = read(
        "mac,model,part_number,revision\n\
         0004f2a1b2c3,VVX 500,2201-44500-001,B\n\
         00:04:F2:A1:B2:C3,vvx 500,220144500001,b\n\
         0004f2a1b2c3,VVX 500,2201-44500-001,A\n",
    );
    assert_eq!(phones(&inventory), [ONE]);
    assert_eq!(
        messages(&inventory),
        ["line 4: 0004F2A1B2C3 is already in line 2 with other details; line 2 is used"]
    );
}

const UNCLOSED: &str = "a quotation mark is not closed: the rows up to the next one are lost, and of this row only \
                        what is before the mark is used";

#[test]
fn an_unclosed_quote_is_reported_and_what_stands_before_it_counts() {
    let inventory = read(
        "mac,model,part_number,revision\n\
         0004f2a1b2c3,\"VVX 500,2201-44500-001,B\n\
         0004f2a1b2c4,\"VVX 500\",,\n\
         0004f2a1b2c5,VVX 500,,\n",
    );
    assert_eq!(phones(&inventory), ["0004F2A1B2C3 ||@2", "0004F2A1B2C5 VVX 500||@4"]);
    assert_eq!(messages(&inventory), [format!("line 2: {UNCLOSED}")]);
    // To the end of the file, and with the address after the quote.
    let inventory =
        read("model,mac\r\nVVX 400,0004f2a1b2c2\r\n\"VVX 500,0004f2a1b2c3\r\nVVX 600,0004f2a1b2c4\r\n");
    assert_eq!(phones(&inventory), ["0004F2A1B2C2 VVX 400||@2"]);
    assert_eq!(messages(&inventory), [format!("line 3: {UNCLOSED}")]);
}

#[test]
fn two_unclosed_quotes() {
    let inventory = read(
        "model;mac;site\n\
         VVX 500;0004f2a1b2c3;\"first\n\
         VVX 500;\"0004f2a1b2c4\";\n\
         VVX 500;0004f2a1b2c5;\"third\n\
         VVX 500;0004f2a1b2c6;\"fourth\"\n\
         VVX 500;0004f2a1b2c7;fifth\n",
    );
    let found = [3, 5, 7].map(|number| format!("0004F2A1B2C{number} VVX 500||@{}", number - 1));
    assert_eq!(phones(&inventory), found);
    assert_eq!(messages(&inventory), [2, 4].map(|line| format!("line {line}: {UNCLOSED}")));
}

#[test]
fn a_line_break_in_a_column_of_others_is_theirs() {
    let inventory =
        read("mac,site,model\n0004f2a1b2c3,\"first\r\nsecond\",VVX 500\n0004f2a1b2c4,x,VVX 600\n");
    assert_eq!(phones(&inventory), ["0004F2A1B2C3 VVX 500||@2", "0004F2A1B2C4 VVX 600||@4"]);
    assert_eq!(messages(&inventory), [""; 0]);
}

#[test]
fn without_a_mac_column_there_is_no_inventory() {
    for text in
        ["", "\n\n", "model,part_number\nVVX 500,2201-44500-001\n", "mac\tmodel\n0004f2a1b2c3\tVVX 500\n"]
    {
        let error = Inventory::read("phones.csv", text.as_bytes()).unwrap_err();
        assert!(matches!(error, InventoryError::NoMacColumn), "{text}");
    }
}

#[test]
fn utf_16_as_powershell_writes_it() {
    let text = "\u{feff}mac;model\r\n0004f2a1b2c3;VVX 500\r\n";
    for unit in [u16::to_le_bytes, u16::to_be_bytes] {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(unit).collect();
        let inventory = Inventory::read("phones.csv", &bytes[..]).unwrap();
        assert_eq!(phones(&inventory), ["0004F2A1B2C3 VVX 500||@2"]);
        assert_eq!(messages(&inventory), [""; 0]);
    }
}

#[test]
fn an_input_that_fails_is_an_error() {
    struct Failing;
    impl io::Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let input = b"mac\n0004f2a1b2c3\n".chain(Failing);
    assert!(matches!(Inventory::read("phones.csv", input), Err(InventoryError::Io(_))));
}

#[test]
fn text_that_is_not_utf_8_harms_its_own_field() {
    let inventory = read(b"mac,model,site\n0004f2a1b2c3,VVX 500,Z\xfcrich\n\xff\xff,VVX 500,x\n");
    assert_eq!(phones(&inventory), ["0004F2A1B2C3 VVX 500||@2"]);
    assert_eq!(inventory.problems.len(), 1);
}

#[test]
fn hostile_files_are_bounded() {
    let many = format!("mac\n{}0004f2a1b2c3\n", "x\n".repeat(MAX_PROBLEMS + 5));
    let inventory = read(many);
    assert_eq!((inventory.rows.len(), inventory.problems.len()), (1, MAX_PROBLEMS + 1));
    let last = inventory.problems.last().unwrap();
    assert_eq!(
        (last.kind, &*last.message.to_string()),
        (ProblemKind::LimitExceeded, "5 more problems with rows of this file")
    );

    let model = "é".repeat(10_000);
    let inventory = read(format!("mac,model,revision\n0004f2a1b2c3,{model},{model}\n"));
    let row = inventory.rows.values().next().unwrap();
    assert_eq!(row.model.as_ref().unwrap().chars().count(), MAX_SHOWN);
    assert!(inventory.problems[0].message.to_string().len() < 4 * MAX_SHOWN);
}

#[test]
fn expectation_needs_part_number_and_revision() {
    let inventory = read(
        "mac,part_number,revision\n\
         0004f2000001,2201-12360-001,A\n\
         0004f2000002,2201-12360-001,B\n\
         0004f2000003,2201-12360-001,\n\
         0004f2000004,,A\n\
         0004f2000005,3111-44500-001,A\n",
    );
    let expectations: Vec<_> = inventory.rows.values().map(InventoryRow::expectation).collect();
    assert!(
        matches!(expectations[0], Expectation::No { row } if row.model.to_string() == "SoundPoint IP 321")
    );
    assert_eq!(expectations[1], Expectation::Yes);
    assert_eq!(expectations[2..], [Expectation::Unknown; 3]);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Inventory::read("phones.csv", bytes.as_slice());
        let _ = Inventory::read("phones.csv", [b"mac,model\n".as_slice(), &bytes].concat().as_slice());
    }

    #[test]
    fn every_sound_row_counts_whatever_stands_between(
        noise in prop::collection::vec("[a-z,;'\" ]{0,30}", 0..20),
    ) {
        let mut text = "mac,model\n".to_owned();
        for (number, noise) in noise.iter().enumerate() {
            // A quote in the noise would close one of a noisy line and so make the valid row part of that
            // record.
            let noise = noise.replace('"', "");
            text.push_str(&format!("{noise}\n0004f20000{number:02x},VVX 500\n"));
        }
        prop_assert_eq!(read(&text).rows.len(), noise.len());
    }

    #[test]
    fn the_split_of_reads_does_not_matter(size in 1_usize..40, quote in any::<bool>()) {
        let quoted = if quote { "\"VVX 500\"" } else { "VVX 500" };
        let text = format!("mac;model\r\n0004f2a1b2c3;{quoted}\r\nx;y\r\n0004f2a1b2c4;\"a\"\"b\"");
        struct Slow<'a>(&'a [u8], usize);
        impl io::Read for Slow<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let size = self.1.min(buffer.len());
                self.0.read(&mut buffer[..size])
            }
        }
        let slow = Inventory::read("phones.csv", Slow(text.as_bytes(), size)).unwrap();
        prop_assert_eq!(slow, read(&text));
    }
}
