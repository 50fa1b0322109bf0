//! Where things are in this repository, and what its lock file says.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::command::{cargo, output_of};
use crate::failure::Failure;

/// The folder with the root manifest. Cargo says where it is now; the folder may have been moved since this program
/// was built.
#[allow(
    clippy::disallowed_methods,
    reason = "it is cargo that says it, to the program that it runs"
)]
pub(crate) fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        manifest.parent().map(Path::to_owned).unwrap_or(manifest)
    });
    &ROOT
}

/// Build tools live here, away from the project's own artifacts.
pub(crate) fn tools_folder() -> PathBuf {
    root().join("target/tools")
}

/// The built page.
pub(crate) fn dist_folder() -> PathBuf {
    root().join("dist")
}

/// What the servers keep between two starts.
pub(crate) fn data_folder() -> PathBuf {
    root().join("data")
}

/// Where cargo puts what it builds; the developer may have moved it.
pub(crate) fn target_folder() -> Result<PathBuf, Failure> {
    output_of(cargo().args(["metadata", "--format-version=1", "--no-deps"]))
        .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok())
        .and_then(|metadata| metadata["target_directory"].as_str().map(PathBuf::from))
        .ok_or_else(|| {
            Failure::new(
                "cargo can't read this workspace.",
                "Type `cargo metadata --no-deps` and read its message.",
            )
        })
}

/// The version of a package in `Cargo.lock`, so that a tool and the library that it must match
/// can't drift apart.
pub(crate) fn locked_version(package: &str) -> Result<String, Failure> {
    let path = root().join("Cargo.lock");
    let lock = std::fs::read_to_string(&path).map_err(|error| Failure::file(&path, &error))?;
    version_in_lock(&lock, package).ok_or_else(|| {
        Failure::new(
            format_args!("Cargo.lock has no single version of {package}."),
            "Restore the committed file: git checkout Cargo.lock",
        )
    })
}

fn version_in_lock(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut versions = lock
        .split("[[package]]")
        .filter(|entry| entry.lines().any(|line| line == name))
        .filter_map(|entry| {
            let line = entry
                .lines()
                .find_map(|line| line.strip_prefix("version = "))?;
            Some(line.trim_matches('"').to_owned())
        });
    let version = versions.next()?;
    versions.next().is_none().then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"version = 4

[[package]]
name = "wasm-bindgen"
version = "0.2.129"
source = "registry+https://example.org"
dependencies = [
 "wasm-bindgen-macro",
]

[[package]]
name = "wasm-bindgen-macro"
version = "0.2.1"

[[package]]
name = "base64"
version = "0.21.0"

[[package]]
name = "base64"
version = "0.22.1"
"#;

    #[test]
    fn the_version_is_that_of_the_package_with_exactly_this_name() {
        assert_eq!(
            version_in_lock(LOCK, "wasm-bindgen").as_deref(),
            Some("0.2.129")
        );
        assert_eq!(version_in_lock(LOCK, "wasm"), None);
    }

    #[test]
    fn two_versions_of_one_package_give_none() {
        assert_eq!(version_in_lock(LOCK, "base64"), None);
    }
}
