//! One picture of what is on the page, with a little room around it.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use e2e::{Appearance, Browser, Outcome, Scheme, Trouble};
use serde_json::{Value, json};

/// So high that every screen has room in it and nothing scrolls.
const HEIGHT: u32 = 1400;

/// From the top of the sign to the end of what stands lowest; the whole width of a narrow window.
const FRAME: &str = "
    const room = 24;
    const of = selector => [...document.querySelectorAll(selector)].map(one => one.getBoundingClientRect());
    const [page] = of('.page');
    const x = Math.max(0, page.x + 16 - room);
    const y = Math.max(0, of('.brand')[0].y - room);
    const end = Math.max(...of('.foot, .picker-popup').map(one => one.bottom)) + room;
    return { x, y, width: Math.min(innerWidth, page.width - 32 + 2 * room), height: Math.ceil(end - y), scale: 1 };";

/// Colours and width of one picture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    /// In the file's name, behind the state's.
    mark: &'static str,
    scheme: Scheme,
    width: u32,
}

impl Look {
    pub(crate) const fn new(mark: &'static str, scheme: Scheme, width: u32) -> Self {
        Self {
            mark,
            scheme,
            width,
        }
    }
}

/// Who takes the pictures, and where they go.
#[derive(Debug)]
pub(crate) struct Album<'a> {
    pub(crate) browser: &'a Browser,
    folder: &'a Path,
    looks: &'a [Look],
}

impl<'a> Album<'a> {
    pub(crate) fn new(browser: &'a Browser, folder: &'a Path, looks: &'a [Look]) -> Self {
        Self {
            browser,
            folder,
            looks,
        }
    }

    /// Takes the pictures of the state that the page is in now.
    pub(crate) async fn take(&self, state: &str) -> Outcome {
        for look in self.looks {
            let Look {
                mark,
                scheme,
                width,
            } = *look;
            let appearance = Appearance {
                scheme,
                width,
                height: HEIGHT,
                ..Appearance::default()
            };
            self.browser.appear(appearance).await?;
            let name = format!("{state}{mark}-{}-{width}.png", scheme.name());
            std::fs::write(self.folder.join(name), self.picture().await?)?;
        }
        Ok(())
    }

    async fn picture(&self) -> Outcome<Vec<u8>> {
        let frame = self.browser.run(FRAME).await?;
        let taken = self
            .browser
            .devtools(
                "Page.captureScreenshot",
                json!({ "format": "png", "clip": frame }),
            )
            .await?;
        let data = taken.get("data").and_then(Value::as_str);
        let data = data.ok_or_else(|| Trouble::new("the browser gives no picture"))?;
        Ok(STANDARD.decode(data)?)
    }
}
