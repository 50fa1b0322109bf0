//! The one error of the browser tests: a sentence for whoever reads the failed test.

use std::fmt;

/// What went wrong, in words.
pub struct Trouble {
    message: String,
}

/// What a test, or a part of one, ends with.
pub type Outcome<T = ()> = Result<T, Trouble>;

impl Trouble {
    /// Trouble with this sentence.
    #[must_use]
    pub fn new(message: impl fmt::Display) -> Self {
        Self {
            message: message.to_string(),
        }
    }

    /// The same trouble with words about what was being done.
    #[must_use]
    pub fn during(self, what: impl fmt::Display) -> Self {
        Self::new(format_args!("{what}: {}", self.message))
    }
}

/// Test runners print an error by its `Debug` form, so this is the sentence as it is.
impl fmt::Debug for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

// `Trouble` is no `std::error::Error`, so that every error becomes one with `?`.
impl<E: std::error::Error> From<E> for Trouble {
    fn from(error: E) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            message = format!("{message}: {error}");
            cause = error.source();
        }
        Self { message }
    }
}
