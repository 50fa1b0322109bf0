//! Trunk's inline loader goes to the end of the program's own JavaScript (D-04): one file starts the
//! page, and no import waits for another. It asks for the program with its integrity value (D-06).
//!
//! The loader's text is `pattern_script` in Trunk.toml; it calls wasm-bindgen's `__wbg_init` itself.

use std::fs;

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
    let before = files.path_of(&module)?;
    let glue = fs::read_to_string(&before).map_err(|error| Failure::file(&before, &error))?;
    let init = exported_default(&glue).ok_or_else(unknown)?;

    let signed = format!(
        "fetch('{program}', {{ integrity: '{}' }})",
        files.integrity_of(program)?
    );
    let script = script
        .replacen(&format!("'{program}'"), &signed, 1)
        .replace(START, &format!("{init}("));
    // In a block of its own, whose names are no names of the module.
    let whole = format!("{}\n{{\n{}\n}}\n", glue.trim_end(), script.trim());

    let name = module_name(&module, &whole).ok_or_else(unknown)?;
    let path = files.folder().join(&name);
    fs::write(&path, &whole).map_err(|error| Failure::file(&path, &error))?;
    if path != before {
        fs::remove_file(&before).map_err(|error| Failure::file(&before, &error))?;
    }

    let address = files.address_of(&name);
    let mut page =
        format!("{}{}", &html[..loader.span.start], &html[loader.end..]).replace(&module, &address);
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
fn module_name(address: &str, content: &str) -> Option<String> {
    let (_, name) = address.rsplit_once('/')?;
    let (stem, _) = name.strip_suffix(".js")?.rsplit_once('-')?;
    Some(format!("{stem}-{}.js", short_hash(content.as_bytes())))
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

    const GLUE: &str =
        "let wasm;\nasync function start(options) {}\nexport { initSync, start as default };\n";
    const PAGE: &str = "<head><script type=\"module\">\nconst wasm = await __wbg_init({ module_or_path: '/a-12_bg.wasm' });\n</script><link rel=modulepreload href=/a-12.js></head>";

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a-12_bg.wasm"), "\0asm").unwrap();
        fs::write(folder.path().join("a-12.js"), GLUE).unwrap();
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
        assert_eq!(
            fs::read_to_string(folder.path().join(name)).unwrap(),
            format!(
                "{GLUE}{{\nconst wasm = await start({{ module_or_path: fetch('/a-12_bg.wasm', {{ integrity: '{}' }}) }});\n}}\n",
                value_of(b"\0asm")
            )
        );
        assert!(name.starts_with("a-") && name != "a-12.js", "{name}");
        assert!(!folder.path().join("a-12.js").exists());
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
