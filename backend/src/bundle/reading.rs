//! Reads the built page from disk. Left out: dot files, source maps, links, and names that an address
//! would have to escape (D-16).

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::asset::Asset;

pub(super) fn read(folder: &Path) -> io::Result<HashMap<String, Asset>> {
    let mut files = HashMap::new();
    match gather(folder, "", &mut files) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        gathered => gathered?,
    }
    let mut assets = HashMap::new();
    for (address, path) in &files {
        if is_compressed_form(address, &files) {
            continue;
        }
        let beside = |ending| {
            files
                .get(&format!("{address}{ending}"))
                .map(fs::read)
                .transpose()
        };
        let name = address.rsplit('/').next().unwrap_or(address);
        let asset = Asset::new(name, fs::read(path)?, beside(".br")?, beside(".gz")?);
        assets.insert(address.clone(), asset);
    }
    Ok(assets)
}

fn gather(folder: &Path, address: &str, files: &mut HashMap<String, PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Some(name) = entry
            .file_name()
            .to_str()
            .filter(|name| is_served(name))
            .map(ToOwned::to_owned)
        else {
            continue;
        };
        let address = format!("{address}/{name}");
        // Of the entry itself: a link is neither file nor folder.
        let kind = entry.file_type()?;
        if kind.is_dir() {
            gather(&entry.path(), &address, files)?;
        } else if kind.is_file() {
            files.insert(address, entry.path());
        }
    }
    Ok(())
}

fn is_served(name: &str) -> bool {
    let plain = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let map = [".map", ".map.br", ".map.gz"]
        .iter()
        .any(|ending| name.ends_with(ending));
    plain && !map && !name.starts_with('.')
}

/// A compressed file is another form of the one beside it and has no address of its own.
fn is_compressed_form(address: &str, files: &HashMap<String, PathBuf>) -> bool {
    [".br", ".gz"]
        .iter()
        .filter_map(|ending| address.strip_suffix(ending))
        .any(|plain| files.contains_key(plain))
}
