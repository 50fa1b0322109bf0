//! Chinese in simplified characters. The sender stands in 【】, as text messages there have it.

use super::Words;

pub(super) const WORDS: Words = Words {
    for_code: &["验证码"],
    code: |app_name, code| format!("【{app_name}】验证码：{code}，"),
    lifetime: |minutes| format!("{minutes}分钟内有效。"),
    never_asked: "我们绝不会向您索要验证码。",
    subject: |app_name| format!("【{app_name}】验证码"),
    not_asked_for: "如果这不是您本人的操作，请忽略此邮件。",
    gap: "",
};
