//! Finishes a bundle after Trunk has built it: the inline loader moves into the program's own script
//! (D-04), everything that is executed or applied gets a SHA-384 integrity value (D-06), `index.html`
//! becomes the page as all languages have it, with the texts of each beside it, and the compressed
//! forms that the backend serves are written beside the files.
//!
//! Trunk calls this by its `post_build` hook, also while it serves for development; there only the
//! compressing is left out and Trunk's own live-reload script is let through.

mod compress;
mod glue;
mod integrity;
mod loader;
mod markup;
mod page;
mod rules;

use std::fs;
use std::path::PathBuf;

use clap::Parser;

use crate::failure::Failure;
use crate::progress::step;

/// Stands in the live-reload script that Trunk adds while it serves.
const TRUNK_SERVES: &str = "{{__TRUNK_ADDRESS__}}";

/// What Trunk tells its hooks.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// The folder with the bundle.
    #[arg(long, env = "TRUNK_STAGING_DIR")]
    folder: PathBuf,
    /// `release` or `debug`.
    #[arg(long, env = "TRUNK_PROFILE", default_value = "release")]
    profile: String,
    /// The address that the page's files are under.
    #[arg(long, env = "TRUNK_PUBLIC_URL", default_value = "/")]
    public_url: String,
}

/// Finishes the bundle in place. A bundle that breaks a rule is refused.
pub(crate) fn finish_bundle(options: &Options) -> Result<(), Failure> {
    let index = options.folder.join("index.html");
    let html = fs::read_to_string(&index).map_err(|error| Failure::file(&index, &error))?;
    let files = integrity::Files::new(&options.folder, &options.public_url);

    let served_by_trunk = html.contains(TRUNK_SERVES);
    let html = loader::move_into_the_module(&html, &files)?;
    let html = integrity::sign_links(&html, &files)?;
    keep_rules(&html, served_by_trunk)?;
    let html = page::compose(&html, &files)?;
    keep_rules(&html, served_by_trunk)?;
    fs::write(&index, html).map_err(|error| Failure::file(&index, &error))?;

    if options.profile == "release" && !served_by_trunk {
        let sizes = step("Compressing the bundle", || {
            compress::compress_folder(&options.folder)
        })?;
        for size in sizes {
            println!("{size}");
        }
    }
    Ok(())
}

fn keep_rules(html: &str, served_by_trunk: bool) -> Result<(), Failure> {
    let broken = rules::broken_rules(html, served_by_trunk);
    if broken.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        format_args!(
            "index.html breaks the content policy: {}",
            broken.join("; ")
        ),
        "Move scripts and styles from frontend/index.html into files that Trunk links (D-04).",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn bundle(html: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("index.html"), html).unwrap();
        let (wasm, glue) = glue::tests::sample();
        fs::write(folder.path().join("page-1234567890abcdef.js"), glue).unwrap();
        fs::write(folder.path().join("page-1234567890abcdef_bg.wasm"), wasm).unwrap();
        fs::write(
            folder.path().join("style-1234567890abcdef.css"),
            "a {}".repeat(100),
        )
        .unwrap();
        folder
    }

    fn finish(folder: &Path) -> Result<(), Failure> {
        finish_bundle(&Options {
            folder: folder.to_owned(),
            profile: "release".to_owned(),
            public_url: "/".to_owned(),
        })
    }

    const AS_TRUNK_WRITES_IT: &str = r#"<!DOCTYPE html><html><head>
<link rel="stylesheet" href="/style-1234567890abcdef.css"/>
<script type="module">
const wasm = await __wbg_init({ module_or_path: '/page-1234567890abcdef_bg.wasm' });


dispatchEvent(new CustomEvent("TrunkApplicationStarted", {detail: {wasm}}));

</script>
<link rel="modulepreload" href="/page-1234567890abcdef.js" crossorigin="anonymous" integrity="sha384-old"></head><body></body></html>"#;

    #[test]
    fn a_finished_bundle_has_no_inline_script_and_every_file_is_signed_d_04_d_06() {
        let folder = bundle(AS_TRUNK_WRITES_IT);
        finish(folder.path()).unwrap();
        let html = fs::read_to_string(folder.path().join("index.html")).unwrap();
        assert!(!html.contains("await"), "{html}");
        assert_eq!(html.matches("integrity=\"sha384-").count(), 3, "{html}");
        assert!(!html.contains("sha384-old"), "{html}");
        let names: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let scripts = names.iter().filter(|name| name.ends_with(".js"));
        assert_eq!(scripts.count(), 1, "{names:?}");
        let texts = names
            .iter()
            .filter(|name| name.starts_with("text-") && name.ends_with(".txt"));
        assert_eq!(texts.count(), screens::languages::ALL.len(), "{names:?}");
        let assets = screens::html::Assets::find(&html).unwrap();
        assert!(assets.style.contains("/style-1234567890abcdef.css"));
        assert!(assets.program.contains("name=\"texts\""));
        assert!(
            names.contains(&"style-1234567890abcdef.css.br".to_owned()),
            "{names:?}"
        );
        assert!(
            names.contains(&"style-1234567890abcdef.css.gz".to_owned()),
            "{names:?}"
        );
    }

    #[test]
    fn finishing_twice_is_refused_and_not_half_done() {
        let folder = bundle(AS_TRUNK_WRITES_IT);
        finish(folder.path()).unwrap();
        let once = fs::read_to_string(folder.path().join("index.html")).unwrap();
        finish(folder.path()).unwrap_err();
        assert_eq!(
            fs::read_to_string(folder.path().join("index.html")).unwrap(),
            once
        );
    }

    #[test]
    fn an_inline_style_is_refused_d_04() {
        let folder = bundle(&AS_TRUNK_WRITES_IT.replace("<body>", "<body style='color: red'>"));
        let failure = finish(folder.path()).unwrap_err();
        assert!(failure.to_string().contains("style"), "{failure}");
    }

    #[test]
    fn trunks_live_reload_is_let_through_while_it_serves() {
        let folder = bundle(&AS_TRUNK_WRITES_IT.replace(
            "</body>",
            "<script>const address = '{{__TRUNK_ADDRESS__}}';</script></body>",
        ));
        finish(folder.path()).unwrap();
        let html = fs::read_to_string(folder.path().join("index.html")).unwrap();
        assert!(html.contains(TRUNK_SERVES), "{html}");
    }
}
