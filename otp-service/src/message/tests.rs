//! What is sent, word for word, and what it costs.

use std::fmt::Write as _;

use proptest::prelude::*;
use shared::otp_service::MethodType;

use super::*;

fn template() -> Template {
    Template::new("Pipit", "login.example.com", 6).unwrap()
}

fn phone() -> Address {
    Address::parse(MethodType::PhoneNumber, "+12125550142").unwrap()
}

fn email() -> Address {
    Address::parse(MethodType::Email, "ada@example.com").unwrap()
}

fn lifetime(minutes: u64) -> CodeLifetime {
    CodeLifetime::parse(minutes).unwrap()
}

fn sms(template: &Template, language: Language, minutes: u64) -> String {
    let code = OtpCode::parse("012345").unwrap();
    template.text(language, &phone(), &code, lifetime(minutes))
}

/// Alphabet, units and segments of what is sent for five minutes, and the segments of the longest.
const COSTS: [(Language, Alphabet, usize, usize, usize); 11] = [
    (Language::English, Alphabet::Gsm, 102, 1, 1),
    (Language::Spanish, Alphabet::Gsm, 97, 1, 1),
    (Language::French, Alphabet::Gsm, 117, 1, 1),
    (Language::German, Alphabet::Gsm, 95, 1, 1),
    (Language::BrazilianPortuguese, Alphabet::Gsm, 102, 1, 1),
    (Language::Italian, Alphabet::Gsm, 90, 1, 1),
    (Language::Arabic, Alphabet::Ucs2, 90, 2, 2),
    (Language::Hindi, Alphabet::Ucs2, 107, 2, 2),
    (Language::Japanese, Alphabet::Ucs2, 69, 1, 1),
    (Language::SimplifiedChinese, Alphabet::Ucs2, 65, 1, 1),
    (Language::Turkish, Alphabet::Gsm, 109, 1, 1),
];

#[test]
fn every_language_says_this_word_for_word_and_ends_with_the_origin_bound_line_a_15() {
    let expected = [
        "Your Pipit code is 012345. It works for 5 minutes. We never ask you for it.",
        "Clave de Pipit: 012345. Caduca en 5 minutos. Nunca pedimos esta clave.",
        "Votre code Pipit est 012345. Il est valable 5 minutes. Nous ne vous le demanderons jamais.",
        "Code für Pipit: 012345. Gültig für 5 Minuten. Wir fragen nie danach.",
        "Seu token Pipit é 012345. Ele vale por 5 minutos. Nunca pedimos esse token.",
        "Il codice Pipit è 012345. Vale 5 minuti. Non lo chiederemo mai.",
        "رمزك في Pipit هو 012345. صالح لمدة 5 دقائق. لن نطلبه منك أبدًا.",
        "आपका Pipit कोड 012345 है। यह 5 मिनट तक मान्य है। हम आपसे यह कोड कभी नहीं मांगते।",
        "Pipitの認証コード：012345。5分間有効。当社がお尋ねすることはありません。",
        "【Pipit】验证码：012345，5分钟内有效。我们绝不会向您索要验证码。",
        "Pipit kodunuz: 012345. Süresi 5 dakika sonra dolar. Bu kodu sizden asla istemeyiz.",
    ];
    let code = OtpCode::parse("012345").unwrap();
    for (language, sentences) in Language::ALL.into_iter().zip(expected) {
        let text = sms(&template(), language, 5);
        assert_eq!(text, format!("{sentences}\n@login.example.com #012345"));
        let text = template().text(language, &email(), &code, lifetime(5));
        let mail = Mail::parse(&text).unwrap();
        let (first_line, rest) = mail.body.split_once("\n\n").unwrap();
        assert_eq!(first_line, sentences, "an e-mail says the same");
        assert!(rest.ends_with("\n\n@login.example.com #012345"));
    }
}

