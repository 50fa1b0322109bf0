//! Trunk's inline loader becomes a file with a content hash in its name (D-04), and asks for the
//! program with its integrity value (D-06).

use std::fs;

use super::integrity::Files;
use super::markup::{Tag, tags};
use crate::failure::Failure;

/// Writes the loader's file and gives the page that refers to it.
///
/// The reference stands at the end of the head, behind the module preloads: these carry the
/// integrity values of the modules that the loader imports, so the browser must know them first.
pub(crate) fn move_into_a_file(html: &str, files: &Files) -> Result<String, Failure> {
    let loader = find(html)?;
    let program = program_address(&html[loader.content.clone()]).ok_or_else(unknown)?;
    let signed = format!(
        "fetch('{program}', {{ integrity: '{}' }})",
        files.integrity_of(program)?
    );
    let script = html[loader.content.clone()]
        .replacen(&format!("'{program}'"), &signed, 1)
        .trim()
        .to_owned()
        + "\n";

    let integrity = super::integrity::value_of(script.as_bytes());
    let name = format!(
        "loader-{}.js",
        super::integrity::short_hash(script.as_bytes())
    );
    let path = files.folder().join(&name);
    fs::write(&path, script).map_err(|error| Failure::file(&path, &error))?;

    let mut page = format!("{}{}", &html[..loader.span.start], &html[loader.end..]);
    let reference = format!(
        r#"<script type="module" src="{}" crossorigin="anonymous" integrity="{integrity}"></script>"#,
        files.address_of(&name)
    );
    let head_end = page.find("</head>").ok_or_else(unknown)?;
    page.insert_str(head_end, &reference);
    Ok(page)
}

fn find(html: &str) -> Result<Tag, Failure> {
    let mut loaders = tags(html).into_iter().filter(|tag| {
        tag.name == "script"
            && tag.attribute("type") == Some("module")
            && tag.attribute("src").is_none()
            && html[tag.content.clone()].contains("await init(")
    });
    match (loaders.next(), loaders.next()) {
        (Some(loader), None) => Ok(loader),
        _ => Err(unknown()),
    }
}

/// The address in `init({ module_or_path: '…' })`.
fn program_address(script: &str) -> Option<&str> {
    let (_, rest) = script.split_once("module_or_path: '")?;
    let (address, _) = rest.split_once('\'')?;
    address.ends_with(".wasm").then_some(address)
}

fn unknown() -> Failure {
    Failure::new(
        "index.html has not the one inline loader that Trunk 0.21 writes.",
        "Finish a bundle once, right after Trunk has built it; after an update of Trunk look at xtask/src/finish/loader.rs.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_fetched_with_its_integrity_d_06() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a_bg.wasm"), "\0asm").unwrap();
        let files = Files::new(folder.path(), "/");
        let html = "<head><script type=\"module\">\nconst wasm = await init({ module_or_path: '/a_bg.wasm' });\n</script><title>x</title></head>";
        let page = move_into_a_file(html, &files).unwrap();
        assert!(
            page.starts_with("<head><title>x</title><script type=\"module\" src=\"/loader-"),
            "{page}"
        );
        let name = page
            .split("src=\"/")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let script = fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(
            script,
            format!(
                "const wasm = await init({{ module_or_path: fetch('/a_bg.wasm', {{ integrity: '{}' }}) }});\n",
                super::super::integrity::value_of(b"\0asm")
            )
        );
    }

    #[test]
    fn a_page_without_trunks_loader_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new(folder.path(), "/");
        for html in [
            "<head></head>",
            "<head><script type=module>await init('/a_bg.wasm')</script></head>",
            "<head><script>await init({ module_or_path: '/a_bg.wasm' })</script></head>",
        ] {
            move_into_a_file(html, &files).unwrap_err();
        }
    }
}
