//! French, with vous. The GSM alphabet has é and è, but neither ê nor ç.

use super::Words;

pub(super) const WORDS: Words = Words {
    for_code: &["code"],
    code: |app_name, code| format!("Votre code {app_name} est {code}."),
    lifetime: |minutes| match minutes {
        1 => "Il est valable 1 minute.".to_owned(),
        _ => format!("Il est valable {minutes} minutes."),
    },
    never_asked: "Nous ne vous le demanderons jamais.",
    subject: |app_name| format!("Votre code {app_name}"),
    not_asked_for: "Si vous ne l’avez pas demandé, ignorez cet e-mail.",
    gap: " ",
};
