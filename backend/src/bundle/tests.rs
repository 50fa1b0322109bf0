//! The page over the router: what is found, what is not, and with which headers.

use std::fs;

use edge::testing::{Answer, Call};
use shared::ErrorType;

use crate::testing::Harness;

const SCRIPT: &str = "/frontend-3c0d0a1b2c3d4e5f.js";

async fn backend() -> Harness {
    let harness = Harness::with_page(|dist| {
        let write = |name: &str, text: &str| fs::write(dist.join(name), text).unwrap();
        fs::create_dir_all(dist.join("snippets/inner")).unwrap();
        fs::create_dir_all(dist.join(".git")).unwrap();
        write("index.html", "<!doctype html>page");
        write("frontend-3c0d0a1b2c3d4e5f.js", "script");
        write("frontend-3c0d0a1b2c3d4e5f.js.br", "script in brotli");
        write("frontend-3c0d0a1b2c3d4e5f.js.gz", "script in gzip");
        write("frontend-3c0d0a1b2c3d4e5f_bg.wasm", "\0asm");
        write("favicon.svg", "<svg/>");
        write("snippets/inner/loader.js", "loader");
        write("frontend-3c0d0a1b2c3d4e5f.js.map", "map");
        write(".env", "secret");
        write(".git/config", "secret");
        std::os::unix::fs::symlink("/etc/hostname", dist.join("link.txt")).unwrap();
    });
    harness.await
}

async fn get(backend: &Harness, path: &str) -> Answer {
    backend.call(Call::get(path)).await
}

