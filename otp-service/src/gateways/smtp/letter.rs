//! A letter as it is written (RFC 5322): its headers, and the text in UTF-8, so encoded that every relay takes
//! it. Nothing in it is the caller's but the address, which is checked again.

use std::time::{Duration, UNIX_EPOCH};

use lettre::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Mailbox, Message};

use super::super::Outgoing;
use crate::message::Mail;

/// That no person wrote it, so that no machine answers (RFC 3834, 5).
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// It holds an address and a code, so there is no `Debug`.
pub(super) struct Letter {
    pub(super) from: Address,
    pub(super) to: Address,
    /// What it is called (`Message-ID`), without brackets.
    pub(super) id: String,
    pub(super) content: Vec<u8>,
}

impl Letter {
    /// `None`: there is no such letter, since something about the address or the text is not as it has to be.
    pub(super) fn write(from: &Mailbox, message: &Outgoing<'_>) -> Option<Self> {
        let mail = Mail::parse(message.text)?;
        let to: Address = message.to.parse().ok()?;
        let id = format!("{}@{}", message.id, from.email.domain());
        let since = Duration::from_secs(u64::try_from(message.now).ok()?);
        let letter = Message::builder()
            .date(UNIX_EPOCH + since)
            .from(from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(mail.subject)
            .message_id(Some(format!("<{id}>")))
            .raw_header(HeaderValue::new(
                AUTO_SUBMITTED,
                "auto-generated".to_owned(),
            ))
            .header(MIME_VERSION_1_0)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.body.to_owned())
            .ok()?;
        Some(Self {
            from: from.email.clone(),
            to,
            id,
            content: letter.formatted(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Votre code Pipit\n\nVotre code Pipit est 012345.\n.\n@localhost #012345";

    fn written(from: &str, to: &str, text: &str) -> Option<String> {
        let message = Outgoing {
            id: "msg_39TqpVr7FzU2gLoA5iXcJyS9bNw",
            to,
            text,
            country: "",
            lives: 300,
            now: 1_800_000_000,
        };
        let letter = Letter::write(&from.parse().unwrap(), &message)?;
        Some(String::from_utf8(letter.content).unwrap())
    }

    #[test]
    fn a_letter_has_the_headers_of_one_that_a_machine_wrote() {
        let from = "Pipit <no-reply@example.com>";
        let letter = written(from, "ada@example.org", TEXT).unwrap();
        let (head, body) = letter.split_once("\r\n\r\n").unwrap();
        let mut headers: Vec<_> = head.split("\r\n").collect();
        headers.sort_unstable();
        assert_eq!(
            headers,
            [
                "Auto-Submitted: auto-generated",
                "Content-Transfer-Encoding: 7bit",
                "Content-Type: text/plain; charset=utf-8",
                "Date: Fri, 15 Jan 2027 08:00:00 +0000",
                "From: Pipit <no-reply@example.com>",
                "MIME-Version: 1.0",
                "Message-ID: <msg_39TqpVr7FzU2gLoA5iXcJyS9bNw@example.com>",
                "Subject: Votre code Pipit",
                "To: ada@example.org",
            ]
        );
        assert_eq!(
            body,
            "Votre code Pipit est 012345.\r\n.\r\n@localhost #012345"
        );
    }

    #[test]
    fn whatever_its_language_every_relay_can_take_it() {
        let text = "आपका Pipit कोड\n\nआपका Pipit कोड 012345 है।";
        let letter = written("Päpit <a@example.com>", "ada@example.org", text).unwrap();
        assert!(letter.is_ascii(), "{letter}");
        assert!(letter.contains("Subject: =?utf-8?b?"), "{letter}");
        assert!(letter.lines().all(|line| line.len() <= 78), "{letter}");
        assert!(!letter.contains("8bit"), "{letter}");
    }

    #[test]
    fn no_address_and_no_text_adds_a_header_g_10() {
        for (to, text) in [
            ("ada@example.org\r\nBcc: eve@example.org", TEXT),
            ("ada@example.org>\r\nDATA", TEXT),
            ("ada@example.org, eve@example.org", TEXT),
            ("+12125550142", TEXT),
            ("", TEXT),
            ("ada@example.org", "a text without a subject"),
        ] {
            assert_eq!(written("a@example.com", to, text), None, "{to} {text}");
        }
        let text = "Subject\rBcc: eve@example.org\n\nbody";
        let letter = written("a@example.com", "ada@example.org", text).unwrap();
        let (head, _) = letter.split_once("\r\n\r\n").unwrap();
        let header = |line: &str| line.to_ascii_lowercase().starts_with("bcc:");
        assert!(!head.split(['\r', '\n']).any(header), "{head:?}");
    }
}
