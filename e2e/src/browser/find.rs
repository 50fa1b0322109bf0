//! Finding things by role and accessible name, as the browser itself computes both (W3C WebDriver,
//! 12.4.9 and 12.4.10), never by class, id or place.

use std::fmt;

use fantoccini::Locator;
use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use url::{ParseError, Url};

use super::Browser;
use crate::engine::Engine;
use crate::patience::wait_for;
use crate::trouble::Outcome;

/// The roles that the screens use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Something is announced at once.
    Alert,
    /// Can be pressed.
    Button,
    /// A field with a list to choose from.
    Combobox,
    /// A title.
    Heading,
    /// Leads somewhere.
    Link,
    /// A list of things.
    List,
    /// One choice in a list.
    Option,
    /// Something is announced politely.
    Status,
    /// Can be typed into.
    Textbox,
}

impl Role {
    /// The role's name as browsers compute it.
    fn name(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Button => "button",
            Self::Combobox => "combobox",
            Self::Heading => "heading",
            Self::Link => "link",
            Self::List => "list",
            Self::Option => "option",
            Self::Status => "status",
            Self::Textbox => "textbox",
        }
    }

    /// Elements that can have this role at all, so that not every element of the page is asked.
    fn candidates(self) -> &'static str {
        match self {
            Self::Alert => "[role=alert]",
            Self::Button => "button, summary, input[type=submit], [role=button]",
            Self::Combobox => "select, input, button, [role=combobox]",
            Self::Heading => "h1, h2, h3, h4, h5, h6, [role=heading]",
            Self::Link => "a[href], [role=link]",
            Self::List => "ul, ol, [role=list]",
            Self::Option => "option, [role=option]",
            Self::Status => "output, [role=status]",
            Self::Textbox => "input, textarea, [role=textbox]",
        }
    }
}

/// One element of the page.
#[derive(Debug, Clone)]
pub struct Element {
    inner: fantoccini::elements::Element,
}

impl Browser {
    /// Waits for the element with this role and exactly this accessible name.
    pub async fn find(&self, role: Role, name: &str) -> Outcome<Element> {
        wait_for(
            format_args!("the {} “{name}”", role.name()),
            async || self.look_for(role, name).await,
        )
        .await
    }

    /// Waits for an element with this role whose accessible name starts so: for names with a count
    /// or a time in them.
    pub async fn find_starting(&self, role: Role, start: &str) -> Outcome<Element> {
        wait_for(
            format_args!("a {} “{start}…”", role.name()),
            async || self.first(role, |name| name.starts_with(start)).await,
        )
        .await
    }

    /// Whether there is such an element right now.
    pub async fn has(&self, role: Role, name: &str) -> Outcome<bool> {
        Ok(self.look_for(role, name).await?.is_some())
    }

    /// Waits until an element with this role holds text, and gives that text: for live regions,
    /// which have no name.
    pub async fn words_of(&self, role: Role) -> Outcome<String> {
        wait_for(format_args!("words in a {}", role.name()), async || {
            for element in self.candidates(role).await? {
                let text = element.text().await?;
                if !text.trim().is_empty() && element.role(self).await? == role.name() {
                    return Ok(Some(text));
                }
            }
            Ok(None)
        })
        .await
    }

