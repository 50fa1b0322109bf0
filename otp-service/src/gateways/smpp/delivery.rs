//! Delivery receipts as message centres send them (SMPP 3.4, appendix B): a text that each vendor writes
//! a little differently, and fields that say the same. What is read here is pure.

use rusmpp::pdus::DeliverSm;
use rusmpp::tlvs::TlvValue;

use crate::rules::delivery::Report;

/// What a message centre reports. It holds a number, so there is no `Debug`.
#[derive(Clone)]
pub(super) struct Delivery {
    /// What the centre calls the message, or nearly so.
    pub(super) reference: String,
    /// Digits of the number that the message went to, as far as it says so.
    pub(super) to: String,
    /// `None`: it reports something that is no news of a delivery.
    pub(super) report: Option<Report>,
}

/// The bits of `esm_class` that say what a message is.
const TYPE: u8 = 0b0011_1100;
const RECEIPT: u8 = 0b0000_0100;
const INTERMEDIATE: u8 = 0b0010_0000;

impl Delivery {
    /// `None`: it is no receipt, but what somebody has written to us, or it does not say of which message
    /// it is.
    pub(super) fn of(packet: &DeliverSm) -> Option<Self> {
        let values = || packet.tlvs().iter().filter_map(rusmpp::tlvs::Tlv::value);
        let named = values().find_map(|value| match value {
            TlvValue::ReceiptedMessageId(id) => Some(id.as_str().to_owned()),
            _ => None,
        });
        let kind = u8::from(packet.esm_class) & TYPE;
        if kind != RECEIPT && kind != INTERMEDIATE && named.is_none() {
            return None;
        }
        let state = values().find_map(|value| match value {
            TlvValue::MessageState(state) => Some(u8::from(*state)),
            _ => None,
        });
        let payload = values().find_map(|value| match value {
            TlvValue::MessagePayload(payload) => Some(payload.value.as_ref().to_vec()),
            _ => None,
        });
        let text = payload.unwrap_or_else(|| packet.short_message().as_ref().to_vec());
        let text = String::from_utf8_lossy(&text);
        Some(Self {
            reference: named
                .filter(|id| !id.is_empty())
                .or_else(|| field(&text, "id").map(str::to_owned))?,
            to: packet
                .source_addr
                .as_str()
                .trim_start_matches('+')
                .to_owned(),
            report: match (state.and_then(of_state), field(&text, "stat")) {
                (Some(report), _) => Some(report),
                (None, Some(word)) => of_word(word),
                (None, None) => None,
            },
        })
    }
}

/// The value of a field in `id:… sub:… stat:… text:…`; its text is the last one and may hold anything.
fn field<'a>(text: &'a str, wanted: &str) -> Option<&'a str> {
    let ours = text
        .to_ascii_lowercase()
        .find(" text:")
        .map_or(text, |end| text.get(..end).unwrap_or(text));
    let mut words = ours.split_whitespace();
    while let Some(word) = words.next() {
        let Some((name, value)) = word.split_once(':') else {
            continue;
        };
        if name.eq_ignore_ascii_case(wanted) {
            return if value.is_empty() {
                words.next()
            } else {
                Some(value)
            };
        }
    }
    None
}

/// `stat:`, seven letters at most.
fn of_word(word: &str) -> Option<Report> {
    match word.to_ascii_uppercase().as_str() {
        "DELIVRD" | "DELIVERED" => Some(Report::Delivered),
        "ENROUTE" | "ACCEPTD" | "ACCEPTED" | "SCHEDULED" => Some(Report::OnItsWay),
        "EXPIRED" | "DELETED" | "UNDELIV" | "REJECTD" | "REJECTED" | "FAILED" => {
            Some(Report::Failed)
        }
        _ => None,
    }
}

/// `message_state` (SMPP 3.4, 5.2.28). 7, unknown, is no news.
fn of_state(state: u8) -> Option<Report> {
    match state {
        2 => Some(Report::Delivered),
        0 | 1 | 6 => Some(Report::OnItsWay),
        3 | 4 | 5 | 8 => Some(Report::Failed),
        _ => None,
    }
}

