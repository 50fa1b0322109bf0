//! `cargo xtask bench page --made-of`: which crates the bytes of the program come from, before they are
//! compressed. Reads the program built once more with the names of its functions, which the shipped one
//! has not; how it is built is otherwise the same.
//!
//! A function of a generic type is counted for the crate that the type is from, any other for the crate
//! that it was written in.

use std::collections::BTreeMap;

use crate::command::{cargo, run};
use crate::failure::Failure;
use crate::progress::step;
use crate::tools::Tools;
use crate::wasm::{CODE, CUSTOM, DATA, IMPORTS, imports, number, sections, take};
use crate::workspace;

/// Within the section of names.
const FUNCTION_NAMES: u8 = 1;

/// Fewer bytes than that are no row.
const LEAST: usize = 1000;

/// Builds it and prints the table.
pub(super) fn show(tools: &Tools) -> Result<(), Failure> {
    let target = workspace::target_folder()?.join("made-of");
    step(
        "Building the page's program with names (some minutes, once)",
        || {
            run(
                cargo()
                    .args([
                        "build",
                        "--locked",
                        "--package",
                        "frontend",
                        "--profile",
                        "page",
                    ])
                    .args(["--target", "wasm32-unknown-unknown"])
                    .env("CARGO_PROFILE_PAGE_STRIP", "none")
                    .env("CARGO_TARGET_DIR", &target),
                "Read the compiler's message above.",
            )?;
            run(
                tools
                    .program("wasm-bindgen")
                    .args(["--target", "web", "--no-typescript", "--out-dir"])
                    .arg(target.join("bound"))
                    .arg(target.join("wasm32-unknown-unknown/page/frontend.wasm")),
                "Read wasm-bindgen's message above.",
            )
        },
    )?;
    let path = target.join("bound/frontend_bg.wasm");
    let program = std::fs::read(&path).map_err(|error| Failure::file(&path, &error))?;
    let parts = parts(&program).ok_or_else(|| {
        Failure::new(
            "The program can't be read.",
            "It is no WebAssembly of version 1, or wasm-bindgen has left the names out.",
        )
    })?;
    println!("{}", table(&parts));
    Ok(())
}

/// Bytes by crate, and those that are no function's.
fn parts(program: &[u8]) -> Option<BTreeMap<String, usize>> {
    let mut imported = 0;
    let mut bodies = Vec::new();
    let mut names = BTreeMap::new();
    let mut parts = BTreeMap::<String, usize>::new();
    let mut add = |part: &str, bytes| *parts.entry(part.to_owned()).or_default() += bytes;
    for (kind, mut section) in sections(program)? {
        match kind {
            CUSTOM if take(&mut section)? == b"name" => names = function_names(section)?,
            CUSTOM => {}
            IMPORTS => {
                imported = imports(section)?.len();
                add("(what the browser is asked for)", section.len());
            }
            CODE => {
                for _ in 0..number(&mut section)? {
                    bodies.push(take(&mut section)?.len());
                }
            }
            DATA => add(
                "(data: texts, countries, messages of panics)",
                section.len(),
            ),
            _ => add("(types, tables, exports)", section.len()),
        }
    }
    for (index, bytes) in bodies.into_iter().enumerate() {
        let name = names.get(&(imported + index)).map_or("", String::as_str);
        add(crate_of(name), bytes);
    }
    (!names.is_empty()).then_some(parts)
}

fn function_names(mut section: &[u8]) -> Option<BTreeMap<usize, String>> {
    let mut names = BTreeMap::new();
    while let Some((&id, behind)) = section.split_first() {
        section = behind;
        let mut part = take(&mut section)?;
        if id != FUNCTION_NAMES {
            continue;
        }
        for _ in 0..number(&mut part)? {
            let index = number(&mut part)?;
            let name = String::from_utf8_lossy(take(&mut part)?);
            names.insert(index, name.into_owned());
        }
    }
    Some(names)
}

