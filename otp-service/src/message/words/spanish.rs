//! Spanish, of no region and with neither tú nor usted. "Clave" and not "código": the GSM alphabet has
//! no ó, and with it the message would be two.

use super::Words;

pub(super) const WORDS: Words = Words {
    for_code: &["clave"],
    code: |app_name, code| format!("Clave de {app_name}: {code}."),
    lifetime: |minutes| match minutes {
        1 => "Caduca en 1 minuto.".to_owned(),
        _ => format!("Caduca en {minutes} minutos."),
    },
    never_asked: "Nunca pedimos esta clave.",
    subject: |app_name| format!("Clave de {app_name}"),
    not_asked_for: "Si no se ha pedido esta clave, este correo se puede ignorar.",
    gap: " ",
};
