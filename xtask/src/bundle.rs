//! Builds the page with Trunk into `dist/`, and knows whether that is needed: a fingerprint covers
//! everything that goes into the bundle and the bundle itself, so "nothing changed" is never a guess.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::command::{cargo, output_of, program, run};
use crate::failure::Failure;
use crate::progress::{ready, step};
use crate::tools::Tools;
use crate::workspace;

/// Files beside the crates that decide what the bundle looks like.
const SETTINGS: [&str; 6] = [
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "clippy.toml",
    "rust-toolchain.toml",
];

/// Makes sure that `dist/` holds the page as the sources are now.
pub(crate) fn build(tools: &Tools) -> Result<(), Failure> {
    let stamp = workspace::root().join("target/bundle.fingerprint");
    let sources = sources_fingerprint()?;
    let built = fs::read_to_string(&stamp).unwrap_or_default();
    if workspace::dist_folder().is_dir() && built == with_bundle(&sources)? {
        ready("The page in dist/ is up to date");
        return Ok(());
    }
    step("Building the page (a minute or more)", || {
        let mut trunk = tools.program("trunk");
        trunk
            .args(["build", "--release", "--locked"])
            .env(
                "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
                without_paths()?,
            )
            .env("TRUNK_SKIP_VERSION_CHECK", "true")
            // Trunk takes `true` and `false` here, and stops at the `1` that everybody else means.
            .env_remove("NO_COLOR");
        run(
            &mut trunk,
            "Read the compiler's message above; when a crate could not be downloaded, type the same command again.",
        )
    })?;
    fs::write(&stamp, with_bundle(&sources)?).map_err(|error| Failure::file(&stamp, &error))
}

/// Compiler flags that keep this machine's paths out of what is shipped (D-16).
pub(crate) fn without_paths() -> Result<String, Failure> {
    let metadata = metadata(&[])?;
    let registries = registry_folders(&metadata, workspace::root());
    let flags = registries
        .iter()
        .map(|folder| format!("--remap-path-prefix={}=crates", folder.display()));
    Ok(flags.collect::<Vec<_>>().join(" "))
}

/// The folders that hold the packages from outside the workspace.
fn registry_folders(metadata: &Value, root: &Path) -> BTreeSet<PathBuf> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let outside = packages
        .filter_map(folder_of)
        .filter(|folder| !folder.starts_with(root));
    outside
        .filter_map(|folder| folder.parent().map(Path::to_owned))
        .collect()
}

fn metadata(options: &[&str]) -> Result<Value, Failure> {
    output_of(
        cargo()
            .args(["metadata", "--format-version=1"])
            .args(options),
    )
    .and_then(|text| serde_json::from_str(&text).ok())
    .ok_or_else(|| {
        Failure::new(
            "cargo can't read this workspace.",
            "Type `cargo metadata` and read its message.",
        )
    })
}

fn with_bundle(sources: &str) -> Result<String, Failure> {
    let mut files = BTreeSet::new();
    collect(&workspace::dist_folder(), &mut files)?;
    Ok(format!("{sources} {}", digest_of(&files)?))
}

/// A digest of the compiler and of every file that the page is made of.
fn sources_fingerprint() -> Result<String, Failure> {
    let root = workspace::root();
    let metadata = metadata(&["--no-deps"])?;
    let mut files: BTreeSet<PathBuf> = SETTINGS
        .iter()
        .map(|name| root.join(name))
        .filter(|path| path.is_file())
        .collect();
    // The page, what it is made of, and the finishing.
    for folder in folders_of(&metadata, &["frontend", "xtask"]) {
        collect(&folder, &mut files)?;
    }
    let compiler = output_of(program("rustc").arg("-vV")).unwrap_or_default();
    Ok(format!(
        "{}-{:x}",
        digest_of(&files)?,
        Sha256::digest(compiler)
    ))
}

