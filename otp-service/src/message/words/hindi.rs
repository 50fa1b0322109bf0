//! Hindi, with आप. The danda never stands beside a digit, where it looks like one.

use super::Words;

pub(super) const WORDS: Words = Words {
    for_code: &["कोड"],
    code: |app_name, code| format!("आपका {app_name} कोड {code} है।"),
    lifetime: |minutes| format!("यह {minutes} मिनट तक मान्य है।"),
    never_asked: "हम आपसे यह कोड कभी नहीं मांगते।",
    subject: |app_name| format!("आपका {app_name} कोड"),
    not_asked_for: "अगर आपने यह कोड नहीं मांगा है, तो इस ईमेल को अनदेखा करें।",
    gap: " ",
};
