//! Trunk's inline loader goes to the end of the program's own JavaScript (D-04): one file starts the
//! page, and no import waits for another. It asks for the program with its integrity value (D-06).
//!
//! The loader's text is `pattern_script` in Trunk.toml; it calls wasm-bindgen's `__wbg_init` itself.

use std::fs;
use std::path::Path;

use super::glue;
use super::integrity::{Files, short_hash, value_of};
use super::markup::{Tag, tags};
use crate::failure::Failure;

/// What the loader calls to start the program.
const START: &str = "__wbg_init(";

/// Writes the module with the loader in it under a name of its own, and gives the page that refers
/// to it.
///
/// The reference stands at the end of the head, behind the module preloads: these carry the
/// integrity values of the modules that it imports, so the browser must know them first.
pub(crate) fn move_into_the_module(html: &str, files: &Files) -> Result<String, Failure> {
    let loader = find(html)?;
    let script = &html[loader.content.clone()];
    let program = program_address(script).ok_or_else(unknown)?;
    let module = module_address(program).ok_or_else(unknown)?;
    let (before, program_before) = (files.path_of(&module)?, files.path_of(program)?);
    let glue = fs::read_to_string(&before).map_err(|error| Failure::file(&before, &error))?;
    let wasm = fs::read(&program_before).map_err(|error| Failure::file(&program_before, &error))?;
    let init = exported_default(&glue).ok_or_else(unknown)?.to_owned();
    let shorter = glue::shorten(&wasm, &glue)?;

    let program_name =
        named_by_content(program, "_bg.wasm", &shorter.program).ok_or_else(unknown)?;
    put_in_place(
        &files.folder().join(&program_name),
        &shorter.program,
        &program_before,
    )?;
    let program_address = files.address_of(&program_name);
    let signed = format!(
        "fetch('{program_address}', {{ integrity: '{}' }})",
        value_of(&shorter.program)
    );
    let script = script
        .replacen(&format!("'{program}'"), &signed, 1)
        .replace(START, &format!("{init}("));
    // In a block of its own, whose names are no names of the module.
    let whole = format!("{}\n{{\n{}\n}}\n", shorter.glue.trim_end(), script.trim());

    let name = named_by_content(&module, ".js", whole.as_bytes()).ok_or_else(unknown)?;
    put_in_place(&files.folder().join(&name), whole.as_bytes(), &before)?;

    let address = files.address_of(&name);
    let mut page = format!("{}{}", &html[..loader.span.start], &html[loader.end..])
        .replace(&module, &address)
        .replace(program, &program_address);
    let reference = format!(
        r#"<script type="module" src="{address}" crossorigin="anonymous" integrity="{}"></script>"#,
        value_of(whole.as_bytes())
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
            && html[tag.content.clone()].contains(&format!("await {START}"))
    });
    match (loaders.next(), loaders.next()) {
        (Some(loader), None) => Ok(loader),
        _ => Err(unknown()),
    }
}

/// The address in `__wbg_init({ module_or_path: '…' })`.
fn program_address(script: &str) -> Option<&str> {
    let (_, rest) = script.split_once("module_or_path: '")?;
    let (address, _) = rest.split_once('\'')?;
    address.ends_with(".wasm").then_some(address)
}

/// wasm-bindgen names its two files alike.
fn module_address(program: &str) -> Option<String> {
    Some(format!("{}.js", program.strip_suffix("_bg.wasm")?))
}

/// `frontend-<hash>.js` with the hash of what is in it now.
fn named_by_content(address: &str, ending: &str, content: &[u8]) -> Option<String> {
    let (_, name) = address.rsplit_once('/')?;
    let (stem, _) = name.strip_suffix(ending)?.rsplit_once('-')?;
    Some(format!("{stem}-{}{ending}", short_hash(content)))
}

/// Writes what a file has become, under its new name.
fn put_in_place(path: &Path, content: &[u8], before: &Path) -> Result<(), Failure> {
    fs::write(path, content).map_err(|error| Failure::file(path, &error))?;
    if path != before {
        fs::remove_file(before).map_err(|error| Failure::file(before, &error))?;
    }
    Ok(())
}

