//! Refuses JSON that two readers could understand differently (D-11, D-18), before any type is made
//! of it: the same key twice at any depth, too deep, too many keys, trailing bytes, no object.
//!
//! Not here: what the fields mean.

use std::fmt;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

const DEEPEST: u8 = 16;
const MOST_KEYS: usize = 64;

/// Looks the whole body through.
///
/// # Errors
/// A sentence for the caller, without anything the caller sent.
pub(crate) fn check(body: &[u8]) -> Result<(), String> {
    const NOT_JSON: &str = "The body is not valid JSON.";
    if body.trim_ascii_start().first() != Some(&b'{') {
        let shape = serde_json::from_slice::<de::IgnoredAny>(body);
        return Err(match shape {
            Ok(_) => "The body must be a JSON object.".to_owned(),
            Err(_) => NOT_JSON.to_owned(),
        });
    }
    let mut keys = 0;
    let mut reader = serde_json::Deserializer::from_slice(body);
    let walk = Walk {
        depth: 1,
        keys: &mut keys,
    };
    walk.deserialize(&mut reader)
        .and_then(|()| reader.end())
        .map_err(|error| {
            let text = error.to_string();
            [Fault::Repeated, Fault::TooDeep, Fault::TooMany]
                .into_iter()
                .find(|fault| error.is_data() && text.starts_with(fault.sentence()))
                .map_or_else(|| NOT_JSON.to_owned(), |fault| fault.sentence().to_owned())
        })
}

#[derive(Clone, Copy)]
enum Fault {
    Repeated,
    TooDeep,
    TooMany,
}

impl Fault {
    fn sentence(self) -> &'static str {
        match self {
            Self::Repeated => "The body has the same key twice.",
            Self::TooDeep => "The body is nested deeper than 16 levels.",
            Self::TooMany => "The body has more than 64 keys.",
        }
    }

    fn raise<E: de::Error>(self) -> E {
        E::custom(self.sentence())
    }
}

/// Walks one value of the body.
struct Walk<'a> {
    depth: u8,
    keys: &'a mut usize,
}

impl Walk<'_> {
    fn deeper<E: de::Error>(&mut self) -> Result<Walk<'_>, E> {
        if self.depth == DEEPEST + 1 {
            return Err(Fault::TooDeep.raise());
        }
        Ok(Walk {
            depth: self.depth + 1,
            keys: self.keys,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let below = self.deeper()?;
        // So few are compared one by one sooner than hashed.
        let mut seen = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            *below.keys += 1;
            if *below.keys > MOST_KEYS {
                return Err(Fault::TooMany.raise());
            }
            if seen.contains(&key) {
                return Err(Fault::Repeated.raise());
            }
            seen.push(key);
            map.next_value_seed(Walk {
                depth: below.depth,
                keys: &mut *below.keys,
            })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        let below = self.deeper()?;
        while seq
            .next_element_seed(Walk {
                depth: below.depth,
                keys: &mut *below.keys,
            })?
            .is_some()
        {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Makes a type of a body that was looked through.
///
/// # Errors
/// A sentence that names the field and what was expected, never what was sent.
pub(crate) fn read<'de, T: Deserialize<'de>>(body: &'de [u8]) -> Result<T, String> {
    check(body)?;
    if let Ok(value) = serde_json::from_slice(body) {
        return Ok(value);
    }
    // Once more, to name the field: keeping the place costs several times the reading.
    let mut reader = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        crate::wording::describe(&error.path().to_string(), &error.inner().to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> String {
        format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels))
    }

    fn keys(count: usize) -> String {
        let fields: Vec<String> = (0..count).map(|n| format!("\"k{n}\":{n}")).collect();
        format!("{{{}}}", fields.join(","))
    }

    #[test]
    fn an_ordinary_object_passes() {
        for body in [
            "{}".to_owned(),
            " {\"a\":[1,-2,1.5,true,null,\"x\",{\"a\":{}}]} ".to_owned(),
            "{\"a\":{\"b\":1},\"c\":{\"b\":1}}".to_owned(),
            nested(16),
            keys(64),
        ] {
            assert_eq!(check(body.as_bytes()), Ok(()), "{body}");
        }
    }

    #[test]
    fn what_two_readers_could_understand_differently_is_refused_d_18() {
        for (body, said) in [
            ("".to_owned(), "not valid JSON"),
            ("nonsense".to_owned(), "not valid JSON"),
            ("[]".to_owned(), "must be a JSON object"),
            ("\"text\"".to_owned(), "must be a JSON object"),
            ("null".to_owned(), "must be a JSON object"),
            ("{\"a\":1".to_owned(), "not valid JSON"),
            ("{\"a\":1}x".to_owned(), "not valid JSON"),
            ("{\"a\":1}{\"a\":1}".to_owned(), "not valid JSON"),
            ("{\"a\":1,}".to_owned(), "not valid JSON"),
            ("{\"a\":1e999}".to_owned(), "not valid JSON"),
            ("{'a':1}".to_owned(), "not valid JSON"),
            ("\u{feff}{}".to_owned(), "not valid JSON"),
            ("{\"a\":1,\"a\":1}".to_owned(), "same key twice"),
            ("{\"a\":1,\"\\u0061\":1}".to_owned(), "same key twice"),
            (
                "{\"o\":[{\"a\":1,\"b\":2,\"a\":3}]}".to_owned(),
                "same key twice",
            ),
            (nested(17), "deeper than 16"),
            (nested(200), "deeper than 16"),
            (
                format!("{{\"a\":{}{}}}", "[".repeat(16), "]".repeat(16)),
                "deeper than 16",
            ),
            (keys(65), "more than 64"),
        ] {
            let sentence = check(body.as_bytes()).unwrap_err();
            assert!(sentence.contains(said), "{body}: {sentence}");
        }
        assert!(check(b"{\"a\":\"\xff\"}").is_err(), "invalid UTF-8");
    }
}
