//! `index.html` as it is shipped: the program's page in English, with the tags that Trunk has written,
//! and beside it the texts of every language, each a file with a content hash in its name.

use std::fs;

use screens::html::{Assets, Program, program};
use screens::languages::{ALL, ENGLISH};

use super::TRUNK_SERVES;
use super::integrity::{Files, short_hash};
use super::markup::{Tag, tags};
use crate::failure::Failure;

/// Writes the texts and gives the page.
pub(crate) fn compose(html: &str, files: &Files) -> Result<String, Failure> {
    let mut assets = assets(html);
    assets.program.insert_str(0, &texts(files)?);
    Ok(program(&Program {
        text: &ENGLISH,
        first_screen: true,
        config: None,
        assets: &assets.marked(),
        end: &live_reload(html),
    }))
}

/// `<meta name="texts">`, which says where each language's texts are.
fn texts(files: &Files) -> Result<String, Failure> {
    let mut places = Vec::new();
    for text in ALL {
        let lines = text.lines();
        let name = format!(
            "text-{}-{}.txt",
            text.language,
            short_hash(lines.as_bytes())
        );
        let path = files.folder().join(&name);
        fs::write(&path, lines).map_err(|error| Failure::file(&path, &error))?;
        places.push(format!("{}={}", text.language, files.address_of(&name)));
    }
    Ok(format!(
        "<meta name=\"texts\" content=\"{}\">",
        places.join(" ")
    ))
}

/// What loads files, as it stands in the page.
fn assets(html: &str) -> Assets {
    let mut assets = Assets::default();
    for tag in tags(html) {
        let part = match (tag.name.as_str(), tag.attribute("rel")) {
            ("link", Some("stylesheet")) => &mut assets.style,
            ("link", Some("modulepreload" | "preload")) => &mut assets.program,
            ("link", _) => &mut assets.icon,
            ("script", _) if tag.attribute("src").is_some() => &mut assets.program,
            _ => continue,
        };
        part.push_str(&html[tag.span.start..tag.end]);
    }
    assets
}

/// Trunk's own script, there only while Trunk serves.
fn live_reload(html: &str) -> String {
    let serves =
        |tag: &Tag| tag.name == "script" && html[tag.content.clone()].contains(TRUNK_SERVES);
    tags(html)
        .into_iter()
        .filter(serves)
        .map(|tag| html[tag.span.start..tag.end].to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tag_that_loads_something_finds_its_part() {
        let html = "<head><meta charset=utf-8><link rel=icon href=/a.svg><link rel=manifest href=/m>\
                    <link rel=stylesheet href=/a.css><link rel=preload href=/a.wasm>\
                    <link rel=modulepreload href=/a.js><script type=module src=/a.js></script></head>";
        let assets = assets(html);
        assert_eq!(
            assets.icon,
            "<link rel=icon href=/a.svg><link rel=manifest href=/m>"
        );
        assert_eq!(assets.style, "<link rel=stylesheet href=/a.css>");
        assert_eq!(
            assets.program,
            "<link rel=preload href=/a.wasm><link rel=modulepreload href=/a.js><script type=module src=/a.js></script>"
        );
    }

    #[test]
    fn the_page_says_where_the_texts_of_each_language_are() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new(folder.path(), "/sign-in/");
        let page = compose("<head></head>", &files).unwrap();
        let (_, rest) = page.split_once("<meta name=\"texts\" content=\"").unwrap();
        let (places, _) = rest.split_once('"').unwrap();
        let mut languages = Vec::new();
        for place in places.split(' ') {
            let (language, address) = place.split_once('=').unwrap();
            let name = address.strip_prefix("/sign-in/").unwrap();
            let lines = fs::read_to_string(folder.path().join(name)).unwrap();
            assert_eq!(lines.lines().next(), Some(language));
            languages.push(language.to_owned());
        }
        let all: Vec<_> = ALL.iter().map(|text| text.language).collect();
        assert_eq!(languages, all);
    }
}
