//! Whole pages as HTML text, for whoever answers a browser or writes a file: the page on which the
//! program starts, with its first screen drawn already, and the screens for browsers without JavaScript.
//!
//! Plain functions that return texts. What comes from outside, an operator's name for the product above
//! all, goes through [`escape`]; nothing in here is inline script or style (D-03, D-04).

mod assets;
mod countries;
mod document;
pub mod plain;
mod program;

pub use assets::Assets;
pub use countries::{country_name, country_names};
pub use document::{Brand, Document, Head};
pub use program::{Program, links, program};

/// Text as it stands between tags and in quoted attributes.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // No text holds one, and a parser would put another character in its place.
            '\0' => {}
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_that_means_something_in_html_gets_through() {
        assert_eq!(
            escape("<b title=\"x\">Tom & Jerry's</b>\0"),
            "&lt;b title=&quot;x&quot;&gt;Tom &amp; Jerry&#39;s&lt;/b&gt;"
        );
        assert_eq!(escape("Größe 日本 العربية"), "Größe 日本 العربية");
    }
}
