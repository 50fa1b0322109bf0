//! What a person does on the screens, by the words that stand there.

use screens::Catalogue;

use crate::browser::{Browser, Element, Role};
use crate::outbox::Outbox;
use crate::patience::wait_for;
use crate::product::Product;
use crate::trouble::Outcome;

/// The phone screen, `/`.
#[derive(Debug, Clone, Copy)]
pub struct PhoneScreen<'a> {
    browser: &'a Browser,
}

/// The code screen, `/verify`.
#[derive(Debug, Clone, Copy)]
pub struct CodeScreen<'a> {
    browser: &'a Browser,
}

impl Browser {
    /// Chooses the language of the page, by the control that stands on every screen.
    ///
    /// # Errors
    /// When the control is not there, or has no such language.
    pub async fn choose_language(&mut self, words: &'static Catalogue) -> Outcome {
        let control = self.find(Role::Combobox, self.words().language_name);
        control.await?.choose(words.language).await?;
        self.read(words);
        Ok(())
    }

    /// Waits for the phone screen, with the program running: before that the same screen stands
    /// there as plain markup, without a country picker.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn phone_screen(&self) -> Outcome<PhoneScreen<'_>> {
        self.wait_for_path("/").await?;
        self.find(Role::Heading, self.words().sign_in).await?;
        self.find(Role::Combobox, self.words().country).await?;
        Ok(PhoneScreen { browser: self })
    }

    /// Waits for the code screen.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn code_screen(&self) -> Outcome<CodeScreen<'_>> {
        self.find(Role::Heading, self.words().enter_the_code)
            .await?;
        self.wait_for_path("/verify").await?;
        Ok(CodeScreen { browser: self })
    }

    /// Waits for the account screen.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn account_screen(&self) -> Outcome {
        self.find(Role::Heading, self.words().signed_in).await?;
        self.wait_for_path("/account").await
    }

    /// The whole way in, with a number in international form.
    ///
    /// # Errors
    /// When a screen does not come, or no message does.
    pub async fn sign_in(&self, product: &Product, number: &str) -> Outcome {
        self.go(&product.url("/")).await?;
        let outbox = product.outbox();
        let before = outbox.messages(number).await?;
        self.phone_screen().await?.send_code_to(number).await?;
        let screen = self.code_screen().await?;
        let code = outbox.wait_for_new_code(number, &before).await?;
        screen.enter(&code).await?;
        self.account_screen().await
    }
}

impl PhoneScreen<'_> {
    /// The field for the number.
    pub async fn number_field(&self) -> Outcome<Element> {
        let name = self.browser.words().phone_number;
        self.browser.find(Role::Textbox, name).await
    }

    /// The field for the country.
    pub async fn country_field(&self) -> Outcome<Element> {
        let name = self.browser.words().country;
        self.browser.find(Role::Combobox, name).await
    }

    /// Chooses a country by its English name.
    pub async fn choose_country(&self, name: &str) -> Outcome {
        let field = self.country_field().await?;
        field.press().await?;
        field.type_text(name).await?;
        // Some countries' names begin with the name of another; the dial code follows the whole.
        let whole = format!("{name} +");
        let option = self.browser.find_starting(Role::Option, &whole).await?;
        option.press().await
    }

    /// Types a number as it is and presses the button.
    pub async fn send_code_to(&self, number: &str) -> Outcome {
        let field = self.number_field().await?;
        field.clear().await?;
        field.type_text(number).await?;
        self.press_send_code().await
    }

    /// Presses the button.
    pub async fn press_send_code(&self) -> Outcome {
        let name = self.browser.words().send_code;
        let button = self.browser.find(Role::Button, name).await?;
        button.press().await
    }
}

impl CodeScreen<'_> {
    /// The field for the code.
    pub async fn code_field(&self) -> Outcome<Element> {
        let name = self.browser.words().verification_code;
        self.browser.find(Role::Textbox, name).await
    }

    /// Types a whole code, which sends itself.
    pub async fn enter(&self, code: &str) -> Outcome {
        let field = self.code_field().await?;
        field.clear().await?;
        field.type_text(code).await
    }

    /// Presses “Resend code” as soon as it can be pressed, and gives the code that comes.
    pub async fn resend(&self, outbox: &Outbox, number: &str) -> Outcome<String> {
        let name = self.browser.words().resend_code;
        let before = outbox.messages(number).await?;
        wait_for("“Resend code” to be enabled", async || {
            let button = self.browser.find(Role::Button, name).await?;
            Ok(button.is_enabled().await?.then_some(()))
        })
        .await?;
        let button = self.browser.find(Role::Button, name).await?;
        button.press().await?;
        outbox.wait_for_new_code(number, &before).await
    }

    /// Waits for the sentence that tells what is wrong.
    pub async fn complaint(&self) -> Outcome<String> {
        self.browser.words_of(Role::Alert).await
    }
}

/// The nth of nine codes that are surely not this one, and of the same length.
#[must_use]
pub fn another_code(code: &str, nth: u32) -> String {
    let other = |digit: u32| char::from_digit((digit + nth.clamp(1, 9)) % 10, 10);
    code.chars()
        .filter_map(|digit| digit.to_digit(10).and_then(other))
        .collect()
}
