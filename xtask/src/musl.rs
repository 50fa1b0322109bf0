//! Static programs: both servers for `x86_64-unknown-linux-musl`. They run on any Linux and in an image that
//! holds nothing else. SQLite and the cryptography are C, so a C compiler for musl is needed besides.
//!
//! Memory is copied, filled and compared by LLVM's functions in the place of musl's, which are slow for small pieces
//! and took a tenth of all that the backend did. Debian calls LLVM's library as a whole experimental; these five functions
//! stand alone in there and call nothing.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{cargo, on_path, program, run};
use crate::failure::Failure;
use crate::progress::step;
use crate::{bundle, debian, image, tools, workspace};

/// The one kind of machine that programs are built for.
pub(crate) const TARGET: &str = "x86_64-unknown-linux-musl";

/// Every gateway.
pub(crate) const FEATURES: &str = "otp-service/sns";

/// The servers.
pub(crate) const PROGRAMS: [&str; 2] = ["backend", "otp-service"];

/// LLVM's C library where Debian puts it.
const LLVM_LIBC: &str = "/usr/lib/llvm-19/lib/libllvmlibc.a";

/// What is taken of it.
const MEMORY_FUNCTIONS: [&str; 5] = [
    "bcmp.cpp.o",
    "memcmp.cpp.o",
    "memcpy.cpp.o",
    "memmove.cpp.o",
    "memset.cpp.o",
];

/// Tells of them in a list of parts in CycloneDX's form (J-03).
pub(crate) fn memory_part() -> serde_json::Value {
    serde_json::json!({
        "type": "library",
        "name": "llvm-libc",
        "version": "19",
        "description": "Of LLVM's C library: bcmp, memcmp, memcpy, memmove, memset",
        "licenses": [{"expression": "Apache-2.0 WITH LLVM-exception"}],
    })
}

/// How cargo calls what is shipped, and the same programs built in a fraction of the time.
const SHIPPED: &str = "shipped";
const QUICK: &str = "quick";

/// Makes sure that programs can be built for musl.
pub(crate) fn set_up() -> Result<(), Failure> {
    tools::rust_target(TARGET)?;
    let mut missing = Vec::new();
    if !on_path("musl-gcc") {
        missing.push("musl-tools");
    }
    if !Path::new(LLVM_LIBC).exists() {
        missing.push("libllvmlibc-19-dev");
    }
    if missing.is_empty() {
        return Ok(());
    }
    debian::install(
        "Static programs need a C compiler for musl and LLVM's functions for memory.",
        &missing,
    )
}

/// A library of nothing but the [`MEMORY_FUNCTIONS`]; answers the folder that it is in.
fn memory_functions() -> Result<PathBuf, Failure> {
    let folder = workspace::target_folder()?.join(TARGET).join("memory");
    let failed = |error| Failure::file(&folder, &error);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(failed)?;
    }
    fs::create_dir_all(&folder).map_err(failed)?;
    let remedy = "Read ar's message above.";
    let ar = |arguments: [&str; 2]| {
        let mut ar = program("ar");
        ar.current_dir(&folder).args(arguments);
        run(ar.args(MEMORY_FUNCTIONS), remedy)
    };
    ar(["x", LLVM_LIBC])?;
    ar(["crsD", "libmemory.a"])?;
    Ok(folder)
}

/// Builds what is shipped, laid out by these counts; answers the folder that both programs are in.
pub(crate) fn build_shipped(counts: &Path) -> Result<PathBuf, Failure> {
    let by = format!("-Cprofile-use={}", counts.display());
    build(
        "as they are shipped",
        SHIPPED,
        &by,
        &workspace::target_folder()?,
    )
}

/// Builds, below `target`, programs that count what they do, for the same programs compiled once more. What they have
/// counted they write into the folder `raw` when they end.
pub(crate) fn build_counting(target: &Path, raw: &Path) -> Result<PathBuf, Failure> {
    let into = format!("-Cprofile-generate={}", raw.display());
    // All else as it is shipped, or functions would have other names.
    build("that count", SHIPPED, &into, target)
}

/// Builds the programs of the test run.
pub(crate) fn build_quick() -> Result<PathBuf, Failure> {
    build("for tests", QUICK, "", &workspace::target_folder()?)
}

/// Builds both servers, with every gateway.
fn build(which: &str, profile: &str, flags: &str, target: &Path) -> Result<PathBuf, Failure> {
    let root = workspace::root().display();
    let paths = format!(
        "{} --remap-path-prefix={root}=pipit",
        bundle::without_paths()?
    );
    // The same for what is C in there.
    let c = paths.replace("--remap-path-prefix", "-ffile-prefix-map");
    let memory = memory_functions()?;
    // Where the program lies in memory is chosen at its start; said shortly, that takes a megabyte less. What is
    // sealed is short: to get Poly1305 ready for several blocks at a time takes longer than to do them one by one.
    let rust = format!(
        "{paths} -Clink-arg=-Wl,-z,pack-relative-relocs -Lnative={} -lstatic:-bundle=memory --cfg poly1305_force_soft {flags}",
        memory.display()
    );
    step(
        format_args!("Building static programs {which} (some minutes)"),
        || {
            let mut build = cargo();
            build
                .args(["build", "--locked", "--target", TARGET])
                .args(["--profile", profile])
                .args(["--features", FEATURES])
                .args(PROGRAMS.iter().flat_map(|name| ["--bin", *name]))
                .env("CARGO_TARGET_DIR", target)
                .env("CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_RUSTFLAGS", rust)
                .env("CFLAGS_x86_64_unknown_linux_musl", c)
                // mimalloc tells when it was compiled, which would make equal programs differ.
                .env("SOURCE_DATE_EPOCH", image::commit("%ct"));
            run(&mut build, "Read the compiler's message above.")
        },
    )?;
    Ok(target.join(TARGET).join(profile))
}
