//! One browser session with its own profile: pages, tabs, the console.
//!
//! Finding is in `find`, typing without an element in `keyboard`, the console in `console`, light,
//! dark and the window's size in `appearance`, and what Chromium's developer tools can in `devtools`.

mod appearance;
mod console;
mod devtools;
mod find;
mod firefox;
mod keyboard;

use fantoccini::wd::{Capabilities, WindowHandle};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use screens::Catalogue;
use serde_json::{Value, json};
use tempfile::TempDir;

pub use appearance::{Appearance, Scheme};
pub use console::ConsoleLine;
pub use find::{Element, Focus, Role};
pub use keyboard::Key;

use crate::driver::Driver;
use crate::engine::{Engine, Options};
use crate::patience::wait_for;
use crate::trouble::{Outcome, Trouble};

/// A browser that a test looks through.
#[derive(Debug)]
pub struct Browser {
    engine: Engine,
    words: &'static Catalogue,
    client: Client,
    console: console::Console,
    // In this order: the browser is closed before its profile folder goes.
    _driver: Driver,
    _profile: Profile,
}

/// A folder of its own for one browser.
#[derive(Debug)]
struct Profile {
    engine: Engine,
    folder: TempDir,
}

impl Drop for Profile {
    fn drop(&mut self) {
        self.engine.ended(self.folder.path());
    }
}

/// One tab of a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab(WindowHandle);

impl Browser {
    /// Opens a browser that nobody has used before.
    ///
    /// # Errors
    /// When the driver or the browser does not start; the sentence says what to install.
    pub async fn open(engine: Engine, options: Options<'_>) -> Outcome<Self> {
        Self::start(engine, options, |_| ()).await
    }

    /// `also` changes what the driver is asked for.
    async fn start(
        engine: Engine,
        options: Options<'_>,
        also: impl FnOnce(&mut Capabilities),
    ) -> Outcome<Self> {
        let folder = tempfile::Builder::new()
            .prefix("pipit-browser-")
            .tempdir()?;
        let profile = Profile { engine, folder };
        let mut launch = engine.launch(profile.folder.path(), options)?;
        also(&mut launch.capabilities);
        let mut driver = Driver::start(engine, &launch).await?;
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(launch.capabilities)
            .connect(&driver.url())
            .await
            .map_err(|error| {
                Trouble::new(format_args!(
                    "no browser starts ({error}): {}",
                    engine.remedy()
                ))
            })?;
        if let Some(session) = client.session_id().await? {
            let capabilities = client.capabilities();
            let process = capabilities.and_then(|told| engine.process(told));
            driver.close_at_the_end(session, process);
        }
        let browser = Self {
            engine,
            words: options.words(),
            client,
            console: console::Console::default(),
            _driver: driver,
            _profile: profile,
        };
        browser.appear(options.appearance).await?;
        Ok(browser)
    }

    /// The engine that it is of.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The words that stand on the screens for this person.
    #[must_use]
    pub fn words(&self) -> &'static Catalogue {
        self.words
    }

    /// The words are others from now on, because the person has chosen another language.
    pub(crate) fn read(&mut self, words: &'static Catalogue) {
        self.words = words;
    }

    /// Opens an address in the current tab.
    pub async fn go(&self, address: &str) -> Outcome {
        self.leave_page().await?;
        self.client.goto(address).await?;
        self.watch_page().await
    }

    /// Presses the browser's reload button.
    pub async fn reload(&self) -> Outcome {
        self.leave_page().await?;
        self.client.refresh().await?;
        self.watch_page().await
    }

    /// Presses the browser's Back button.
    pub async fn back(&self) -> Outcome {
        self.leave_page().await?;
        self.client.back().await?;
        self.watch_page().await
    }

    /// The path of the page that is shown.
    pub async fn path(&self) -> Outcome<String> {
        Ok(self.client.current_url().await?.path().to_owned())
    }

    /// The whole address.
    ///
    /// # Errors
    /// When the browser does not say.
    pub async fn address(&self) -> Outcome<String> {
        Ok(self.client.current_url().await?.to_string())
    }

    /// Waits until the page has this path.
    pub async fn wait_for_path(&self, path: &str) -> Outcome {
        wait_for(format_args!("the page {path}"), async || {
            Ok((self.path().await? == path).then_some(()))
        })
        .await
    }

    /// The title of the page that is shown.
    pub async fn title(&self) -> Outcome<String> {
        Ok(self.client.title().await?)
    }

    /// Everything that is written on the page, as a person reads it.
    pub async fn text(&self) -> Outcome<String> {
        let text = self.run("return document.body.innerText").await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until the page says this somewhere.
    pub async fn wait_for_text(&self, text: &str) -> Outcome {
        wait_for(format_args!("the words “{text}”"), async || {
            Ok(self.text().await?.contains(text).then_some(()))
        })
        .await
    }

    /// What the page keeps in `localStorage` under this key.
    pub async fn local_storage(&self, key: &str) -> Outcome<Option<String>> {
        let value = self
            .client
            .execute(
                "return localStorage.getItem(arguments[0])",
                vec![json!(key)],
            )
            .await?;
        Ok(value.as_str().map(str::to_owned))
    }

    /// The values of everything that the page keeps in `localStorage` and `sessionStorage`.
    pub async fn storage_values(&self) -> Outcome<Vec<String>> {
        let values = self
            .run("return [...Object.values(localStorage), ...Object.values(sessionStorage)]")
            .await?;
        let values = values.as_array().into_iter().flatten();
        Ok(values
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect())
    }

    /// The cookies of the page as a `Cookie` header would carry them, `HttpOnly` ones included.
    pub async fn cookie_header(&self) -> Outcome<String> {
        let cookies = self.client.get_all_cookies().await?;
        let pairs: Vec<String> = cookies
            .iter()
            .map(|cookie| format!("{}={}", cookie.name(), cookie.value()))
            .collect();
        Ok(pairs.join("; "))
    }

    /// Forgets cookies and storage of the page, as a device that has never been here.
    pub async fn forget(&self) -> Outcome {
        self.run("localStorage.clear(); sessionStorage.clear()")
            .await?;
        Ok(self.client.delete_all_cookies().await?)
    }

    /// The current tab.
    pub async fn tab(&self) -> Outcome<Tab> {
        Ok(Tab(self.client.window().await?))
    }

    /// Opens a second tab with this address and looks at it.
    pub async fn open_tab(&self, address: &str) -> Outcome<Tab> {
        let window = self.client.new_window(self.engine.shows_tabs()).await?;
        let tab = Tab(window.handle);
        self.look_at(&tab).await?;
        self.go(address).await?;
        Ok(tab)
    }

    /// Looks at another tab.
    pub async fn look_at(&self, tab: &Tab) -> Outcome {
        self.leave_page().await?;
        self.client.switch_to_window(tab.0.clone()).await?;
        self.watch_page().await
    }

    /// A picture of the window, PNG.
    pub async fn picture(&self) -> Outcome<Vec<u8>> {
        Ok(self.client.screenshot().await?)
    }

    /// Runs a script in the page and gives what it returns. Only for what no person could do with
    /// their hands, such as looking into the storage.
    pub async fn run(&self, script: &str) -> Outcome<Value> {
        Ok(self.client.execute(script, vec![]).await?)
    }

    /// Runs a script that calls the function in its last argument when it is done, and gives what it
    /// calls it with.
    pub async fn run_until_done(&self, script: &str) -> Outcome<Value> {
        Ok(self.client.execute_async(script, vec![]).await?)
    }
}
