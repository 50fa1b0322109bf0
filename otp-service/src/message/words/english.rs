//! English.

use super::Words;

pub(super) const WORDS: Words = Words {
    for_code: &["code"],
    code: |app_name, code| format!("Your {app_name} code is {code}."),
    lifetime: |minutes| match minutes {
        1 => "It works for 1 minute.".to_owned(),
        _ => format!("It works for {minutes} minutes."),
    },
    never_asked: "We never ask you for it.",
    subject: |app_name| format!("Your {app_name} code"),
    not_asked_for: "If you did not ask for it, you can ignore this e-mail.",
    gap: " ",
};
