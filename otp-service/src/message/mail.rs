//! A text as an e-mail has it: a subject and a body. It is kept as one text, the subject in its first line and
//! an empty line behind that, so that the queue knows of nothing but texts.

/// What stands between subject and body.
const GAP: &str = "\n\n";

/// A subject and a body. It holds a code, so there is no `Debug`.
pub(crate) struct Mail<'a> {
    pub(crate) subject: &'a str,
    pub(crate) body: &'a str,
}

impl<'a> Mail<'a> {
    /// `None`: the text has no subject.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (subject, body) = text.split_once(GAP)?;
        let one_line = !subject.is_empty() && !subject.contains('\n');
        one_line.then_some(Self { subject, body })
    }

    /// The text of which [`Self::parse`] makes this.
    pub(crate) fn text(&self) -> String {
        [self.subject, self.body].join(GAP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_the_line_before_the_first_empty_one() {
        let subject_and_body = |text| Mail::parse(text).map(|mail| (mail.subject, mail.body));
        for (text, found) in [
            ("one\n\ntwo\n\nthree", Some(("one", "two\n\nthree"))),
            ("one\n\n", Some(("one", ""))),
            ("one\ntwo\n\nthree", None),
            ("\n\ntwo", None),
            ("one\ntwo", None),
            ("", None),
        ] {
            assert_eq!(subject_and_body(text), found, "{text:?}");
        }
        let text = "one\n\ntwo\n\nthree";
        assert_eq!(Mail::parse(text).unwrap().text(), text);
    }
}
