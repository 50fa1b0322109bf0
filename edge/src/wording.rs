//! Turns a deserializer's complaint into a sentence for the caller, built only from the field's name
//! and from what was expected: never from what was sent, which may be a code or a number (F-01).

/// `path` is where it happened, `complaint` what serde says.
pub(crate) fn describe(path: &str, complaint: &str) -> String {
    if let Some(field) = between(complaint, "missing field `", "`") {
        return format!("{} is missing.", quoted(&join(path, field)));
    }
    match expected(complaint) {
        Some(expected) => format!("{} must be {expected}.", quoted(path)),
        None => format!("{} is malformed.", quoted(path)),
    }
}

fn join(path: &str, field: &str) -> String {
    if path == "." {
        field.to_owned()
    } else {
        format!("{path}.{field}")
    }
}

/// Names of our own fields only; a key that a caller made up is not repeated.
fn quoted(path: &str) -> String {
    let ours = (1..=64).contains(&path.len())
        && path != "."
        && path.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.[]".contains(&byte)
        });
    if ours {
        format!("`{path}`")
    } else {
        "The request".to_owned()
    }
}

/// What serde expected. It always stands last, after the value that was sent, so the last
/// occurrence is serde's own even if the value holds the same words.
fn expected(complaint: &str) -> Option<String> {
    let (_, rest) = complaint.rsplit_once(", expected ")?;
    let words = rest.split(" at line ").next().unwrap_or(rest).trim();
    Some(match words {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, not negative".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        "a map" => "an object".to_owned(),
        "a sequence" => "a list".to_owned(),
        words if words.starts_with("struct ") => "an object".to_owned(),
        words => words.to_owned(),
    })
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.strip_prefix(before)?
        .split_once(after)
        .map(|(inside, _)| inside)
}

#[cfg(test)]
mod tests {
    use crate::strict;
    use serde::Deserialize;
    use shared::OtpCode;
    use shared::otp_service::{SendOtpBySmsRequest, VerifyOtpRequest};

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only its reading is looked at")]
    struct Page {
        limit: u32,
        kind: Kind,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Newest,
        Oldest,
    }

    fn said<T: for<'de> Deserialize<'de>>(body: &str) -> String {
        strict::read::<T>(body.as_bytes()).err().unwrap_or_default()
    }

    #[test]
    fn the_sentence_names_the_field_and_what_was_expected() {
        for (body, sentence) in [
            ("{}", "`phone_number` is missing."),
            ("{\"phone_number\":5}", "`phone_number` must be a string."),
            (
                "{\"phone_number\":\"x\",\"expires_in\":11}",
                "`expires_in` must be a whole number of minutes from 1 to 10.",
            ),
            (
                "{\"phone_number\":\"x\",\"expires_in\":null}",
                "`expires_in` must be a whole number of minutes from 1 to 10.",
            ),
            (
                "{\"phone_number\":\"x\",\"device_fingerprint\":{\"ip\":[]}}",
                "`device_fingerprint.ip` must be a string.",
            ),
            (
                "{\"phone_number\":\"x\",\"device_fingerprint\":7}",
                "`device_fingerprint` must be an object.",
            ),
        ] {
            assert_eq!(said::<SendOtpBySmsRequest>(body), sentence, "{body}");
        }
        assert_eq!(
            said::<Page>("{\"limit\":-1,\"kind\":\"newest\"}"),
            "`limit` must be a whole number, not negative."
        );
        assert_eq!(
            said::<Page>("{\"limit\":1,\"kind\":\"123456\"}"),
            "`kind` must be `newest` or `oldest`."
        );
    }

    #[test]
    fn what_was_sent_is_never_repeated_f_01() {
        for otp in [
            "\"99999\"",
            "99999",
            "\"99999, expected 99999 at line \"",
            "[99999]",
        ] {
            let body = format!("{{\"method_id\":\"pn_1\",\"otp\":{otp}}}");
            let sentence = said::<VerifyOtpRequest>(&body);
            assert!(sentence.starts_with("`otp` must be a "), "{sentence}");
            assert!(!sentence.contains("99999"), "{sentence}");
        }
        let sentence = said::<std::collections::HashMap<String, OtpCode>>("{\"+12125550142\":1}");
        assert!(!sentence.contains("5550142"), "{sentence}");
    }
}
