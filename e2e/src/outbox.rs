//! The outbox, where the messages are that a phone would have received.

use http::Method;
use serde_json::Value;

use crate::patience::wait_for;
use crate::plain_http::send;
use crate::trouble::{Outcome, Trouble};

/// The messages of one running product.
#[derive(Debug, Clone)]
pub struct Outbox {
    address: String,
}

/// One message.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    id: String,
    /// The code in it.
    pub code: String,
    /// What the phone would show.
    pub text: String,
}

impl Outbox {
    pub(crate) fn new(address: String) -> Self {
        Self { address }
    }

    /// The messages to a number in E.164 form, newest first.
    ///
    /// # Errors
    /// When the outbox does not answer, or not in its contract's words.
    pub async fn messages(&self, number: &str) -> Outcome<Vec<Message>> {
        let to = number.replacen('+', "%2B", 1);
        let url = format!("{}/outbox/messages?to={to}", self.address);
        let answer = send(Method::GET, &url, &[]).await?;
        if answer.status != 200 {
            return Err(Trouble::new(format_args!(
                "the outbox answers {}",
                answer.status
            )));
        }
        let messages = answer.body["messages"].as_array();
        let messages = messages.ok_or_else(|| Trouble::new("the outbox has no messages field"))?;
        messages.iter().map(Message::read).collect()
    }

    /// Waits until this many messages are there, no more and no less, and gives the newest code.
    pub async fn wait_for_code(&self, number: &str, count: usize) -> Outcome<String> {
        wait_for(format_args!("message number {count}"), async || {
            let messages = self.messages(number).await?;
            let newest = messages.first().map(|message| message.code.clone());
            Ok(newest.filter(|_| messages.len() == count))
        })
        .await
    }

    /// Waits until there is one message more than before, and gives its code. Of two messages of one
    /// second the outbox does not know which is newer.
    pub async fn wait_for_new_code(&self, number: &str, before: &[Message]) -> Outcome<String> {
        wait_for("a new message", async || {
            let mut messages = self.messages(number).await?;
            messages.retain(|one| before.iter().all(|other| other.id != one.id));
            Ok(match messages.as_slice() {
                [new] => Some(new.code.clone()),
                _ => None,
            })
        })
        .await
    }
}

impl Message {
    fn read(message: &Value) -> Outcome<Self> {
        let field = |name: &str| {
            let text = message[name].as_str().map(str::to_owned);
            text.ok_or_else(|| Trouble::new(format_args!("a message has no {name}")))
        };
        Ok(Self {
            id: field("id")?,
            code: field("code")?,
            text: field("text")?,
        })
    }
}

/// Codes are shown by no `Debug`, not even those of tests (F-01).
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Message(hidden)")
    }
}
