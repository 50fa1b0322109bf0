//! The text of a message. Nothing in it comes from a request except the code; of its language a
//! request only says which (G-10).
//!
//! Not here: what each language says (`words`).

mod coded;
mod language;
mod mail;
mod own;
mod segments;
mod words;

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};

use shared::{CodeLifetime, OtpCode};

use crate::address::Address;
use crate::config::Config;
pub use own::Fault;
use own::OwnText;
use segments::Size;
use words::Words;

pub(crate) use coded::Coded;
pub(crate) use language::Language;
pub(crate) use mail::Mail;
pub(crate) use segments::Alphabet;

/// A message cannot be written with these settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateError {
    /// The product's name has characters outside the part of the GSM 7-bit alphabet that is ASCII.
    Name,
    /// The origin's host is not a bare host name.
    Host,
    /// A text that the GSM 7-bit alphabet has all characters for would need more than one segment.
    TooLong {
        /// BCP 47 tag of the language that needs most.
        language: &'static str,
        /// So many characters are too many.
        surplus: usize,
    },
    /// A file of TEMPLATES_DIR can't be read.
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// A text of TEMPLATES_DIR breaks a rule.
    Own {
        /// BCP 47 tag of its language.
        language: &'static str,
        /// What is wrong with it.
        faults: Vec<Fault>,
    },
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => f.write_str("APP_NAME: only letters, digits, spaces and simple punctuation fit into a text message"),
            Self::Host => f.write_str("ORIGIN_HOST: a host name without scheme, port and path, as in auth.example.com"),
            Self::TooLong { language, surplus } => write!(
                f,
                "APP_NAME and ORIGIN_HOST are {surplus} characters too long for a text message of one segment in the \
                 language `{language}`"
            ),
            Self::File { path, cause } => write!(f, "TEMPLATES_DIR: {}: {cause}", path.display()),
            Self::Own { language, faults } => {
                let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
                write!(f, "TEMPLATES_DIR: {language}.txt: {}", faults.join("; "))
            }
        }
    }
}

impl std::error::Error for TemplateError {}

/// What messages look like.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    app_name: String,
    origin_host: String,
    code_digits: u8,
    /// The operator's texts, which are sent instead of ours.
    own: Vec<(Language, OwnText)>,
}

/// One language's message, as a phone shows it, and what is to say about it.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) text: String,
    /// Whether it is from a file.
    pub(crate) own: bool,
    /// `GSM` or `UCS-2`.
    pub(crate) alphabet: &'static str,
    pub(crate) units: usize,
    /// Of the longest that there can be.
    pub(crate) segments: usize,
    pub(crate) faults: Vec<Fault>,
}

impl Template {
    /// What name, host and code are like; [`Self::check`] does the rest.
    pub(crate) fn new(
        app_name: &str,
        origin_host: &str,
        code_digits: u8,
    ) -> Result<Self, TemplateError> {
        let plain =
            |byte: u8| byte.is_ascii_alphanumeric() || b" !\"#%&'()*+,-./:;<=>?".contains(&byte);
        if app_name.trim().is_empty() || !app_name.bytes().all(plain) {
            return Err(TemplateError::Name);
        }
        let host = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
        if origin_host.is_empty() || !origin_host.bytes().all(host) {
            return Err(TemplateError::Host);
        }
        Ok(Self {
            app_name: app_name.to_owned(),
            origin_host: origin_host.to_owned(),
            code_digits,
            own: Vec::new(),
        })
    }

    /// As the settings have it, not checked yet.
    pub(crate) fn of_config(config: &Config) -> Result<Self, TemplateError> {
        let digits = config.policy.code_length;
        let template = Self::new(&config.app_name, &config.origin_host, digits)?;
        match &config.templates_dir {
            Some(folder) => template.with_texts_of(folder),
            None => Ok(template),
        }
    }

    /// With the texts of this folder instead of ours, for the languages that have a file there.
    fn with_texts_of(mut self, folder: &Path) -> Result<Self, TemplateError> {
        self.own = own::load(folder)?;
        Ok(self)
    }

    /// Checks that every text holds to the rules, and fits into one segment if all its characters are in
    /// the GSM alphabet. The others may take several: see [`Self::of_several_segments`].
    pub(crate) fn check(&self) -> Result<(), TemplateError> {
        for (language, _) in &self.own {
            let faults = self.faults(*language);
            if !faults.is_empty() {
                return Err(TemplateError::Own {
                    language: language.tag(),
                    faults,
                });
            }
        }
        let sizes = Language::ALL.map(|language| (language, self.longest(language)));
        let longest = sizes
            .into_iter()
            .filter(|(_, size)| size.alphabet == Alphabet::Gsm && size.segments > 1)
            .max_by_key(|(_, size)| size.units);
        match longest {
            None => Ok(()),
            Some((language, size)) => Err(TemplateError::TooLong {
                language: language.tag(),
                surplus: size.units - size.alphabet.alone(),
            }),
        }
    }

