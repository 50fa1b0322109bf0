//! The one error of these commands: what went wrong, and in one line what to do about it.
//!
//! No error kinds to match on: everything in here ends on a developer's terminal.

use std::fmt;

/// A step that did not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    what: String,
    remedy: String,
}

impl Failure {
    /// `what` happened; `remedy` is the sentence that tells the developer what to do.
    pub(crate) fn new(what: impl fmt::Display, remedy: impl fmt::Display) -> Self {
        Self {
            what: what.to_string(),
            remedy: remedy.to_string(),
        }
    }

    /// A file or folder that could not be read or written.
    pub(crate) fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::new(
            format_args!("{}: {error}", path.display()),
            "Check that the file exists and belongs to you, and that the disk is not full.",
        )
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  {}", self.what, self.remedy)
    }
}

impl std::error::Error for Failure {}
