//! The tags by which a page loads its files. The finishing of the bundle writes them into `index.html`
//! between marks; the backend finds them there and puts them into the pages that it makes.

const MARKS: [&str; 4] = ["<!--icon-->", "<!--style-->", "<!--program-->", "<!--/-->"];

/// Tags of the head, as HTML.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assets {
    /// The product's sign in the browser's tab.
    pub icon: String,
    /// The look; all pages have it.
    pub style: String,
    /// What starts the program, and where it finds the texts of the other languages.
    pub program: String,
}

impl Assets {
    /// Finds them in a page that was written with marks; `None` in any other page.
    #[must_use]
    pub fn find(page: &str) -> Option<Self> {
        let (_, mut rest) = page.split_once(MARKS[0])?;
        let mut next = |mark: &str| {
            let (part, behind) = rest.split_once(mark)?;
            rest = behind;
            Some(part.to_owned())
        };
        Some(Self {
            icon: next(MARKS[1])?,
            style: next(MARKS[2])?,
            program: next(MARKS[3])?,
        })
    }

    /// All of them, with the marks that [`Assets::find`] looks for.
    #[must_use]
    pub fn marked(&self) -> String {
        let [icon, style, program, end] = MARKS;
        format!(
            "{icon}{}{style}{}{program}{}{end}",
            self.icon, self.style, self.program
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_marked_is_found_again_and_a_page_without_marks_has_none() {
        let assets = Assets {
            icon: "<link rel=icon>".to_owned(),
            style: String::new(),
            program: "<script src=/a.js></script>".to_owned(),
        };
        let page = format!("<head>{}</head>", assets.marked());
        assert_eq!(Assets::find(&page), Some(assets));
        for page in [
            "",
            "<!--icon-->",
            "<!--style--><!--program--><!--/-->",
            "<!doctype html>page",
        ] {
            assert_eq!(Assets::find(page), None, "{page}");
        }
    }
}