#[test]
fn every_e_mail_has_this_subject_and_says_what_to_do_with_one_that_nobody_asked_for() {
    let expected = [
        (
            "Your Pipit code",
            "If you did not ask for it, you can ignore this e-mail.",
        ),
        (
            "Clave de Pipit",
            "Si no se ha pedido esta clave, este correo se puede ignorar.",
        ),
        (
            "Votre code Pipit",
            "Si vous ne l’avez pas demandé, ignorez cet e-mail.",
        ),
        (
            "Code für Pipit",
            "Nicht angefordert? Dann kann diese E-Mail ignoriert werden.",
        ),
        (
            "Seu token Pipit",
            "Se não foi você quem pediu, ignore este e-mail.",
        ),
        (
            "Il codice Pipit",
            "Se non è stato richiesto, questa e-mail si può ignorare.",
        ),
        (
            "رمزك في Pipit",
            "إذا لم تطلب هذا الرمز، فيمكنك تجاهل هذه الرسالة.",
        ),
        (
            "आपका Pipit कोड",
            "अगर आपने यह कोड नहीं मांगा है, तो इस ईमेल को अनदेखा करें।",
        ),
        (
            "Pipitの認証コード",
            "お心当たりのない場合は、このメールを無視してください。",
        ),
        ("【Pipit】验证码", "如果这不是您本人的操作，请忽略此邮件。"),
        (
            "Pipit kodunuz",
            "Bu kodu siz istemediyseniz bu e-postayı dikkate almayın.",
        ),
    ];
    for (language, (subject, not_asked_for)) in Language::ALL.into_iter().zip(expected) {
        let text = template().sample_mail(language, 5);
        let mail = Mail::parse(&text).unwrap();
        assert_eq!(mail.subject, subject);
        assert!(!mail.subject.contains(char::is_numeric), "no code in it");
        let last_words = format!("\n\n{not_asked_for}\n\n@login.example.com #123456");
        assert!(mail.body.ends_with(&last_words), "{text}");
    }
}

#[test]
fn minutes_stand_in_the_plural_that_their_number_asks_for() {
    for (language, one, two, three, ten) in [
        (
            Language::English,
            "for 1 minute.",
            "for 2 minutes.",
            "for 3 minutes.",
            "for 10 minutes.",
        ),
        (
            Language::Spanish,
            "en 1 minuto.",
            "en 2 minutos.",
            "en 3 minutos.",
            "en 10 minutos.",
        ),
        (
            Language::French,
            "valable 1 minute.",
            "valable 2 minutes.",
            "valable 3 minutes.",
            "valable 10 minutes.",
        ),
        (
            Language::German,
            "für 1 Minute.",
            "für 2 Minuten.",
            "für 3 Minuten.",
            "für 10 Minuten.",
        ),
        (
            Language::BrazilianPortuguese,
            "por 1 minuto.",
            "por 2 minutos.",
            "por 3 minutos.",
            "por 10 minutos.",
        ),
        (
            Language::Italian,
            "Vale 1 minuto.",
            "Vale 2 minuti.",
            "Vale 3 minuti.",
            "Vale 10 minuti.",
        ),
        (
            Language::Arabic,
            "لمدة دقيقة واحدة.",
            "لمدة دقيقتين.",
            "لمدة 3 دقائق.",
            "لمدة 10 دقائق.",
        ),
        (
            Language::Hindi,
            "यह 1 मिनट तक",
            "यह 2 मिनट तक",
            "यह 3 मिनट तक",
            "यह 10 मिनट तक",
        ),
        (
            Language::Japanese,
            "。1分間",
            "。2分間",
            "。3分間",
            "。10分間",
        ),
        (
            Language::SimplifiedChinese,
            "，1分钟内",
            "，2分钟内",
            "，3分钟内",
            "，10分钟内",
        ),
        (
            Language::Turkish,
            "Süresi 1 dakika",
            "Süresi 2 dakika",
            "Süresi 3 dakika",
            "Süresi 10 dakika",
        ),
    ] {
        for (minutes, words) in [(1, one), (2, two), (3, three), (10, ten)] {
            let text = sms(&template(), language, minutes);
            assert!(text.contains(words), "{text}: {words}");
            // All further ones are as three.
            for others in (4..10).filter(|_| minutes == 3) {
                let words = words.replace('3', &others.to_string());
                assert!(
                    sms(&template(), language, others).contains(&words),
                    "{words}"
                );
            }
        }
    }
}

#[test]
fn every_language_costs_this_many_segments_and_the_guide_says_so() {
    let mut table =
        String::from("| `locale` | alphabet | units | segments |\n| --- | --- | --- | --- |\n");
    for (language, costs) in Language::ALL.into_iter().zip(COSTS) {
        let size = Size::of(&sms(&template(), language, 5));
        let longest = template().longest(language);
        let found = (
            language,
            size.alphabet,
            size.units,
            size.segments,
            longest.segments,
        );
        assert_eq!(found, costs);
        let alphabet = match size.alphabet {
            Alphabet::Gsm => "GSM",
            Alphabet::Ucs2 => "UCS-2",
        };
        let (tag, units, segments) = (language.tag(), size.units, size.segments);
        writeln!(table, "| `{tag}` | {alphabet} | {units} | {segments} |").unwrap();
    }
    println!("{table}");
    let guide = include_str!("../../../docs/messages.md");
    assert!(
        guide.contains(&table),
        "docs/messages.md lacks this table:\n{table}"
    );
}

