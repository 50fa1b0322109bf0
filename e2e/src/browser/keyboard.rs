//! The keyboard on its own, for whoever uses no mouse: keys go to what has the focus.

use fantoccini::actions::{InputSource, KeyAction, KeyActions};

use super::Browser;
use super::find::Role;
use crate::trouble::{Outcome, Trouble};

/// Keys that are no letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// To the next thing that can have the focus.
    Tab,
    /// Presses a button, sends a form.
    Enter,
    /// Presses a button.
    Space,
    /// Down in a list.
    Down,
    /// Closes what is open.
    Escape,
}

impl Key {
    /// The key's code point in WebDriver's table (W3C WebDriver, 17.4.2).
    fn code(self) -> char {
        match self {
            Self::Tab => '\u{e004}',
            Self::Enter => '\u{e007}',
            Self::Space => ' ',
            Self::Down => '\u{e015}',
            Self::Escape => '\u{e00c}',
        }
    }
}

impl Browser {
    /// Presses and releases one key.
    pub async fn key(&self, key: Key) -> Outcome {
        self.keys(&key.code().to_string()).await
    }

    /// Presses and releases the keys of a text one after the other.
    pub async fn keys(&self, text: &str) -> Outcome {
        let mut actions = KeyActions::new("keyboard".to_owned());
        for value in text.chars() {
            actions = actions
                .then(KeyAction::Down { value })
                .then(KeyAction::Up { value });
        }
        Ok(self.client.perform_actions(actions).await?)
    }

    /// Presses Tab until the element with this role and name has the focus.
    pub async fn tab_to(&self, role: Role, name: &str) -> Outcome {
        const FAR: usize = 40;
        let mut passed = Vec::new();
        for _ in 0..FAR {
            let focus = self.focused().await?;
            if focus.is(role, name) {
                return Ok(());
            }
            passed.push(focus.to_string());
            self.key(Key::Tab).await?;
        }
        Err(Trouble::new(format_args!(
            "{FAR} times Tab do not reach “{name}”; the focus passed {}",
            passed.join(", ")
        )))
    }
}
