//! The last form of a log line: plain ASCII, at most 4 KiB (F-04).

use std::fmt::Write as _;
use std::io;

const LONGEST: usize = 4 * 1024;
/// ASCII, and yet not printable.
const DELETE: u8 = 0x7f;

/// Writes whole JSON lines, each given in one call, with everything but ASCII escaped: line and
/// paragraph separators, bidi marks and the like stay text for every reader.
pub(super) struct Lines<W>(W);

impl<W> Lines<W> {
    pub(super) fn new(out: W) -> Self {
        Self(out)
    }
}

impl<W: io::Write> io::Write for Lines<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if line.len() <= LONGEST && line.is_ascii() && !line.contains(&DELETE) {
            self.0.write_all(line)?;
            return Ok(line.len());
        }
        let text = String::from_utf8_lossy(line);
        let escaped = escape(&text);
        if escaped.len() > LONGEST {
            self.0.write_all(in_place_of(&escaped).as_bytes())?;
        } else {
            self.0.write_all(escaped.as_bytes())?;
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// What is written instead of a line that is too long: when it was, and that it was.
fn in_place_of(line: &str) -> String {
    let time = line
        .strip_prefix("{\"timestamp\":\"")
        .and_then(|rest| rest.split('"').next())
        .unwrap_or_default();
    format!(
        "{{\"timestamp\":\"{time}\",\"level\":\"WARN\",\"message\":\"a log line of more than 4 KiB was dropped\"}}\n"
    )
}

/// In JSON whatever is not ASCII, or is the ASCII delete, stands inside a string, so it can be
/// written as `\uXXXX`. Control characters are escaped by the JSON formatter already.
fn escape(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len());
    for character in line.chars() {
        if character.is_ascii() && character != '\u{7f}' {
            escaped.push(character);
            continue;
        }
        let mut units = [0; 2];
        for unit in character.encode_utf16(&mut units) {
            // Writing to a string can't fail.
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(log: impl FnOnce()) -> String {
        let kept = Kept::default();
        let out = kept.clone();
        let subscriber = crate::logging::to("trace".parse().unwrap(), move || out.clone());
        tracing::subscriber::with_default(subscriber, log);
        let bytes = kept.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn whatever_is_logged_stays_text_on_one_line_f_04() {
        let nasty = "\r\n\u{1b}[31m\0\u{7f}\u{2028}\u{202e}\u{1f600}é\"}";
        let line = logged(|| tracing::info!(nasty, "event"));
        assert!(
            line.bytes()
                .all(|byte| byte == b'\n' || (0x20..0x7f).contains(&byte)),
            "{line}"
        );
        assert_eq!(line.matches('\n').count(), 1);
        let object: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(object["nasty"], nasty);
        assert_eq!(object["message"], "event");
    }

    #[test]
    fn the_time_is_utc_with_milliseconds_f_04() {
        let line = logged(|| tracing::info!("event"));
        let object: serde_json::Value = serde_json::from_str(&line).unwrap();
        let time = object["timestamp"].as_str().unwrap();
        assert_eq!(time.len(), "2026-11-23T10:53:10.042Z".len(), "{time}");
        assert!(time.ends_with('Z'));
    }

    #[test]
    fn an_entry_is_at_most_four_kibibytes_f_04() {
        let line = logged(|| tracing::info!(long = "x".repeat(5_000), "event"));
        assert!(line.len() < LONGEST);
        assert!(line.contains("was dropped"), "{line}");
        let object: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert!(object["timestamp"].as_str().unwrap().ends_with('Z'));
    }

    #[test]
    fn what_escapes_make_of_an_entry_counts_f_04() {
        let line = logged(|| tracing::info!(long = "é".repeat(700), "event"));
        assert!(line.contains("was dropped"), "{line}");
        let line = logged(|| tracing::info!(long = "é".repeat(600), "event"));
        assert!(line.len() < LONGEST && line.contains("\\u00e9"), "{line}");
    }

    #[test]
    fn every_kind_of_field_stays_what_it_is() {
        let line = logged(|| {
            tracing::info!(
                text = "a\"b",
                number = -7,
                large = u64::MAX,
                share = 0.5,
                none = f64::NAN,
                flag = true,
                shown = %"x",
                debugged = ?Some("y"),
                missing = None::<&str>,
                "event"
            );
        });
        let object: serde_json::Value = serde_json::from_str(&line).unwrap();
        for (name, value) in [
            ("level", serde_json::json!("INFO")),
            ("message", "event".into()),
            ("text", "a\"b".into()),
            ("number", (-7).into()),
            ("large", u64::MAX.into()),
            ("share", 0.5.into()),
            ("none", serde_json::Value::Null),
            ("flag", true.into()),
            ("shown", "x".into()),
            ("debugged", "Some(\"y\")".into()),
        ] {
            assert_eq!(object[name], value, "{name}");
        }
        assert!(object.get("missing").is_none() && object.get("span").is_none());
        assert!(object["target"].as_str().unwrap().starts_with("edge::"));
    }
}