/// The module's own name for what it exports as default, which minifying changes:
/// `export { initSync, __wbg_init as default };`
fn exported_default(module: &str) -> Option<&str> {
    let (_, list) = module.trim_end().rsplit_once("export")?;
    let list = list
        .trim_start()
        .strip_prefix('{')?
        .trim_end_matches(';')
        .trim_end()
        .strip_suffix('}')?;
    list.split(',').find_map(|item| {
        let (name, alias) = item.trim().split_once(" as ")?;
        (alias.trim() == "default").then_some(name.trim())
    })
}

fn unknown() -> Failure {
    Failure::new(
        "The bundle has not the one inline loader and the module that Trunk 0.21 and wasm-bindgen write.",
        "Finish a bundle once, right after Trunk has built it; after an update of Trunk or wasm-bindgen look at xtask/src/finish/loader.rs.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<head><script type=\"module\">\nconst wasm = await __wbg_init({ module_or_path: '/a-12_bg.wasm' });\n</script><link rel=modulepreload href=/a-12.js></head>";

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let (wasm, glue) = glue::tests::sample();
        fs::write(folder.path().join("a-12_bg.wasm"), wasm).unwrap();
        fs::write(folder.path().join("a-12.js"), glue).unwrap();
        folder
    }

    #[test]
    fn one_module_fetches_the_program_with_its_integrity_and_starts_it_d_06() {
        let folder = folder();
        let page = move_into_the_module(PAGE, &Files::new(folder.path(), "/")).unwrap();
        let name = page
            .split("src=\"/")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let (wasm, glue) = glue::tests::sample();
        let shorter = glue::shorten(&wasm, &glue).unwrap();
        let program = format!("a-{}_bg.wasm", short_hash(&shorter.program));
        assert_eq!(
            fs::read(folder.path().join(&program)).unwrap(),
            shorter.program
        );
        assert_eq!(
            fs::read_to_string(folder.path().join(name)).unwrap(),
            format!(
                "{}{{\nconst wasm = await __wbg_init({{ module_or_path: fetch('/{program}', {{ integrity: '{}' }}) }});\n}}\n",
                shorter.glue,
                value_of(&shorter.program)
            )
        );
        assert!(name.starts_with("a-") && name != "a-12.js", "{name}");
        for before in ["a-12.js", "a-12_bg.wasm"] {
            assert!(!folder.path().join(before).exists(), "{before}");
        }
        let preload = format!(
            "<head><link rel=modulepreload href=/{name}><script type=\"module\" src=\"/{name}\""
        );
        assert!(page.starts_with(&preload), "{page}");
    }

    #[test]
    fn the_modules_name_for_its_default_is_found_also_when_it_is_minified() {
        for (module, name) in [
            (
                "export { initSync, __wbg_init as default };",
                Some("__wbg_init"),
            ),
            ("let a;export{b as initSync,c as default};\n", Some("c")),
            ("export{b as default,c as initSync}", Some("b")),
            ("export default init;", None),
            ("export { initSync };", None),
            ("", None),
        ] {
            assert_eq!(exported_default(module), name, "{module}");
        }
    }

    #[test]
    fn a_page_without_the_loader_or_its_module_is_refused() {
        let folder = folder();
        let files = Files::new(folder.path(), "/");
        for html in [
            "<head></head>",
            "<head><script type=module>await __wbg_init('/a-12_bg.wasm')</script></head>",
            "<head><script>await __wbg_init({ module_or_path: '/a-12_bg.wasm' })</script></head>",
            &PAGE.replace("a-12", "b-12"),
            &PAGE.replace("/a-12", "/../a-12"),
        ] {
            move_into_the_module(html, &files).unwrap_err();
        }
        fs::write(folder.path().join("a-12.js"), "export {}").unwrap();
        move_into_the_module(PAGE, &files).unwrap_err();
    }
}
