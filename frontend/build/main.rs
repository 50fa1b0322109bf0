//! Writes the page's table of countries from libphonenumber's metadata: one line per country, in
//! the form that `src/phone/countries.rs` reads.
//!
//! Deliberately absent: names of countries, which the browser knows in every language, and the
//! number patterns themselves. The page only has to understand what a person typed; whether a
//! number can exist is decided by the servers with the full library.

#![allow(
    clippy::print_stdout,
    reason = "a build script talks to cargo this way"
)]

mod prefixes;
mod regions;

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=build");
    #[allow(
        clippy::disallowed_methods,
        reason = "cargo tells a build script where to write this way"
    )]
    let folder = env::var_os("OUT_DIR").map(PathBuf::from);
    let Some(folder) = folder else {
        println!("cargo::error=cargo did not say where to write the table of countries");
        return;
    };
    let written = regions::table().and_then(|table| {
        fs::write(folder.join("countries.txt"), table).map_err(|error| error.to_string())
    });
    if let Err(error) = written {
        println!("cargo::error=the table of countries could not be written: {error}");
    }
}
