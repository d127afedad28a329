//! Makes the corpus from the seeds and from the logs of `testdata/`.

use std::error::Error;
use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use zip::write::SimpleFileOptions;

/// Longer logs only make the fuzzer slower.
const LONGEST: usize = 8 * 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    find(&home.join("seeds"), &mut files)?;
    find(&home.join("../testdata"), &mut files)?;
    files.sort();
    let corpus = Corpus { folder: home.join("corpus") };
    if let Some(records) = files.iter().find(|file| file.ends_with("records/samples.pcr.zst")) {
        corpus.records(&zstd::decode_all(&fs::read(records)?[..])?)?;
    }
    for (number, file) in files.iter().enumerate() {
        let name = file.to_string_lossy();
        let content = fs::read(file)?;
        let content = &content[..content.len().min(LONGEST)];
        if name.ends_with(".csv") {
            corpus.add("inventory", number, content)?;
        } else if [".key", ".pem", ".p7b"].iter().any(|ending| name.ends_with(ending)) {
            let value = String::from_utf8_lossy(content).replace('\n', " ");
            for parameter in ["sec.TLS.customDeviceCert.1", "sec.TLS.customDeviceKey.1", "sec.TLS.customCaCert.1"] {
                let file = format!("<a device.set=\"1\" CONFIG_FILES=\"site.cfg\" {parameter}=\"{value}\"/>");
                corpus.add("config", 10 * number + parameter.len() % 10, file.as_bytes())?;
            }
        } else if name.contains(".log") {
            corpus.add("log", number, content)?;
            corpus.add("line", number, &[&[17], content].concat())?;
            for (line, text) in content.split(|&byte| byte == b'\n').enumerate() {
                let text = text.rsplit(|&byte| byte == b'|').next().unwrap_or(text);
                corpus.add("event", 1_000 * number + line, text)?;
            }
            for (form, archive) in archives(&content[..content.len().min(1024)])?.iter().enumerate() {
                corpus.add("archive", 100 * number + form, archive)?;
            }
        }
    }
    Ok(())
}

struct Corpus {
    folder: PathBuf,
}

impl Corpus {
    /// Each short frame of a file of records, as the target makes one of it: kind, length, payload.
    fn records(&self, stream: &[u8]) -> std::io::Result<()> {
        let mut rest = stream.get(8..).unwrap_or_default();
        let mut number = 0;
        while let [kind, _, _, _, _, _, _, _, a, b, c, d, after @ ..] = rest {
            let length = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
            let Some(payload) = after.get(..length) else { break };
            if let (2.., Ok(short)) = (*kind, u16::try_from(length)) {
                let frame = [&[kind - 2][..], &short.to_le_bytes(), payload].concat();
                self.add("records", number, &frame)?;
            }
            number += 1;
            rest = after.get(length + 8..).unwrap_or_default();
        }
        self.add("records", number, &stream[..stream.len().min(LONGEST)])
    }

    fn add(&self, target: &str, number: usize, content: &[u8]) -> std::io::Result<()> {
        let folder = self.folder.join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(format!("seed-{number}")), content)
    }
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() { find(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

/// The log in every kind of archive, one of them cut.
fn archives(log: &[u8]) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let packed = gzip(log)?;
    let tar = tar(&[("0004f2a1b2c3-app.log", log), ("0004f2a1b2c3-app.log.1.gz", &packed)])?;
    let members = [("0004f2a1b2c3-app.log", log), ("0004f2a1b2c3-app.log.2.gz", &packed), ("in.tar", &tar)];
    let zip = zip(&members)?;
    let cut = zip[..zip.len() * 2 / 3].to_vec();
    let several = [packed.as_slice(), &packed].concat();
    Ok(vec![several, zstd::encode_all(log, 3)?, gzip(&tar)?, zstd::encode_all(&*tar, 3)?, tar, zip, cut, packed])
}

fn gzip(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content)?;
    encoder.finish()
}

fn tar(members: &[(&str, &[u8])]) -> std::io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, *content)?;
    }
    archive.into_inner()
}

fn zip(members: &[(&str, &[u8])]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        archive.start_file(*name, SimpleFileOptions::default())?;
        archive.write_all(content)?;
    }
    Ok(archive.finish()?.into_inner())
}
