//! Makes compressed files and archives.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

/// When the members of [`tar`] were last changed.
pub const PACKED: i64 = 1_467_300_000;

pub fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// With a checksum, as the command line tool writes it.
pub fn zstd(content: &[u8]) -> Vec<u8> {
    let mut encoder = ::zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub fn tar<Name: AsRef<str>, Content: AsRef<[u8]>>(members: &[(Name, Content)]) -> Vec<u8> {
    let mut archive = ::tar::Builder::new(Vec::new());
    for (name, content) in members {
        let content = content.as_ref();
        let mut header = tar_header(content.len() as u64);
        archive.append_data(&mut header, name.as_ref(), content).unwrap();
    }
    archive.into_inner().unwrap()
}

/// The header of a member of this length.
pub fn tar_header(length: u64) -> ::tar::Header {
    let mut header = ::tar::Header::new_gnu();
    header.set_size(length);
    header.set_mode(0o644);
    header.set_mtime(PACKED as u64);
    header
}

pub fn zip<Name: AsRef<str>, Content: AsRef<[u8]>>(members: &[(Name, Content)]) -> Vec<u8> {
    let mut archive = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    let time = ::zip::DateTime::from_date_and_time(2016, 7, 1, 12, 0, 0).unwrap();
    let options = ::zip::write::SimpleFileOptions::default().last_modified_time(time);
    for (name, content) in members {
        archive.start_file(name.as_ref(), options).unwrap();
        archive.write_all(content.as_ref()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}
