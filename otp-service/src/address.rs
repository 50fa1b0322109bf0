//! Where a code goes to: a phone number or an e-mail address. Both belong to one user at most, have
//! limits of their own, and are hidden from every log (F-01).

use std::fmt;

use shared::PhoneNumber;
use shared::otp_service::{DeliveryChannel, MethodType};

use crate::ids::Kind;

/// Stands where a phone number has its country (ISO 3166 alpha-2): an e-mail address has none.
pub(crate) const NO_COUNTRY: &str = "";

/// An e-mail address as far as this service looks at one: something, `@`, a host name. In lower
/// case, so that no spelling opens a second account.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct EmailAddress(String);

/// The text is no e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotAnEmail;

impl EmailAddress {
    /// Takes at most 254 ASCII characters (RFC 5321, 4.5.3.1.3): a dot-atom of at most 64 and a host
    /// name with a dot. Quoted local parts, comments and address literals are refused.
    pub(crate) fn parse(text: &str) -> Result<Self, NotAnEmail> {
        let (local, host) = text.rsplit_once('@').ok_or(NotAnEmail)?;
        let atom =
            |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&byte);
        let dot_atom = |text: &str, of: &dyn Fn(u8) -> bool| {
            text.split('.')
                .all(|part| !part.is_empty() && part.bytes().all(of))
        };
        let label = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let labels = host
            .split('.')
            .all(|label| label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-'));
        let shaped = text.len() <= 254
            && local.len() <= 64
            && dot_atom(local, &atom)
            && host.contains('.')
            && dot_atom(host, &label)
            && labels;
        if shaped {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(NotAnEmail)
        }
    }
}

/// A phone number or an e-mail address. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Address {
    Phone(PhoneNumber),
    Email(EmailAddress),
}

impl Address {
    /// The canonical text. What receives it must not log it.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Phone(number) => number.as_str(),
            Self::Email(EmailAddress(text)) => text,
        }
    }

    /// An address as [`Address::as_str`] wrote it.
    pub(crate) fn parse(method_type: MethodType, text: &str) -> Option<Self> {
        match method_type {
            MethodType::PhoneNumber => PhoneNumber::parse(text).ok().map(Self::Phone),
            MethodType::Email => EmailAddress::parse(text).ok().map(Self::Email),
        }
    }

    /// The same where nobody says which of the two it is.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        let method_type = if text.contains('@') {
            MethodType::Email
        } else {
            MethodType::PhoneNumber
        };
        Self::parse(method_type, text)
    }

    pub(crate) fn method_type(&self) -> MethodType {
        match self {
            Self::Phone(_) => MethodType::PhoneNumber,
            Self::Email(_) => MethodType::Email,
        }
    }

    pub(crate) fn channel(&self) -> DeliveryChannel {
        match self {
            Self::Phone(_) => DeliveryChannel::Sms,
            Self::Email(_) => DeliveryChannel::Email,
        }
    }

    /// What an id of a method with such an address names.
    pub(crate) fn id_kind(&self) -> Kind {
        match self {
            Self::Phone(_) => Kind::PhoneNumber,
            Self::Email(_) => Kind::Email,
        }
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(hidden)")
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_that_mail_servers_take() {
        for (text, canonical) in [
            ("ada@example.com", "ada@example.com"),
            (
                "Ada.Lovelace+codes@Example.COM",
                "ada.lovelace+codes@example.com",
            ),
            ("o'hara_1@mail.example.co.uk", "o'hara_1@mail.example.co.uk"),
            ("x@xn--bcher-kva.example", "x@xn--bcher-kva.example"),
        ] {
            assert_eq!(
                Address::Email(EmailAddress::parse(text).unwrap()).as_str(),
                canonical
            );
        }
    }

    #[test]
    fn texts_that_are_no_address() {
        let long = format!("{}@example.com", "a".repeat(65));
        for text in [
            "",
            "@",
            "ada",
            "ada@",
            "@example.com",
            "ada@example",
            "ada@@example.com",
            "a b@example.com",
            ".ada@example.com",
            "a..b@example.com",
            "ada@-example.com",
            "ada@example..com",
            "ada@[127.0.0.1]",
            "\"ada\"@example.com",
            "ada@example.com\r\nbcc: eve@example.com",
            "ädä@example.com",
            &long,
        ] {
            assert_eq!(EmailAddress::parse(text), Err(NotAnEmail), "{text}");
        }
    }

    #[test]
    fn debug_output_hides_the_address_f_01() {
        let address = Address::Email(EmailAddress::parse("ada@example.com").unwrap());
        assert_eq!(format!("{address:?}"), "Address(hidden)");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_the_canonical_form_is_stable(text in "\\PC{0,40}|[a-z.@-]{0,30}") {
            if let Ok(address) = EmailAddress::parse(&text) {
                prop_assert_eq!(EmailAddress::parse(&address.0), Ok(address));
            }
        }
    }
}
