//! Static programs: both servers for `x86_64-unknown-linux-musl`. They run on any Linux and in an image that
//! holds nothing else. SQLite and the cryptography are C, so a C compiler for musl is needed besides.

use std::path::PathBuf;

use crate::command::{cargo, on_path, run};
use crate::failure::Failure;
use crate::progress::step;
use crate::{bundle, debian, tools, workspace};

/// The one kind of machine that programs are built for.
pub(crate) const TARGET: &str = "x86_64-unknown-linux-musl";

/// Every gateway.
pub(crate) const FEATURES: &str = "otp-service/sns";

/// The servers.
pub(crate) const PROGRAMS: [&str; 2] = ["backend", "otp-service"];

/// How much the compiler does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// What is shipped.
    Shipped,
    /// The same programs, built in a fraction of the time, for the test run.
    Quick,
}

impl Profile {
    fn name(self) -> &'static str {
        match self {
            Self::Shipped => "shipped",
            Self::Quick => "quick",
        }
    }
}

/// Makes sure that programs can be built for musl.
pub(crate) fn set_up() -> Result<(), Failure> {
    tools::rust_target(TARGET)?;
    if on_path("musl-gcc") {
        return Ok(());
    }
    debian::install(
        "Static programs need a C compiler for musl.",
        &["musl-tools"],
    )
}

/// Builds both servers, with every gateway; answers the folder that they are in.
pub(crate) fn build(profile: Profile) -> Result<PathBuf, Failure> {
    let root = workspace::root().display();
    let paths = format!(
        "{} --remap-path-prefix={root}=pipit",
        bundle::without_paths()?
    );
    // The same for what is C in there.
    let c = paths.replace("--remap-path-prefix", "-ffile-prefix-map");
    // Where the program lies in memory is chosen at its start; said shortly, that takes a megabyte less.
    let rust = format!("{paths} -Clink-arg=-Wl,-z,pack-relative-relocs");
    step("Building the static programs (some minutes)", || {
        let mut build = cargo();
        build
            .args(["build", "--locked", "--target", TARGET])
            .args(["--profile", profile.name()])
            .args(["--features", FEATURES])
            .args(PROGRAMS.iter().flat_map(|name| ["--bin", *name]))
            .env("CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_RUSTFLAGS", rust)
            .env("CFLAGS_x86_64_unknown_linux_musl", c);
        run(&mut build, "Read the compiler's message above.")
    })?;
    Ok(workspace::target_folder()?
        .join(TARGET)
        .join(profile.name()))
}
