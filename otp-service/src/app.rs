//! Whose data it is. Everything belongs to an app, and apps never meet (C-13).

/// Whether messages may leave the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// `sk_test_…`: they go to the outbox only.
    Test,
    /// `sk_live_…`
    Live,
}

impl Mode {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }

    /// The mode that [`Mode::as_str`] wrote.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Test, Self::Live]
            .into_iter()
            .find(|mode| mode.as_str() == word)
    }

    /// The mode of a secret key: `sk_test_` or `sk_live_` and 48 letters and digits. `None`: no key.
    pub(crate) fn of_key(key: &str) -> Option<Self> {
        let (mode, random) = match (key.strip_prefix("sk_test_"), key.strip_prefix("sk_live_")) {
            (Some(random), _) => (Self::Test, random),
            (_, Some(random)) => (Self::Live, random),
            _ => return None,
        };
        (random.len() == 48 && random.bytes().all(|byte| byte.is_ascii_alphanumeric()))
            .then_some(mode)
    }
}

/// The data that one secret key opens.
#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) mode: Mode,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_prefix_and_48_letters_and_digits() {
        let random = "a1".repeat(24);
        assert_eq!(Mode::of_key(&format!("sk_test_{random}")), Some(Mode::Test));
        assert_eq!(Mode::of_key(&format!("sk_live_{random}")), Some(Mode::Live));
        for key in [
            "",
            "sk_test_",
            &random,
            &format!("sk_test_{random}x"),
            &format!("sk_test_{}-", &random[1..]),
        ] {
            assert_eq!(Mode::of_key(key), None, "{key}");
        }
    }
}
