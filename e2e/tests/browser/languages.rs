//! Eleven languages, each with its own words, direction and plural forms.

use e2e::{Engine, Options, Outcome, Setup, in_every_engine, play, play_with};
use screens::{languages, plural};

in_every_engine![
    every_language_can_be_chosen_on_the_page_and_stays_chosen,
    the_browsers_language_is_the_pages_and_the_messages,
    what_was_typed_stays_when_the_language_changes,
    plural_forms_are_those_that_the_browser_knows,
];

async fn every_language_can_be_chosen_on_the_page_and_stays_chosen(engine: Engine) -> Outcome {
    play(engine, "languages", Setup::default(), async |stage| {
        const SHOWN: &str =
            "return document.documentElement.lang + ' ' + document.documentElement.dir";
        stage.open("/").await?;
        let browser = &mut stage.browser;
        browser.phone_screen().await?;
        for words in languages::ALL {
            browser.choose_language(words).await?;
            browser.phone_screen().await?.number_field().await?;
            let shown = browser.run(SHOWN).await?;
            let expected = format!("{} {}", words.language, words.direction());
            assert_eq!(shown, expected.as_str());
            let title = browser.title().await?;
            assert!(title.contains(words.sign_in), "{title}");
        }
        browser.reload().await?;
        browser.phone_screen().await?.number_field().await?;
        Ok(())
    })
    .await
}

async fn the_browsers_language_is_the_pages_and_the_messages(engine: Engine) -> Outcome {
    let options = Options {
        language: "pt-BR",
        ..Options::default()
    };
    let name = "browsers_language";
    play_with(engine, options, name, Setup::default(), async |stage| {
        let number = "+5511961234567";
        assert_eq!(stage.browser.words().language, "pt-BR");
        stage.browser.sign_in(&stage.product, number).await?;
        let messages = stage.product.outbox().messages(number).await?;
        let text = messages.first().map(|message| message.text.as_str());
        let text = text.unwrap_or_default();
        assert!(text.contains("minutos"), "in Portuguese");
        Ok(())
    })
    .await
}

async fn what_was_typed_stays_when_the_language_changes(engine: Engine) -> Outcome {
    play(
        engine,
        "typed_and_language",
        Setup::default(),
        async |stage| {
            let number = "+49 1512 3456741";
            stage.open("/").await?;
            let field = stage.browser.phone_screen().await?.number_field().await?;
            field.type_text(number).await?;
            stage.browser.choose_language(&languages::ARABIC).await?;
            let field = stage.browser.phone_screen().await?.number_field().await?;
            assert_eq!(field.value().await?, number);
            stage
                .browser
                .phone_screen()
                .await?
                .press_send_code()
                .await?;

            let screen = stage.browser.code_screen().await?;
            screen.enter("12").await?;
            stage.browser.choose_language(&languages::JAPANESE).await?;
            let field = stage.browser.code_screen().await?.code_field().await?;
            assert_eq!(field.value().await?, "12");
            Ok(())
        },
    )
    .await
}

/// Wherever the browser's rules tell two numbers apart, ours do, and nowhere else.
async fn plural_forms_are_those_that_the_browser_knows(engine: Engine) -> Outcome {
    const HIGHEST: u32 = 250;
    play(engine, "plurals", Setup::default(), async |stage| {
        stage.open("/").await?;
        for words in languages::ALL {
            let language = words.language;
            let script = format!(
                "const rules = new Intl.PluralRules('{language}');
                 return Array.from({{length: {HIGHEST} + 1}}, (_, number) => rules.select(number))"
            );
            let categories = stage.browser.run(&script).await?;
            let mut forms = std::collections::BTreeMap::new();
            for number in 0..=HIGHEST {
                let category = categories[number as usize].as_str().unwrap_or_default();
                let form = plural::form(language, number);
                let known = *forms.entry(category.to_owned()).or_insert(form);
                assert_eq!(form, known, "{language} {number} {category}");
            }
            assert_eq!(
                forms.len(),
                plural::forms(language),
                "{language}: {forms:?}"
            );
        }
        Ok(())
    })
    .await
}