    /// Whether nothing with this role holds text right now.
    pub async fn is_silent(&self, role: Role) -> Outcome<bool> {
        for element in self.candidates(role).await? {
            if !element.text().await?.trim().is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Role and accessible name of the element that has the focus.
    pub async fn focused(&self) -> Outcome<Focus> {
        let inner = self.client.active_element().await?;
        let element = Element { inner };
        Ok(Focus {
            role: element.role(self).await?,
            name: element.name(self).await?,
        })
    }

    /// Waits until the element with this role and name has the focus.
    pub async fn wait_for_focus(&self, role: Role, name: &str) -> Outcome {
        let what = format!("the focus on the {} “{name}”", role.name());
        wait_for(what, async || {
            Ok(self.focused().await?.is(role, name).then_some(()))
        })
        .await
    }

    async fn look_for(&self, role: Role, name: &str) -> Outcome<Option<Element>> {
        self.first(role, |own| own == name).await
    }

    /// The first element of this role with such a name. The cheapest question comes first, because
    /// each is a call, and lists are long.
    async fn first(&self, role: Role, fits: impl Fn(&str) -> bool) -> Outcome<Option<Element>> {
        for element in self.candidates(role).await? {
            let name = match element.name(self).await {
                Ok(name) => name,
                // WebKitGTK has no name for what is hidden, and says so by an error without words.
                Err(_) if !element.inner.is_displayed().await? => continue,
                Err(error) => return Err(error),
            };
            if fits(&name)
                && element.role(self).await? == role.name()
                && element.inner.is_displayed().await?
            {
                return Ok(Some(element));
            }
        }
        Ok(None)
    }

    async fn candidates(&self, role: Role) -> Outcome<Vec<Element>> {
        let found = self.client.find_all(Locator::Css(role.candidates()));
        let found = found.await?.into_iter();
        Ok(found.map(|inner| Element { inner }).collect())
    }
}

impl Element {
    /// Presses it.
    pub async fn press(&self) -> Outcome {
        Ok(self.inner.click().await?)
    }

    /// Types into it, key by key.
    pub async fn type_text(&self, text: &str) -> Outcome {
        Ok(self.inner.send_keys(text).await?)
    }

    /// Empties it.
    pub async fn clear(&self) -> Outcome {
        Ok(self.inner.clear().await?)
    }

    /// Chooses from a closed list the choice with this value.
    pub async fn choose(&self, value: &str) -> Outcome {
        Ok(self.inner.select_by_value(value).await?)
    }

    /// Left, top, width and height in CSS pixels, from the top left corner of the page.
    pub async fn place(&self) -> Outcome<(f64, f64, f64, f64)> {
        Ok(self.inner.rectangle().await?)
    }

    /// What stands in the field.
    pub async fn value(&self) -> Outcome<String> {
        Ok(self.inner.prop("value").await?.unwrap_or_default())
    }

    /// What is written on it.
    pub async fn text(&self) -> Outcome<String> {
        Ok(self.inner.text().await?)
    }

    /// The value of an attribute, where it has it.
    pub async fn attribute(&self, name: &str) -> Outcome<Option<String>> {
        Ok(self.inner.attr(name).await?)
    }

    /// Whether it can be used now: neither `disabled` nor `aria-disabled`.
    pub async fn is_enabled(&self) -> Outcome<bool> {
        let aria = self.attribute("aria-disabled").await?;
        Ok(self.inner.is_enabled().await? && aria.as_deref() != Some("true"))
    }

    /// Whether it is announced as wrong.
    pub async fn is_invalid(&self) -> Outcome<bool> {
        Ok(self.attribute("aria-invalid").await?.as_deref() == Some("true"))
    }

    async fn role(&self, browser: &Browser) -> Outcome<String> {
        let role = self.computed(browser, "computedrole").await?;
        // To WebKitGTK a `<select>` is a button; to "ARIA in HTML" it is a combobox.
        let is_choice = browser.engine == Engine::WebKit
            && role == Role::Button.name()
            && self.inner.tag_name().await? == "select";
        Ok(match is_choice {
            true => Role::Combobox.name().to_owned(),
            false => role,
        })
    }

    async fn name(&self, browser: &Browser) -> Outcome<String> {
        self.computed(browser, "computedlabel").await
    }

    async fn computed(&self, browser: &Browser, what: &'static str) -> Outcome<String> {
        let element = self.inner.element_id().to_string();
        let answer = browser.client.issue_cmd(Computed { element, what }).await?;
        Ok(answer.as_str().unwrap_or_default().to_owned())
    }
}

/// What the browser computes for an element; fantoccini has no call for it.
#[derive(Debug)]
struct Computed {
    element: String,
    what: &'static str,
}

impl WebDriverCompatibleCommand for Computed {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        base_url.join(&format!(
            "session/{}/element/{}/{}",
            session_id.unwrap_or_default(),
            self.element,
            self.what
        ))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::GET, None)
    }
}

/// What has the focus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Focus {
    role: String,
    name: String,
}

impl Focus {
    /// Whether it is the element with this role and name.
    #[must_use]
    pub fn is(&self, role: Role, name: &str) -> bool {
        self.role == role.name() && self.name == name
    }
}

impl fmt::Display for Focus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} “{}”", self.role, self.name)
    }
}
