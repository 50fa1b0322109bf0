//! What a message says, a file for each language. A language that lacks a sentence does not compile.
//!
//! All hold to this: the code stands behind the product's name and the word for "code", where phones look
//! for it; digits are ASCII; no link. Where a language can do with the letters of the GSM alphabet, its
//! words need no others: one that is not in it makes a segment hold less than half as much.

mod arabic;
mod brazilian_portuguese;
mod english;
mod french;
mod german;
mod hindi;
mod italian;
mod japanese;
mod simplified_chinese;
mod spanish;
mod turkish;

use super::Language;

/// The sentences of a language, in the order in which they are said.
#[derive(Debug)]
pub(super) struct Words {
    /// Words for "code", in small letters; phones look for one before the digits.
    pub(super) for_code: &'static [&'static str],
    /// Which code it is; takes the product's name and the code.
    pub(super) code: fn(&str, &str) -> String,
    /// How long it works; takes 1 to 10 minutes.
    pub(super) lifetime: fn(u8) -> String,
    /// That nobody of ours asks for it.
    pub(super) never_asked: &'static str,
    /// What an e-mail is about; takes the product's name.
    pub(super) subject: fn(&str) -> String,
    /// What somebody does who has not asked for the code. In e-mails alone: a text message has no room for it.
    pub(super) not_asked_for: &'static str,
    /// What stands between sentences.
    pub(super) gap: &'static str,
}

impl Words {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &english::WORDS,
            Language::Spanish => &spanish::WORDS,
            Language::French => &french::WORDS,
            Language::German => &german::WORDS,
            Language::BrazilianPortuguese => &brazilian_portuguese::WORDS,
            Language::Italian => &italian::WORDS,
            Language::Arabic => &arabic::WORDS,
            Language::Hindi => &hindi::WORDS,
            Language::Japanese => &japanese::WORDS,
            Language::SimplifiedChinese => &simplified_chinese::WORDS,
            Language::Turkish => &turkish::WORDS,
        }
    }
}
