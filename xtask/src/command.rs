//! Runs other programs, with what cargo and rustup put into our own environment taken out again,
//! so that settings for one build do not leak into another.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::workspace;

/// A program to be run in the project's top folder, without cargo's leftovers.
pub(crate) fn program(name: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(workspace::root());
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(is_leftover) {
            command.env_remove(name);
        }
    }
    command
}

/// `cargo` for this project.
pub(crate) fn cargo() -> Command {
    program("cargo")
}

/// Set by `cargo run` for us alone, or meant by somebody for a single build. `CARGO_TARGET_DIR`
/// and `CARGO_HOME` are the developer's choice and stay.
fn is_leftover(name: &str) -> bool {
    const PREFIXES: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_PROFILE_", "TRUNK_"];
    const NAMES: [&str; 3] = ["CARGO", "CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS"];
    NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Runs a command to its end with our own output; anything but success is a failure that carries
/// the remedy.
pub(crate) fn run(command: &mut Command, remedy: &str) -> Result<(), Failure> {
    let status = command.status().map_err(|error| {
        Failure::new(
            format_args!("{} did not start: {error}", shown(command)),
            remedy,
        )
    })?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new(
            format_args!("{} failed ({status}).", shown(command)),
            remedy,
        ))
    }
}

/// What a command prints on its standard output; nothing when it is missing or fails.
pub(crate) fn output_of(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then_some(text)
}

/// Whether a program is on the search path.
pub(crate) fn on_path(name: &str) -> bool {
    let path = std::env::vars_os().find_map(|(key, value)| (key == "PATH").then_some(value));
    path.is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()))
}

/// The search path with a folder put first.
pub(crate) fn path_with(folder: &Path) -> OsString {
    let path = std::env::vars_os().find_map(|(key, value)| (key == "PATH").then_some(value));
    let folders: Vec<PathBuf> = std::iter::once(folder.to_owned())
        .chain(
            path.iter()
                .flat_map(std::env::split_paths)
                .filter(|one| one != folder),
        )
        .collect();
    std::env::join_paths(folders).unwrap_or_else(|_| path.unwrap_or_default())
}

/// As one would type it.
pub(crate) fn shown(command: &Command) -> String {
    let name = Path::new(command.get_program())
        .file_name()
        .unwrap_or_default();
    let mut words = vec![name.to_string_lossy().into_owned()];
    words.extend(
        command
            .get_args()
            .map(|word| word.to_string_lossy().into_owned()),
    );
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_one_build_do_not_leak_into_the_next() {
        for name in [
            "CARGO_PROFILE_RELEASE_LTO",
            "RUSTFLAGS",
            "CARGO_PKG_NAME",
            "CARGO_MANIFEST_DIR",
            "TRUNK_BUILD_RELEASE",
        ] {
            assert!(is_leftover(name), "{name}");
        }
        for name in ["PATH", "HOME", "CARGO_HOME", "CARGO_TARGET_DIR", "RUST_LOG"] {
            assert!(!is_leftover(name), "{name}");
        }
    }

    #[test]
    fn a_failed_command_says_what_ran_and_what_to_do() {
        let failure = run(&mut program("false"), "Try again.").unwrap_err();
        assert_eq!(
            failure.to_string(),
            "false failed (exit status: 1).\n  Try again."
        );
        let failure = run(&mut program("no-such-program"), "Install it.").unwrap_err();
        assert!(failure.to_string().ends_with("\n  Install it."));
    }
}