/// What stands before a type's crate in names.
const BEFORE: [&str; 8] = ["<", "&", "mut ", "dyn ", "[", "(", "*const ", "*mut "];

/// The crate in a function's name: `leptos` for `<leptos::X as core::fmt::Debug>::fmt` and for
/// `core::ptr::drop_in_place<leptos::X>`.
fn crate_of(name: &str) -> &str {
    let dropped = name.split_once("drop_in_place<");
    let mut rest = dropped.map_or(name, |(_, dropped)| dropped);
    while let Some(shorter) = BEFORE.iter().find_map(|before| rest.strip_prefix(before)) {
        rest = shorter;
    }
    let end = rest.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
    let (first, behind) = rest.split_at(end.unwrap_or(rest.len()));
    if behind.starts_with("::") {
        return first;
    }
    // `<T as core::convert::Into<U>>::into` is of no type.
    match behind.strip_prefix(" as ") {
        Some(of_trait) if !of_trait.starts_with(' ') => crate_of(of_trait),
        _ => "(without a crate's name)",
    }
}

fn table(parts: &BTreeMap<String, usize>) -> String {
    let total: usize = parts.values().sum();
    let (mut rows, small): (Vec<_>, Vec<_>) = parts.iter().partition(|(_, bytes)| **bytes >= LEAST);
    rows.sort_by_key(|(_, bytes)| std::cmp::Reverse(**bytes));
    let small: usize = small.iter().map(|(_, bytes)| **bytes).sum();
    let rows = rows
        .into_iter()
        .map(|(part, bytes)| (part.as_str(), *bytes));
    let mut table = "| crate | bytes | share |\n| --- | ---: | ---: |\n".to_owned();
    for (part, bytes) in rows.chain([("all others", small), ("together", total)]) {
        let tenths = bytes * 1000 / total.max(1);
        let row = format!("| {part} | {bytes} | {}.{} % |\n", tenths / 10, tenths % 10);
        table.push_str(&row);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasm::MAGIC;

    #[test]
    fn a_function_is_of_the_crate_of_its_type() {
        for (name, of) in [
            (
                "frontend::pages::phone::PhoneScreen::h0123456789abcdef",
                "frontend",
            ),
            ("<leptos::X as core::fmt::Debug>::fmt", "leptos"),
            (
                "<&mut dyn tachys::X as core::fmt::Write>::write_str",
                "tachys",
            ),
            ("core::ptr::drop_in_place<frontend::app::App>", "frontend"),
            ("core::ptr::drop_in_place<&mut [shared::Code]>", "shared"),
            ("<T as core::convert::Into<U>>::into", "core"),
            ("__wbindgen_malloc", "(without a crate's name)"),
            ("", "(without a crate's name)"),
        ] {
            assert_eq!(crate_of(name), of, "{name}");
        }
    }

    #[test]
    fn the_bytes_of_a_program_are_found_by_its_names() {
        let section = |id: u8, content: &[u8]| {
            let length = u8::try_from(content.len()).unwrap();
            [&[id, length], content].concat()
        };
        let names = [&b"\x04name\x01\x0b\x01\x00\x08a::begin"[..]].concat();
        let program = [
            MAGIC,
            &section(CODE, b"\x01\x03\x00\x41\x0b"),
            &section(DATA, b"\x00\x00"),
            &section(CUSTOM, &names),
        ]
        .concat();
        let parts = parts(&program).unwrap();
        assert_eq!(parts.get("a"), Some(&3));
        assert_eq!(parts.values().sum::<usize>(), 5);
        assert!(
            table(&parts).ends_with("| all others | 5 | 100.0 % |\n| together | 5 | 100.0 % |\n")
        );
    }

    #[test]
    fn a_program_without_names_gives_no_parts() {
        assert_eq!(parts(b"\0asm\x01\0\0\0"), None);
        assert_eq!(parts(b"<!doctype html>"), None);
    }
}