#[tokio::test]
async fn the_page_is_shown_on_its_own_paths_with_its_policy_d_03() {
    let backend = backend().await;
    for path in [
        "/",
        "/verify",
        "/account",
        "/account/deeper",
        "/index.html",
        "/apiary",
    ] {
        let answer = get(&backend, path).await;
        assert_eq!(answer.assert_ok().text(), "<!doctype html>page", "{path}");
        assert_eq!(
            answer.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(
            answer.header("content-security-policy"),
            Some(
                "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
                 font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
                 frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
            )
        );
    }
}

#[tokio::test]
async fn hashed_files_are_kept_for_a_year_and_compressed_as_asked_d_08() {
    let backend = backend().await;
    for (accept, text, encoding) in [
        ("gzip, br", "script in brotli", Some("br")),
        ("gzip", "script in gzip", Some("gzip")),
        ("identity", "script", None),
    ] {
        let answer = backend
            .call(Call::get(SCRIPT).header("accept-encoding", accept))
            .await;
        assert_eq!(answer.assert_ok().text(), text);
        assert_eq!(answer.header("content-encoding"), encoding);
        assert_eq!(answer.header("vary"), Some("accept-encoding"));
        assert_eq!(
            answer.header("content-type"),
            Some("text/javascript; charset=utf-8")
        );
        assert_eq!(
            answer.header("cache-control"),
            Some("public, max-age=31536000, immutable")
        );
    }
    let wasm = get(&backend, "/frontend-3c0d0a1b2c3d4e5f_bg.wasm").await;
    assert_eq!(wasm.header("content-type"), Some("application/wasm"));
    get(&backend, "/snippets/inner/loader.js").await.assert_ok();
}

#[tokio::test]
async fn a_file_without_a_hash_is_asked_for_again_by_its_tag() {
    let backend = backend().await;
    let first = get(&backend, "/favicon.svg").await;
    assert_eq!(first.header("cache-control"), Some("no-cache"));
    let tag = first.header("etag").unwrap();
    let again = backend
        .call(Call::get("/favicon.svg").header("if-none-match", tag))
        .await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    let other = backend
        .call(Call::get("/favicon.svg").header("if-none-match", "\"other\""))
        .await;
    other.assert_ok();
}

#[tokio::test]
async fn a_head_has_the_headers_and_no_body() {
    let backend = backend().await;
    let answer = backend.call(Call::new("HEAD", "/")).await;
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    assert_eq!(answer.header("content-length"), Some("19"));
}

#[tokio::test]
async fn what_is_no_part_of_the_page_is_not_found_d_16() {
    let backend = backend().await;
    for path in [
        "/none.js",
        "/.env",
        "/.git/config",
        "/link.txt",
        "/frontend-3c0d0a1b2c3d4e5f.js.map",
        "/frontend-3c0d0a1b2c3d4e5f.js.br",
        "/../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "/..%2fCargo.toml",
        "/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/snippets/../../Cargo.toml",
        "/api",
        "/api/none",
        "/api/otp",
        "/outbox",
        "/outbox/messages",
        "/healthz/none",
    ] {
        get(&backend, path).await.assert_error(ErrorType::NotFound);
    }
    backend
        .call(Call::post("/account"))
        .await
        .assert_error(ErrorType::MethodNotAllowed);
    backend
        .call(Call::post("/api/none"))
        .await
        .assert_error(ErrorType::NotFound);
}

#[tokio::test]
async fn without_a_built_page_it_says_how_to_build_it() {
    let backend = Harness::start().await;
    let answer = get(&backend, "/").await;
    assert_eq!(answer.status, 503);
    assert!(answer.text().contains("cargo xtask start"));
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    get(&backend, "/api/config").await.assert_ok();
}

const INDEX: &str = "<!doctype html><!--icon--><link rel=\"icon\" href=\"/favicon.svg\"><!--style-->\
    <link rel=\"stylesheet\" href=\"/style-3c0d0a1b2c3d4e5f.css\"><!--program-->\
    <script src=\"/frontend-3c0d0a1b2c3d4e5f.js\"></script><!--/-->";

async fn finished(arguments: &[&str]) -> Harness {
    let write = |dist: &std::path::Path| {
        fs::create_dir_all(dist).unwrap();
        fs::write(dist.join("index.html"), INDEX).unwrap();
    };
    Harness::with_page_and(arguments, write).await
}

#[tokio::test]
async fn a_finished_page_comes_in_the_persons_language_with_the_settings_in_it() {
    let backend = finished(&["--app-name", "Tom & Jerry"]).await;
    for (path, accepted, language) in [
        ("/", "de-AT,de;q=0.9,en;q=0.5", "de"),
        ("/verify", "xx, ar;q=0.5", "ar"),
        ("/index.html", "", "en"),
        ("/account?language=ja", "de", "ja"),
        ("/?language=nonsense", "tr", "tr"),
    ] {
        let answer = backend
            .call(Call::get(path).header("accept-language", accepted))
            .await;
        let page = answer.assert_ok().text();
        assert!(
            page.starts_with(&format!("<!doctype html>\n<html lang=\"{language}\" ")),
            "{path}: {page}"
        );
        // No screen flashes up that is not the one to come.
        let first_screen = path.starts_with("/?") || ["/", "/index.html"].contains(&path);
        assert_eq!(
            page.contains(" class=\"elsewhere\">"),
            !first_screen,
            "{path}"
        );
        assert!(page.contains(
            "<meta name=\"config\" content=\"{&quot;app_name&quot;:&quot;Tom &amp; Jerry&quot;"
        ));
        assert!(
            page.contains("href=\"/style-3c0d0a1b2c3d4e5f.css\"")
                && page.contains("src=\"/frontend-")
        );
        assert_eq!(
            answer.header("vary"),
            Some("accept-encoding, accept-language")
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert!(
            answer
                .header("content-security-policy")
                .unwrap()
                .starts_with("default-src 'none'; script-src 'self'")
        );
    }
}

#[tokio::test]
async fn a_finished_page_is_compressed_as_asked() {
    let backend = finished(&[]).await;
    let plain = get(&backend, "/").await;
    for text in screens::languages::ALL {
        let path = format!("/?language={}", text.language);
        let bytes = |encoding: &'static str| {
            let call = Call::get(&path).header("accept-encoding", encoding);
            let backend = &backend;
            async move {
                let answer = backend.call(call).await;
                let said = answer.header("content-encoding").unwrap_or("identity");
                assert_eq!(said, encoding);
                answer.assert_ok().body.clone()
            }
        };
        let (raw, br, gzip) = (
            bytes("identity").await,
            bytes("br").await,
            bytes("gzip").await,
        );
        println!(
            "{:<8} {:>6} B  br {:>5}  gz {:>5}",
            text.language,
            raw.len(),
            br.len(),
            gzip.len()
        );
        assert!(br.len() < gzip.len() && gzip.len() < raw.len() / 2);
        let mut back = Vec::new();
        std::io::Read::read_to_end(&mut brotli::Decompressor::new(&br[..], 4096), &mut back)
            .unwrap();
        assert_eq!(back, raw);
    }
    let head = backend.call(Call::new("HEAD", "/")).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(
        head.header("content-length"),
        plain.header("content-length")
    );
}

#[tokio::test]
async fn logo_and_accent_are_on_every_page_and_never_change_under_their_name() {
    let folder = tempfile::tempdir().unwrap();
    let logo = folder.path().join("logo.svg");
    let picture = format!("<svg>{}</svg>", "<g/>".repeat(100));
    fs::write(&logo, &picture).unwrap();
    let logo = logo.to_str().unwrap();
    let backend = finished(&["--logo-file", logo, "--accent-color", "#0b6e4f"]).await;
    let config = get(&backend, "/api/config").await.json();
    let address = |name: &str| config[name].as_str().unwrap().to_owned();
    let (logo, style) = (address("logo_url"), address("style_url"));
    for path in ["/", "/plain"] {
        let page = get(&backend, path).await;
        let page = page.assert_ok().text();
        assert!(page.contains(&format!(
            "<img class=\"brand-logo\" src=\"{logo}\" alt=\"Pipit\">"
        )));
        assert!(page.contains(&format!(
            "<link rel=\"icon\" href=\"{logo}\" type=\"image/svg+xml\">"
        )));
        assert!(!page.contains("favicon") && !page.contains("brand-mark"));
        let bundles = page.find("/style-3c0d0a1b2c3d4e5f.css").unwrap();
        assert!(
            page.find(&format!("href=\"{style}\" integrity=\"sha384-"))
                .unwrap()
                > bundles
        );
        assert_eq!(page.contains("<script"), path == "/");
    }
    for (address, content_type, begins) in [
        (logo, "image/svg+xml", "<svg>"),
        (style, "text/css; charset=utf-8", ":root{--accent:#0b6e4f;"),
    ] {
        let answer = get(&backend, &address).await;
        assert!(answer.assert_ok().text().starts_with(begins));
        assert_eq!(answer.header("content-type"), Some(content_type));
        assert_eq!(
            answer.header("cache-control"),
            Some("public, max-age=31536000, immutable")
        );
        assert_eq!(
            answer.header("content-security-policy"),
            Some("default-src 'none'; frame-ancestors 'none'")
        );
    }
}