    /// What is sent in a language, with a made-up code.
    pub(crate) fn sample(&self, language: Language, minutes: u8) -> Sample {
        let code = self.made_up_code();
        let text = self.with_origin(&self.sentences(language, &code, minutes), &code);
        let size = Size::of(&text);
        Sample {
            own: self.own_text(language).is_some(),
            alphabet: match size.alphabet {
                Alphabet::Gsm => "GSM",
                Alphabet::Ucs2 => "UCS-2",
            },
            units: size.units,
            segments: self.longest(language).segments,
            faults: self.faults(language),
            text,
        }
    }

    /// The e-mail in a language, with a made-up code.
    pub(crate) fn sample_mail(&self, language: Language, minutes: u8) -> String {
        self.mail(language, &self.made_up_code(), minutes)
    }

    fn made_up_code(&self) -> String {
        let digits = ('1'..='9').chain(['0']);
        digits.take(usize::from(self.code_digits)).collect()
    }

    fn own_text(&self, language: Language) -> Option<&OwnText> {
        let mut own = self.own.iter();
        own.find_map(|(of, text)| (*of == language).then_some(text))
    }

    /// Which rules the text of a language breaks; ours are held to them by tests, but for their length,
    /// which depends on name and host.
    fn faults(&self, language: Language) -> Vec<Fault> {
        let size = self.longest(language);
        let Some(own) = self.own_text(language) else {
            let allowed = 1;
            let too_long = size.alphabet == Alphabet::Gsm && size.segments > allowed;
            let takes = size.segments;
            return too_long
                .then_some(Fault::Segments { takes, allowed })
                .into_iter()
                .collect();
        };
        let ours = Self {
            own: Vec::new(),
            ..self.clone()
        };
        let words = Words::of(language);
        let mut faults = own.faults(words);
        let text = own.fill(&self.app_name, "", 1, words);
        let mut usual = ours.longest(language);
        if usual.alphabet == Alphabet::Gsm {
            usual.segments = 1;
        }
        faults.extend(own::size_faults(&text, size, usual));
        faults
    }

    /// The text. Its last line binds the code to the page's origin, so that browsers offer it there
    /// and nowhere else (origin-bound one-time codes); nothing follows it. What an e-mail says is
    /// [`Self::mail`].
    pub(crate) fn text(
        &self,
        language: Language,
        to: &Address,
        code: &OtpCode,
        lifetime: CodeLifetime,
    ) -> String {
        let (code, minutes) = (code.as_str(), lifetime.as_minutes());
        match to {
            Address::Phone(_) => self.with_origin(&self.sentences(language, code, minutes), code),
            Address::Email(_) => self.mail(language, code, minutes),
        }
    }

    /// An e-mail, as [`Mail`] reads it. It says what a text message says, with the code in the first line
    /// and not in the subject, which relays write into their logs; and, since a mailbox shows messages that
    /// somebody else has asked for side by side with one's own, what to do with such a one. The last line is that of text
    /// messages: there are browsers that read codes from mailboxes too.
    fn mail(&self, language: Language, code: &str, minutes: u8) -> String {
        let words = Words::of(language);
        let paragraphs = [
            &self.sentences(language, code, minutes),
            words.not_asked_for,
        ]
        .join("\n\n");
        let mail = Mail {
            subject: &(words.subject)(&self.app_name),
            body: &self.with_origin(&format!("{paragraphs}\n"), code),
        };
        mail.text()
    }

    /// The languages whose text messages can take more than one segment, and how many: they have letters
    /// that the GSM alphabet lacks, so a segment holds less than half as much.
    pub(crate) fn of_several_segments(&self) -> Vec<(Language, usize)> {
        let sizes = Language::ALL.map(|language| (language, self.longest(language).segments));
        sizes
            .into_iter()
            .filter(|(_, segments)| *segments > 1)
            .collect()
    }

    /// The size of the longest text message in a language.
    fn longest(&self, language: Language) -> Size {
        let code = "0".repeat(usize::from(self.code_digits));
        (1..=10)
            .map(|minutes| self.with_origin(&self.sentences(language, &code, minutes), &code))
            .map(|text| Size::of(&text))
            .fold(Size::of(""), |longest, size| {
                if size.units > longest.units {
                    size
                } else {
                    longest
                }
            })
    }

    fn sentences(&self, language: Language, code: &str, minutes: u8) -> String {
        let words = Words::of(language);
        if let Some(own) = self.own_text(language) {
            return own.fill(&self.app_name, code, minutes, words);
        }
        let code = (words.code)(&self.app_name, code);
        let lifetime = (words.lifetime)(minutes);
        [&code, &lifetime, words.never_asked].join(words.gap)
    }

    fn with_origin(&self, sentences: &str, code: &str) -> String {
        format!("{sentences}\n@{} #{code}", self.origin_host)
    }
}

/// How many segments a text message takes, as carriers bill them.
pub(crate) fn segments(text: &str) -> usize {
    Size::of(text).segments
}

/// The code in a text that [`Template::text`] wrote, whatever its language and channel: the last run of
/// digits that is as long as a code. Behind the code stand minutes alone, of two digits at most, and
/// the last line, which ends with the code again.
pub(crate) fn code_in(text: &str) -> Option<&str> {
    text.rsplit(|character: char| !character.is_ascii_digit())
        .find(|digits| OtpCode::parse(digits).is_ok())
}
