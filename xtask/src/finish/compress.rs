//! Writes the compressed forms of a bundle's files once, as small as they get, so that the backend
//! has only to send them.

use std::fmt;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::failure::Failure;

/// Kinds of files that get smaller; pictures and fonts are compressed already.
const COMPRESSIBLE: [&str; 9] = [
    "css",
    "html",
    "js",
    "json",
    "svg",
    "txt",
    "wasm",
    "webmanifest",
    "xml",
];

/// Bytes of one file: as it is, with Brotli, with gzip.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sizes {
    name: String,
    raw: usize,
    brotli: usize,
    gzip: usize,
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            raw,
            brotli,
            gzip,
        } = self;
        write!(f, "  {name:<44} {raw:>8} B  br {brotli:>7}  gz {gzip:>7}")
    }
}

/// Writes `.br` and `.gz` beside every file that gets smaller by it.
pub(crate) fn compress_folder(folder: &Path) -> Result<Vec<Sizes>, Failure> {
    let mut sizes = Vec::new();
    for path in files_in(folder)? {
        let content = fs::read(&path).map_err(|error| Failure::file(&path, &error))?;
        let brotli = brotli(&content).map_err(|error| Failure::file(&path, &error))?;
        let gzip = gzip(&content).map_err(|error| Failure::file(&path, &error))?;
        for (form, ending) in [(&brotli, "br"), (&gzip, "gz")] {
            if form.len() < content.len() {
                let mut beside = path.clone().into_os_string();
                beside.push(format!(".{ending}"));
                fs::write(&beside, form)
                    .map_err(|error| Failure::file(Path::new(&beside), &error))?;
            }
        }
        sizes.push(Sizes {
            name: path
                .strip_prefix(folder)
                .unwrap_or(&path)
                .display()
                .to_string(),
            raw: content.len(),
            brotli: brotli.len(),
            gzip: gzip.len(),
        });
    }
    Ok(sizes)
}

/// The compressible files of a folder and of those in it, sorted.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error| Failure::file(folder, &error);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            files.extend(files_in(&path)?);
        } else if path
            .extension()
            .and_then(|ending| ending.to_str())
            .is_some_and(|ending| COMPRESSIBLE.contains(&ending))
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn brotli(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let settings = BrotliEncoderParams {
        quality: 11,
        size_hint: content.len(),
        ..BrotliEncoderParams::default()
    };
    let mut form = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut form, &settings)?;
    Ok(form)
}

fn gzip(content: &[u8]) -> std::io::Result<Vec<u8>> {
    // No time stamp is written, so the same bundle gives the same bytes.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn both_forms_give_the_file_back() {
        let content = "sign in with a phone number ".repeat(50).into_bytes();
        let mut back = Vec::new();
        brotli::Decompressor::new(&brotli(&content).unwrap()[..], 4096)
            .read_to_end(&mut back)
            .unwrap();
        assert_eq!(back, content);
        back.clear();
        flate2::read::GzDecoder::new(&gzip(&content).unwrap()[..])
            .read_to_end(&mut back)
            .unwrap();
        assert_eq!(back, content);
    }

    #[test]
    fn only_what_gets_smaller_gets_a_second_form() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("deep")).unwrap();
        fs::write(folder.path().join("deep/a.css"), "a {}".repeat(200)).unwrap();
        fs::write(folder.path().join("tiny.txt"), "x").unwrap();
        fs::write(folder.path().join("photo.png"), "x".repeat(900)).unwrap();
        let names: Vec<_> = compress_folder(folder.path())
            .unwrap()
            .into_iter()
            .map(|size| size.name)
            .collect();
        assert_eq!(names, ["deep/a.css", "tiny.txt"]);
        assert!(folder.path().join("deep/a.css.br").is_file());
        assert!(folder.path().join("deep/a.css.gz").is_file());
        assert!(!folder.path().join("tiny.txt.br").exists());
        assert!(!folder.path().join("photo.png.gz").exists());
    }
}