/// How a reference may be written too: many centres answer in hexadecimal and report in decimal, or the
/// other way round, with or without leading zeros.
pub(super) fn other_spellings(reference: &str) -> Vec<String> {
    let mut others = Vec::new();
    let decimal = reference.bytes().all(|byte| byte.is_ascii_digit());
    if decimal && let Ok(number) = reference.parse::<u64>() {
        others.extend([
            number.to_string(),
            format!("{number:x}"),
            format!("{number:X}"),
            format!("{number:08x}"),
            format!("{number:08X}"),
        ]);
    }
    if let Ok(number) = u64::from_str_radix(reference, 16) {
        others.extend([number.to_string(), format!("{number:010}")]);
        others.extend([format!("{number:x}"), format!("{number:X}")]);
    }
    let mut seen = std::collections::HashSet::from([reference.to_owned()]);
    others.retain(|other| seen.insert(other.clone()));
    others
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rusmpp::tlvs::MessageDeliveryRequestTlvValue as Field;
    use rusmpp::types::{COctetString, OctetString};
    use rusmpp::values::{EsmClass, MessageState};

    fn packet(esm_class: u8, text: &str, fields: Vec<Field>) -> DeliverSm {
        DeliverSm::builder()
            .esm_class(EsmClass::from(esm_class))
            .source_addr(COctetString::from_slice(b"12125550142\0").unwrap())
            .short_message(OctetString::from_slice(text.as_bytes()).unwrap())
            .tlvs(fields)
            .build()
    }

    fn read(text: &str) -> Option<(String, Option<Report>)> {
        let delivery = Delivery::of(&packet(RECEIPT, text, Vec::new()))?;
        assert_eq!(delivery.to, "12125550142");
        Some((delivery.reference, delivery.report))
    }

    #[test]
    fn receipts_in_words_as_vendors_write_them() {
        for (text, id, report) in [
            (
                "id:0123456789 sub:001 dlvrd:001 submit date:2701150800 done date:2701150801 stat:DELIVRD err:000 text:Your code",
                "0123456789",
                Some(Report::Delivered),
            ),
            (
                "id:7d9b Submit Date:270115 stat:UNDELIV err:27 Text:id:9 stat:DELIVRD",
                "7d9b",
                Some(Report::Failed),
            ),
            ("ID:a-b_c STAT:expired", "a-b_c", Some(Report::Failed)),
            ("id: 42 stat: ACCEPTD", "42", Some(Report::OnItsWay)),
            ("id:42 stat:UNKNOWN", "42", None),
            ("id:42", "42", None),
        ] {
            assert_eq!(read(text), Some((id.to_owned(), report)), "{text}");
        }
        for text in ["", "stat:DELIVRD", "hello", "text:id:1 stat:DELIVRD", "id:"] {
            assert!(read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn fields_say_it_better_than_words_and_make_a_receipt_of_any_message() {
        let fields = |state| {
            vec![
                Field::ReceiptedMessageId(COctetString::from_slice(b"abc\0").unwrap()),
                Field::MessageState(state),
            ]
        };
        for (state, report) in [
            (MessageState::Delivered, Some(Report::Delivered)),
            (MessageState::Enroute, Some(Report::OnItsWay)),
            (MessageState::Rejected, Some(Report::Failed)),
            (MessageState::Unknown, Some(Report::Delivered)),
        ] {
            let delivery = Delivery::of(&packet(0, "id:x stat:DELIVRD", fields(state))).unwrap();
            assert_eq!(
                (delivery.reference.as_str(), delivery.report),
                ("abc", report)
            );
        }
        assert!(Delivery::of(&packet(0, "id:x stat:DELIVRD", Vec::new())).is_none());
    }

    #[test]
    fn a_reference_is_found_in_hexadecimal_and_in_decimal() {
        assert!(other_spellings("499602d2").contains(&"1234567890".to_owned()));
        assert!(other_spellings("1234567890").contains(&"499602d2".to_owned()));
        assert!(other_spellings("1234567890").contains(&"499602D2".to_owned()));
        assert!(other_spellings("0000000042").contains(&"42".to_owned()));
        assert!(other_spellings("550e8400-e29b").is_empty());
        assert!(other_spellings("").is_empty());
    }

    proptest! {
        #[test]
        fn no_receipt_makes_it_panic(text in "\\PC{0,60}|(id|stat|text|:| |[0-9a-f]){0,20}") {
            let text: String = text.chars().take(60).collect();
            let _ = Delivery::of(&packet(RECEIPT, &text, Vec::new()));
            let _ = other_spellings(&text);
        }
    }
}
