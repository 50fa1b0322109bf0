//! German, with neither du nor Sie. Not "{app_name}-Code", which is misspelled when the name has a space.

use super::Words;

pub(super) const WORDS: Words = Words {
    for_code: &["code"],
    code: |app_name, code| format!("Code für {app_name}: {code}."),
    lifetime: |minutes| match minutes {
        1 => "Gültig für 1 Minute.".to_owned(),
        _ => format!("Gültig für {minutes} Minuten."),
    },
    never_asked: "Wir fragen nie danach.",
    subject: |app_name| format!("Code für {app_name}"),
    not_asked_for: "Nicht angefordert? Dann kann diese E-Mail ignoriert werden.",
    gap: " ",
};
