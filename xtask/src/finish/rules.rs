//! The rules that a finished page keeps so that its content policy can be as strict as D-03: no
//! inline script, style or handler, and no change of the base address.

use super::TRUNK_SERVES;
use super::markup::{Tag, tags};

/// Every rule that the page breaks, each in a few words; empty for a good page.
pub(crate) fn broken_rules(html: &str, served_by_trunk: bool) -> Vec<String> {
    tags(html)
        .iter()
        .filter(|tag| !(served_by_trunk && html[tag.content.clone()].contains(TRUNK_SERVES)))
        .flat_map(broken_by)
        .collect()
}

fn broken_by(tag: &Tag) -> Vec<String> {
    let mut broken = Vec::new();
    match tag.name.as_str() {
        "script" if tag.attribute("src").is_none() => broken.push("inline <script>".to_owned()),
        "style" => broken.push("inline <style>".to_owned()),
        "base" => broken.push("<base> (base-uri is 'none')".to_owned()),
        _ => {}
    }
    for (name, value) in &tag.attributes {
        if name == "style" || name.starts_with("on") {
            broken.push(format!("attribute {name} on <{}>", tag.name));
        }
        if value
            .trim_start()
            .to_ascii_lowercase()
            .starts_with("javascript:")
        {
            broken.push(format!("javascript: address on <{}>", tag.name));
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_files_only_is_good() {
        let html = r#"<html lang="en"><head><link rel="stylesheet" href="/a.css"><script type="module" src="/a.js"></script></head><body><noscript>On</noscript></body></html>"#;
        assert_eq!(broken_rules(html, false), Vec::<String>::new());
    }

    #[test]
    fn everything_inline_is_found_d_04() {
        for (html, rule) in [
            ("<script>1</script>", "inline <script>"),
            (
                "<script type='application/json'>{}</script>",
                "inline <script>",
            ),
            ("<style>a {}</style>", "inline <style>"),
            ("<p style='color: red'>", "attribute style on <p>"),
            ("<body onload=go()>", "attribute onload on <body>"),
            ("<a href=' JavaScript:go()'>", "javascript: address on <a>"),
            ("<base href=/>", "<base> (base-uri is 'none')"),
        ] {
            assert_eq!(broken_rules(html, false), [rule], "{html}");
        }
    }

    #[test]
    fn only_trunks_own_script_is_let_through_and_only_while_it_serves() {
        let reload = format!("<script>'{TRUNK_SERVES}'</script>");
        assert_eq!(broken_rules(&reload, true), Vec::<String>::new());
        assert_eq!(broken_rules(&reload, false).len(), 1);
        assert_eq!(broken_rules("<script>1</script>", true).len(), 1);
    }
}
