//! Brings the build tools: the wasm target, wasm-bindgen and Trunk; and those of the tests that are on
//! crates.io: cargo-deny, and geckodriver, which Debian does not have.
//!
//! Everything is checked before anything is done, so a second run costs nothing. Tools go to
//! `target/tools`; nothing else on the machine is touched, but for the target that rustup adds.

use std::path::PathBuf;
use std::process::Command;

use crate::command::{cargo, on_path, output_of, path_with, program, run};
use crate::failure::Failure;
use crate::progress::{ready, step};
use crate::workspace;

const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The last line of Trunk that builds with this project's compiler.
const TRUNK_VERSION: &str = "0.21.14";

/// The last line of cargo-deny that builds with this project's compiler.
const CARGO_DENY_VERSION: &str = "0.20.2";

/// What speaks WebDriver for Firefox; knows Firefox from 140 ESR on.
const GECKODRIVER_VERSION: &str = "0.37.1";

/// What lists a program's parts (J-03).
const CYCLONEDX_VERSION: &str = "0.5.9";

/// A program from crates.io in the one version that is wanted.
struct Tool {
    package: &'static str,
    program: &'static str,
    /// Before `--version`, where the program is a part of cargo and of nothing else.
    part: Option<&'static str>,
    version: String,
    features: &'static [&'static str],
    minutes: &'static str,
}

/// Where the build tools are, once they are there.
#[derive(Debug)]
pub(crate) struct Tools {
    folder: PathBuf,
}

impl Tools {
    /// Those that are installed.
    pub(crate) fn installed() -> Self {
        let folder = workspace::tools_folder().join("bin");
        Self { folder }
    }

    /// A command that finds these tools before any other.
    pub(crate) fn program(&self, name: &str) -> Command {
        let mut command = program(name);
        command.env("PATH", path_with(&self.folder));
        command
    }
}

/// Installs what the page's build needs, in the versions that it needs.
pub(crate) fn set_up() -> Result<Tools, Failure> {
    linker()?;
    rust_target(WASM_TARGET)?;
    install(&Tool {
        package: "wasm-bindgen-cli",
        program: "wasm-bindgen",
        part: None,
        // Library and tool must be of one version: the lock file decides for both.
        version: workspace::locked_version("wasm-bindgen")?,
        features: &[],
        minutes: "one to two minutes, once",
    })?;
    install(&Tool {
        package: "trunk",
        program: "trunk",
        part: None,
        version: TRUNK_VERSION.to_owned(),
        features: &["--no-default-features", "--features", "rustls"],
        minutes: "two to three minutes, once",
    })?;
    Ok(Tools::installed())
}

/// Installs cargo-deny (J-01, J-02).
pub(crate) fn set_up_cargo_deny() -> Result<Tools, Failure> {
    install(&Tool {
        package: "cargo-deny",
        program: "cargo-deny",
        part: None,
        version: CARGO_DENY_VERSION.to_owned(),
        features: &["--no-default-features"],
        minutes: "two to three minutes, once",
    })?;
    Ok(Tools::installed())
}

/// Installs cargo-cyclonedx (J-03).
pub(crate) fn set_up_cyclonedx() -> Result<Tools, Failure> {
    install(&Tool {
        package: "cargo-cyclonedx",
        program: "cargo-cyclonedx",
        part: Some("cyclonedx"),
        version: CYCLONEDX_VERSION.to_owned(),
        features: &[],
        minutes: "one to two minutes, once",
    })?;
    Ok(Tools::installed())
}

/// Installs geckodriver.
pub(crate) fn set_up_geckodriver() -> Result<Tools, Failure> {
    install(&Tool {
        package: "geckodriver",
        program: "geckodriver",
        part: None,
        version: GECKODRIVER_VERSION.to_owned(),
        features: &[],
        minutes: "one to two minutes, once",
    })?;
    Ok(Tools::installed())
}

fn linker() -> Result<(), Failure> {
    if on_path("cc") {
        return Ok(());
    }
    Err(Failure::new(
        "There is no C compiler.",
        "Type: sudo apt-get install -y build-essential",
    ))
}

/// Adds a target of the compiler.
pub(crate) fn rust_target(target: &str) -> Result<(), Failure> {
    rust_part("target", target)
}

/// Adds a part of the compiler.
pub(crate) fn rust_component(component: &str) -> Result<(), Failure> {
    rust_part("component", component)
}

fn rust_part(kind: &str, name: &str) -> Result<(), Failure> {
    let installed = output_of(program("rustup").args([kind, "list", "--installed"]));
    if installed.is_some_and(|list| list.lines().any(|line| is_part(line, name))) {
        ready(format_args!("Rust {kind} {name}"));
        return Ok(());
    }
    step(format_args!("Adding the Rust {kind} {name}"), || {
        run(
            program("rustup").args([kind, "add", name]),
            "Install Rust with rustup (https://rustup.rs) and look whether this machine reaches static.rust-lang.org.",
        )
    })
}

/// Whether a line of rustup's names it; a component has the name of the machine after its own.
fn is_part(line: &str, name: &str) -> bool {
    let rest = line.strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

fn install(tool: &Tool) -> Result<(), Failure> {
    let Tool {
        package, version, ..
    } = tool;
    let root = workspace::tools_folder();
    let binary = root.join("bin").join(tool.program);
    let installed = output_of(program(&binary).args(tool.part).arg("--version"));
    if installed.is_some_and(|text| is_version(&text, version)) {
        ready(format_args!("{package} {version}"));
        return Ok(());
    }
    let name = format!("Installing {package} {version} ({})", tool.minutes);
    step(name, || {
        let mut install = cargo();
        install
            .args(["install", "--locked", "--force", "--root"])
            .arg(&root)
            .arg(format!("{package}@{version}"))
            .args(tool.features)
            // An interrupted build is taken up again, and two tools share what both need.
            .env("CARGO_TARGET_DIR", root.join("build"))
            // A tool that runs for seconds need not be optimised for minutes.
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "64")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
            .env("CARGO_PROFILE_RELEASE_LTO", "off");
        run(
            &mut install,
            "Read cargo's message above; most often crates.io can't be reached. Then type the same command again.",
        )
    })
}

/// Whether what a tool prints for `--version` names this version: `trunk 0.21.14`.
fn is_version(printed: &str, version: &str) -> bool {
    printed.split_whitespace().any(|word| word == version)
}

/// Gives back the disk space of the tools' builds.
pub(crate) fn clean_up() -> Result<(), Failure> {
    let folder = workspace::tools_folder().join("build");
    match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::file(&folder, &error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_compiler_is_there_by_its_whole_name() {
        assert!(is_part("wasm32-unknown-unknown", "wasm32-unknown-unknown"));
        assert!(is_part("llvm-tools-x86_64-unknown-linux-gnu", "llvm-tools"));
        assert!(!is_part("llvm-toolset", "llvm-tools"));
        assert!(!is_part("rust-src", "llvm-tools"));
    }

    #[test]
    fn only_the_very_version_counts() {
        assert!(is_version("trunk 0.21.14\n", "0.21.14"));
        assert!(is_version("wasm-bindgen 0.2.129", "0.2.129"));
        assert!(!is_version("wasm-bindgen 0.2.1290", "0.2.129"));
        assert!(!is_version("trunk 0.21.1", "0.21.14"));
        assert!(!is_version("", "0.21.14"));
    }
}
