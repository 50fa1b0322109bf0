//! Japanese. As short as it is so that it fits into one message of 70 UTF-16 code units.

use super::Words;

pub(super) const WORDS: Words = Words {
    for_code: &["コード"],
    code: |app_name, code| format!("{app_name}の認証コード：{code}。"),
    lifetime: |minutes| format!("{minutes}分間有効。"),
    never_asked: "当社がお尋ねすることはありません。",
    subject: |app_name| format!("{app_name}の認証コード"),
    not_asked_for: "お心当たりのない場合は、このメールを無視してください。",
    gap: "",
};
