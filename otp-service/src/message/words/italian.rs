//! Italian, with neither tu nor Lei. The GSM alphabet has è, but no È.

use super::Words;

pub(super) const WORDS: Words = Words {
    for_code: &["codice"],
    code: |app_name, code| format!("Il codice {app_name} è {code}."),
    lifetime: |minutes| match minutes {
        1 => "Vale 1 minuto.".to_owned(),
        _ => format!("Vale {minutes} minuti."),
    },
    never_asked: "Non lo chiederemo mai.",
    subject: |app_name| format!("Il codice {app_name}"),
    not_asked_for: "Se non è stato richiesto, questa e-mail si può ignorare.",
    gap: " ",
};
