//! Reads the tags of an HTML page: enough for a page that Trunk has written, whose tags are whole
//! and whose attributes are quoted or bare. Not a parser for the wild web.

use std::ops::Range;

/// One start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    /// In lower case.
    pub(crate) name: String,
    /// Names in lower case; values as they stand, without quotes.
    pub(crate) attributes: Vec<(String, String)>,
    /// Where the tag itself stands in the page.
    pub(crate) span: Range<usize>,
    /// What stands between a script's or a style's two tags; empty for all others.
    pub(crate) content: Range<usize>,
    /// Where a script or a style ends with its end tag; for all others where the tag ends.
    pub(crate) end: usize,
}

impl Tag {
    /// The value of an attribute, where it is there.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let (_, value) = self
            .attributes
            .iter()
            .find(|(attribute, _)| attribute == name)?;
        Some(value)
    }
}

/// Every start tag of the page in order; comments and the inside of scripts and styles are no tags.
pub(crate) fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(found) = html[at..].find('<') {
        let start = at + found;
        let rest = &html[start..];
        if rest.starts_with("<!--") {
            at = rest.find("-->").map_or(html.len(), |end| start + end + 3);
        } else if rest[1..].starts_with(|next: char| next.is_ascii_alphabetic()) {
            let tag = read_tag(html, start);
            at = tag.end;
            tags.push(tag);
        } else {
            at = start + 1;
        }
    }
    tags
}

fn read_tag(html: &str, start: usize) -> Tag {
    let mut reader = Reader {
        html,
        at: start + 1,
    };
    let name = reader
        .until(|c| c.is_whitespace() || c == '/' || c == '>')
        .to_ascii_lowercase();
    let mut attributes = Vec::new();
    loop {
        reader.skip(|c| c.is_whitespace() || c == '/');
        match reader.peek() {
            None => break,
            Some('>') => {
                reader.at += 1;
                break;
            }
            Some(_) => attributes.push(reader.attribute()),
        }
    }
    let span = start..reader.at;
    let (content, end) = if name == "script" || name == "style" {
        let end_tag = format!("</{name}>");
        let rest = html[span.end..].to_ascii_lowercase();
        let length = rest.find(&end_tag).unwrap_or(rest.len());
        let content = span.end..span.end + length;
        let end = (content.end + end_tag.len()).min(html.len());
        (content, end)
    } else {
        (span.end..span.end, span.end)
    };
    Tag {
        name,
        attributes,
        span,
        content,
        end,
    }
}

struct Reader<'a> {
    html: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<char> {
        self.html[self.at..].chars().next()
    }

    fn until(&mut self, stop: impl Fn(char) -> bool) -> &'a str {
        let rest = &self.html[self.at..];
        let length = rest.find(stop).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn skip(&mut self, part: impl Fn(char) -> bool) {
        self.until(|c| !part(c));
    }

    fn attribute(&mut self) -> (String, String) {
        let name = self
            .until(|c| c.is_whitespace() || matches!(c, '=' | '>' | '/'))
            .to_ascii_lowercase();
        self.skip(char::is_whitespace);
        if self.peek() != Some('=') {
            // A stray sign that is no name must not stop the reader.
            if name.is_empty() {
                self.at += self.peek().map_or(0, char::len_utf8);
            }
            return (name, String::new());
        }
        self.at += 1;
        self.skip(char::is_whitespace);
        let value = match self.peek() {
            Some(quote @ ('"' | '\'')) => {
                self.at += 1;
                let value = self.until(|c| c == quote);
                self.at = (self.at + 1).min(self.html.len());
                value
            }
            _ => self.until(|c| c.is_whitespace() || c == '>'),
        };
        (name, value.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(html: &str) -> Vec<(String, Vec<(String, String)>)> {
        tags(html)
            .into_iter()
            .map(|tag| (tag.name, tag.attributes))
            .collect()
    }

    #[test]
    fn attributes_are_read_quoted_bare_and_empty() {
        let tags = read(r#"<INPUT Type="tel" name='phone' value=a>b<br/><p hidden>"#);
        let text = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            tags,
            [
                (
                    "input".to_owned(),
                    vec![
                        text("type", "tel"),
                        text("name", "phone"),
                        text("value", "a")
                    ]
                ),
                ("br".to_owned(), vec![]),
                ("p".to_owned(), vec![text("hidden", "")]),
            ]
        );
    }

    #[test]
    fn a_greater_sign_in_quotes_ends_no_tag() {
        assert_eq!(
            read(r#"<a title="a > b" href=/x>"#)[0].1[1],
            ("href".to_owned(), "/x".to_owned())
        );
    }

    #[test]
    fn comments_and_the_inside_of_scripts_are_no_tags() {
        let html = "<!-- <script> --><script>if (a < b) '<p>'</script><p>";
        let names: Vec<_> = read(html).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["script", "p"]);
    }

    #[test]
    fn a_script_knows_its_content_and_its_end() {
        let html = "<head><script type=module>let a;</script><p>";
        let script = &tags(html)[1];
        assert_eq!(&html[script.content.clone()], "let a;");
        assert_eq!(&html[script.end..], "<p>");
        let html = "<script src=/a.js></script><p>";
        assert_eq!(&html[tags(html)[0].end..], "<p>");
        let html = "<p>text";
        assert_eq!(&html[tags(html)[0].end..], "text");
    }

    #[test]
    fn broken_markup_ends_the_reading_and_never_hangs() {
        for html in [
            "<",
            "<a",
            "<a href",
            "<a href=",
            "<a href='x",
            "<a = >",
            "<a \"=>",
            "<!--",
            "<script>",
            "<1>",
            "a<",
        ] {
            tags(html);
        }
    }
}
