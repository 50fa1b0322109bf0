//! Portuguese as in Brazil. "Token", as banks there say, and not "código": the GSM alphabet has no ó, and
//! with it the message would be two.

use super::Words;

pub(super) const WORDS: Words = Words {
    for_code: &["token", "senha"],
    code: |app_name, code| format!("Seu token {app_name} é {code}."),
    lifetime: |minutes| match minutes {
        1 => "Ele vale por 1 minuto.".to_owned(),
        _ => format!("Ele vale por {minutes} minutos."),
    },
    never_asked: "Nunca pedimos esse token.",
    subject: |app_name| format!("Seu token {app_name}"),
    not_asked_for: "Se não foi você quem pediu, ignore este e-mail.",
    gap: " ",
};
