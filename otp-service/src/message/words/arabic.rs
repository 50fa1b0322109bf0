//! Arabic. The message begins with an Arabic letter, so that phones set its lines from right to left,
//! and an Arabic word stands between the product's name and the code, so that the digits are not
//! drawn to the name; no marks are needed for that. A dual needs no numeral.

use super::Words;

pub(super) const WORDS: Words = Words {
    for_code: &["رمز"],
    code: |app_name, code| format!("رمزك في {app_name} هو {code}."),
    lifetime: |minutes| match minutes {
        1 => "صالح لمدة دقيقة واحدة.".to_owned(),
        2 => "صالح لمدة دقيقتين.".to_owned(),
        _ => format!("صالح لمدة {minutes} دقائق."),
    },
    never_asked: "لن نطلبه منك أبدًا.",
    subject: |app_name| format!("رمزك في {app_name}"),
    not_asked_for: "إذا لم تطلب هذا الرمز، فيمكنك تجاهل هذه الرسالة.",
    gap: " ",
};
