//! Turkish, with siz. The GSM alphabet has ö and ü, but none of ç, ğ, ı, İ and ş.

use super::Words;

pub(super) const WORDS: Words = Words {
    for_code: &["kod"],
    code: |app_name, code| format!("{app_name} kodunuz: {code}."),
    lifetime: |minutes| format!("Süresi {minutes} dakika sonra dolar."),
    never_asked: "Bu kodu sizden asla istemeyiz.",
    subject: |app_name| format!("{app_name} kodunuz"),
    not_asked_for: "Bu kodu siz istemediyseniz bu e-postayı dikkate almayın.",
    gap: " ",
};