#[test]
fn the_languages_of_several_segments_are_told_with_their_number() {
    let told = |app_name, host| {
        Template::new(app_name, host, 10)
            .unwrap()
            .of_several_segments()
    };
    let two = |language| (language, 2);
    use Language::{Arabic, Hindi, Japanese, SimplifiedChinese};
    assert_eq!(told("Pipit", "pi.pt"), [Arabic, Hindi].map(two));
    let all = [Arabic, Hindi, Japanese, SimplifiedChinese].map(two);
    assert_eq!(told("Pipit", "a-rather-long-name.example.com"), all);
    let three = told("Pipit", "a-host-whose-name-is-longer.login.example.com");
    assert_eq!(three[1], (Hindi, 3));
}

#[test]
fn names_and_hosts_that_break_the_message_are_refused_at_start() {
    let too_long = |surplus| TemplateError::TooLong {
        language: "fr",
        surplus,
    };
    for (name, host, expected) in [
        ("", "example.com", TemplateError::Name),
        ("Pipit 🐦", "example.com", TemplateError::Name),
        ("Pi\npit", "example.com", TemplateError::Name),
        ("Pi[pit]", "example.com", TemplateError::Name),
        ("Pipit", "", TemplateError::Host),
        ("Pipit", "https://example.com", TemplateError::Host),
        ("Pipit", "example.com:3000", TemplateError::Host),
        ("Pipit", &"h".repeat(60), too_long(1)),
        ("Pipit & Co", &"h".repeat(60), too_long(6)),
    ] {
        let checked = Template::new(name, host, 6).and_then(|template| template.check());
        assert_eq!(checked, Err(expected), "{name} {host}");
    }
    let long = |length| Template::new("Pipit", &"h".repeat(length), 6).unwrap();
    let error = long(60).check().unwrap_err();
    assert!(
        error.to_string().ends_with("in the language `fr`"),
        "{error}"
    );
    assert_eq!(long(59).check(), Ok(()));
}

/// What operators' texts are held to, ours hold to as well.
#[test]
fn ours_have_a_word_for_code_before_the_code_where_phones_look_for_it() {
    for language in Language::ALL {
        let text = sms(&template(), language, 5).to_lowercase();
        let (before, _) = text.split_once("012345").unwrap();
        let words = Words::of(language).for_code;
        assert!(words.iter().any(|word| before.contains(word)), "{text}");
        assert!(template().sample(language, 5).faults.is_empty());
    }
}

#[test]
fn no_link_no_mark_of_direction_and_no_digit_of_another_script_is_in_a_message() {
    let marks = "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
    for language in Language::ALL {
        for minutes in 1..=10 {
            let text = sms(&template(), language, minutes);
            assert!(!text.contains("://") && !text.contains("www."), "{text}");
            assert!(
                !text.contains(|character| marks.contains(character)),
                "{text}"
            );
            let foreign = |character: char| character.is_numeric() && !character.is_ascii_digit();
            assert!(!text.contains(foreign), "{text}");
        }
        let mail = template().sample_mail(language, 5);
        assert!(!mail.contains("://") && !mail.contains("www."), "{mail}");
        assert!(
            !mail.contains(|character| marks.contains(character)),
            "{mail}"
        );
    }
}

#[test]
fn the_code_is_found_in_every_language_and_channel() {
    // Both have digits that could be taken for a code.
    let template = Template::new("Pipit 24680135", "97531086.example.com", 6).unwrap();
    for language in Language::ALL {
        for code in ["012345", "9876543210"] {
            let otp = OtpCode::parse(code).unwrap();
            for minutes in 1..=10 {
                for to in [phone(), email()] {
                    let text = template.text(language, &to, &otp, lifetime(minutes));
                    assert_eq!(code_in(&text), Some(code), "{text}");
                }
            }
        }
    }
    assert_eq!(code_in(""), None);
    assert_eq!(code_in("10 minutes"), None);
}

proptest! {
    /// Tags of any shape, among them ones that begin as ours do.
    #[test]
    fn no_tag_does_harm_or_comes_into_the_text_g_10(
        tag in prop_oneof![
            "\\PC{0,35}",
            any::<String>(),
            "(en|es|fr|de|pt|it|ar|hi|ja|zh|tr|zz)([-_][A-Za-z0-9]{0,9}){0,4}",
        ],
    ) {
        let text = sms(&template(), Language::of(&tag), 5);
        let known = Language::ALL.map(|language| sms(&template(), language, 5));
        prop_assert!(known.contains(&text));
    }
}