/// The folders of these packages and of the workspace's packages that they are built from.
fn folders_of(metadata: &Value, names: &[&str]) -> BTreeSet<PathBuf> {
    let packages = || metadata["packages"].as_array().into_iter().flatten();
    let mut folders = BTreeSet::new();
    let mut open: Vec<PathBuf> = packages()
        .filter(|package| names.iter().any(|name| package["name"] == *name))
        .filter_map(folder_of)
        .collect();
    while let Some(folder) = open.pop() {
        if !folders.insert(folder.clone()) {
            continue;
        }
        let package = packages().find(|package| folder_of(package).as_ref() == Some(&folder));
        let dependencies = package.and_then(|package| package["dependencies"].as_array());
        open.extend(
            dependencies
                .into_iter()
                .flatten()
                .filter_map(|dependency| dependency["path"].as_str().map(PathBuf::from)),
        );
    }
    folders
}

/// The folders of the workspace's packages.
pub(crate) fn package_folders() -> Result<Vec<PathBuf>, Failure> {
    let metadata = metadata(&["--no-deps"])?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    Ok(packages.filter_map(folder_of).collect())
}

fn folder_of(package: &Value) -> Option<PathBuf> {
    let manifest = Path::new(package["manifest_path"].as_str()?);
    manifest.parent().map(Path::to_owned)
}

/// All files below a folder.
pub(crate) fn collect(folder: &Path, files: &mut BTreeSet<PathBuf>) -> Result<(), Failure> {
    let failed = |error| Failure::file(folder, &error);
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.insert(path);
        }
    }
    Ok(())
}

fn digest_of(files: &BTreeSet<PathBuf>) -> Result<String, Failure> {
    let mut digest = Sha256::new();
    for path in files {
        let content = fs::read(path).map_err(|error| Failure::file(path, &error))?;
        let name = path.strip_prefix(workspace::root()).unwrap_or(path);
        digest.update(name.as_os_str().as_encoded_bytes());
        // Lengths keep two files apart whose contents would run together.
        digest.update([0]);
        digest.update(content.len().to_le_bytes());
        digest.update(content);
    }
    Ok(format!("{:x}", digest.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_the_page_is_made_of_is_followed_through_the_workspace() {
        let metadata = json!({"packages": [
            {"name": "frontend", "manifest_path": "/p/frontend/Cargo.toml",
             "dependencies": [{"name": "shared", "path": "/p/shared"}, {"name": "leptos"}]},
            {"name": "shared", "manifest_path": "/p/shared/Cargo.toml",
             "dependencies": [{"name": "words", "path": "/p/words"}]},
            {"name": "words", "manifest_path": "/p/words/Cargo.toml",
             "dependencies": [{"name": "shared", "path": "/p/shared"}]},
            {"name": "backend", "manifest_path": "/p/backend/Cargo.toml",
             "dependencies": [{"name": "shared", "path": "/p/shared"}]},
        ]});
        let folders = folders_of(&metadata, &["frontend"]);
        let folders: Vec<_> = folders.iter().filter_map(|path| path.to_str()).collect();
        assert_eq!(folders, ["/p/frontend", "/p/shared", "/p/words"]);
    }

    #[test]
    fn the_folders_of_other_peoples_crates_are_found() {
        let metadata = json!({"packages": [
            {"name": "frontend", "manifest_path": "/p/frontend/Cargo.toml"},
            {"name": "leptos", "manifest_path": "/home/ada/registry/src/index/leptos-1/Cargo.toml"},
            {"name": "serde", "manifest_path": "/home/ada/registry/src/index/serde-1/Cargo.toml"},
        ]});
        let folders = registry_folders(&metadata, Path::new("/p"));
        assert_eq!(
            folders,
            [PathBuf::from("/home/ada/registry/src/index")].into()
        );
    }

    #[test]
    fn a_changed_renamed_or_moved_byte_changes_the_digest() {
        let folder = tempfile::tempdir().unwrap();
        let digest = |contents: &[(&str, &str)]| {
            let mut files = BTreeSet::new();
            for (name, content) in contents {
                let path = folder.path().join(name);
                fs::write(&path, content).unwrap();
                files.insert(path);
            }
            digest_of(&files).unwrap()
        };
        let before = digest(&[("a", "12"), ("b", "3")]);
        assert_eq!(digest(&[("a", "12"), ("b", "3")]), before);
        assert_ne!(digest(&[("a", "1"), ("b", "23")]), before);
        assert_ne!(digest(&[("a", "12"), ("c", "3")]), before);
    }
}
