//! The body that any gateway is given: JSON or a form, in whose texts a few words in braces are filled in.
//! What is filled in is encoded by the format, so nothing in it can become a field of its own.

use serde_json::Value;

use super::super::Outgoing;
use super::super::settings::HttpFormat;

/// What can be filled in.
const WORDS: [&str; 7] = [
    "{to}",
    "{to_digits}",
    "{text}",
    "{sender}",
    "{id}",
    "{lifetime}",
    "{receipts}",
];

pub(super) enum Template {
    Json(Value),
    Form(Vec<(String, String)>),
}

/// What is filled in.
pub(super) struct Fill<'a> {
    pub(super) message: &'a Outgoing<'a>,
    pub(super) sender: &'a str,
    /// Where deliveries are reported.
    pub(super) receipts: &'a str,
}

impl Template {
    /// # Errors
    /// A sentence, when it can't be read, has a word in braces that nobody knows, or leaves out number or text.
    pub(super) fn parse(format: HttpFormat, text: &str) -> Result<Self, String> {
        let template = match format {
            HttpFormat::Json => {
                Self::Json(serde_json::from_str(text).map_err(|_| "it is no JSON".to_owned())?)
            }
            HttpFormat::Form => {
                let pairs = text.split('&').map(|pair| {
                    let (name, value) = pair.split_once('=')?;
                    (!name.is_empty()).then(|| (name.to_owned(), value.to_owned()))
                });
                let pairs: Option<Vec<_>> = pairs.collect();
                Self::Form(pairs.ok_or_else(|| {
                    "write its fields as to={to}&text={text}, as they are before they are encoded"
                        .to_owned()
                })?)
            }
        };
        let mut texts = Vec::new();
        template.each_text(&mut |text| texts.push(text.to_owned()));
        for text in &texts {
            let mut rest = text.as_str();
            while let Some((_, behind)) = rest.split_once('{') {
                let word = behind
                    .split_once('}')
                    .map(|(word, _)| format!("{{{word}}}"));
                let known = word.is_some_and(|word| WORDS.contains(&word.as_str()));
                if !known {
                    return Err(format!("in braces stands one of {}", WORDS.join(", ")));
                }
                rest = behind;
            }
        }
        let has = |word: &str| texts.iter().any(|text| text.contains(word));
        if !has("{text}") || !(has("{to}") || has("{to_digits}")) {
            return Err("it needs {text}, and {to} or {to_digits}".to_owned());
        }
        Ok(template)
    }

    pub(super) fn needs_sender(&self) -> bool {
        let mut needs = false;
        self.each_text(&mut |text| needs |= text.contains("{sender}"));
        needs
    }

    pub(super) fn content_type(&self) -> &'static str {
        match self {
            Self::Json(_) => "application/json",
            Self::Form(_) => "application/x-www-form-urlencoded",
        }
    }

    pub(super) fn fill(&self, fill: &Fill<'_>) -> String {
        match self {
            Self::Json(value) => fill.value(value).to_string(),
            Self::Form(fields) => {
                let mut form = form_urlencoded::Serializer::new(String::new());
                for (name, value) in fields {
                    form.append_pair(name, &fill.text(value));
                }
                form.finish()
            }
        }
    }

    fn each_text(&self, look: &mut impl FnMut(&str)) {
        match self {
            Self::Json(value) => each_text(value, look),
            Self::Form(fields) => fields.iter().for_each(|(_, value)| look(value)),
        }
    }
}

fn each_text(value: &Value, look: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => look(text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, look)),
        Value::Object(fields) => fields.values().for_each(|value| each_text(value, look)),
        _ => {}
    }
}

impl Fill<'_> {
    fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.text(text).into(),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| (name.clone(), self.value(value)))
                .collect(),
            other => other.clone(),
        }
    }

    /// One pass: what was filled in is not looked through again.
    fn text(&self, template: &str) -> String {
        let mut filled = String::with_capacity(template.len() + self.message.text.len());
        let mut rest = template;
        while let Some((before, behind)) = rest.split_once('{') {
            filled.push_str(before);
            let Some((word, after)) = behind.split_once('}') else {
                break;
            };
            match word {
                "to" => filled.push_str(self.message.to),
                "to_digits" => filled.push_str(self.message.to.trim_start_matches('+')),
                "text" => filled.push_str(self.message.text),
                "sender" => filled.push_str(self.sender),
                "id" => filled.push_str(self.message.id),
                "lifetime" => filled.push_str(&self.message.lives.to_string()),
                "receipts" => filled.push_str(self.receipts),
                _ => {}
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(format: HttpFormat, template: &str, text: &str) -> String {
        let message = Outgoing {
            id: "msg_1",
            to: "+12125550142",
            text,
            country: "US",
            lives: 60,
            now: 0,
        };
        let template = Template::parse(format, template).unwrap();
        template.fill(&Fill {
            message: &message,
            sender: "Pipit",
            receipts: "https://otp.example.com/receipts/http",
        })
    }

    #[test]
    fn what_is_filled_in_stays_inside_its_field_g_10() {
        let text = "\"},{\"to\":\"+1900\" {sender}&to=+1900";
        assert_eq!(
            filled(
                HttpFormat::Json,
                r#"{"m":[{"to":"{to}","t":"{text}","n":{"a":"{id} {lifetime}"}}],"flash":false}"#,
                text
            ),
            r#"{"m":[{"to":"+12125550142","t":"\"},{\"to\":\"+1900\" {sender}&to=+1900","n":{"a":"msg_1 60"}}],"flash":false}"#
        );
        assert_eq!(
            filled(
                HttpFormat::Form,
                "to={to_digits}&text={text}&from={sender}",
                "1 & 2\n@x #1"
            ),
            "to=12125550142&text=1+%26+2%0A%40x+%231&from=Pipit"
        );
    }

    #[test]
    fn a_body_that_says_too_little_or_is_misspelled_is_refused() {
        for (format, text) in [
            (HttpFormat::Json, ""),
            (HttpFormat::Json, "{}"),
            (HttpFormat::Json, r#"{"to":"{to}"}"#),
            (HttpFormat::Json, r#"{"to":"{to}","text":"{code}"}"#),
            (
                HttpFormat::Json,
                r#"{"to":"{to}","text":"{text}","x":"{y}"}"#,
            ),
            (HttpFormat::Json, r#"{"to":"{to","text":"{text}"}"#),
            (HttpFormat::Form, "{text}{to}"),
            (HttpFormat::Form, "=&text={text}&to={to}"),
        ] {
            assert!(Template::parse(format, text).is_err(), "{text}");
        }
    }
}
