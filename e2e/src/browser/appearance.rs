//! How the page is shown: colours, movement, and the size of the window. W3C WebDriver has no words for
//! the first two, and makes no window of 320 px, so each engine is told in its own way:
//!
//! | | Chromium | Firefox | WebKit |
//! | --- | --- | --- | --- |
//! | light, dark | yes | yes | when it is opened |
//! | reduced motion | yes | yes | when it is opened |
//! | forced colours | yes | yes | not at all |
//! | any size | yes | yes | no narrower than its toolbar, about 450 px |

use serde_json::json;

use super::Browser;
use crate::engine::Engine;
use crate::patience::wait_for;
use crate::trouble::Outcome;

/// What the person's system asks pages to look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// What the person's system asks pages to look like, and the window's inner size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appearance {
    /// `prefers-color-scheme`.
    pub scheme: Scheme,
    /// `forced-colors`: the system's few colours instead of the page's.
    pub forced_colors: bool,
    /// `prefers-reduced-motion`.
    pub reduced_motion: bool,
    /// Width in CSS pixels.
    pub width: u32,
    /// Height in CSS pixels.
    pub height: u32,
}

impl Default for Appearance {
    fn default() -> Self {
        Self {
            scheme: Scheme::Light,
            forced_colors: false,
            reduced_motion: false,
            width: 1280,
            height: 800,
        }
    }
}

impl Scheme {
    /// The scheme's name in CSS.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl Browser {
    /// Shows pages so from now on.
    ///
    /// # Errors
    /// When this engine can't; see the table of this file.
    pub async fn appear(&self, appearance: Appearance) -> Outcome {
        match self.engine {
            Engine::Chromium => self.appear_in_chromium(appearance).await?,
            Engine::Firefox => self.appear_in_firefox(appearance).await?,
            Engine::WebKit => self.resize(appearance).await?,
        }
        self.wait_until_shown(appearance).await
    }

    /// Colours fade over into each other; what counts is what comes out.
    async fn wait_until_shown(&self, appearance: Appearance) -> Outcome {
        const SHOWN: &str = "
            const [scheme, forced, reduced, width] = arguments;
            const is = query => matchMedia(query).matches;
            return (forced || is(`(prefers-color-scheme: ${scheme})`))
                && is('(forced-colors: active)') === forced
                && is('(prefers-reduced-motion: reduce)') === reduced
                && innerWidth === width
                && document.getAnimations().every(one => one.playState !== 'running')";
        let Appearance {
            scheme,
            forced_colors,
            reduced_motion,
            width,
            ..
        } = appearance;
        let arguments = vec![
            json!(scheme.name()),
            json!(forced_colors),
            json!(reduced_motion),
            json!(width),
        ];
        wait_for(
            format_args!("the page to be shown as {appearance:?}"),
            async || {
                let shown = self.client.execute(SHOWN, arguments.clone()).await?;
                Ok((shown == true).then_some(()))
            },
        )
        .await
    }

    async fn appear_in_chromium(&self, appearance: Appearance) -> Outcome {
        let choose = |name: &str, value: &str| json!({"name": name, "value": value});
        let features = json!([
            choose("prefers-color-scheme", appearance.scheme.name()),
            choose(
                "forced-colors",
                if appearance.forced_colors {
                    "active"
                } else {
                    "none"
                }
            ),
            choose(
                "prefers-reduced-motion",
                if appearance.reduced_motion {
                    "reduce"
                } else {
                    "no-preference"
                }
            ),
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({"features": features}))
            .await?;
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": appearance.width, "height": appearance.height, "deviceScaleFactor": 1, "mobile": false}),
        )
        .await?;
        self.devtools("Emulation.setScrollbarsHidden", json!({"hidden": true}))
            .await
            .map(drop)
    }

    async fn appear_in_firefox(&self, appearance: Appearance) -> Outcome {
        const APPEAR: &str = "
            const [dark, forced, reduced, width, height] = arguments;
            const choose = (name, value) => Services.prefs.setIntPref(name, value);
            choose('layout.css.prefers-color-scheme.content-override', dark ? 0 : 1);
            choose('browser.display.document_color_use', forced ? 2 : 0);
            choose('ui.prefersReducedMotion', reduced ? 1 : 0);
            const style = gBrowser.selectedBrowser.style;
            for (const [side, length] of [['width', width], ['height', height]]) {
                for (const name of [side, `min-${side}`, `max-${side}`]) {
                    style.setProperty(name, `${length}px`, 'important');
                }
            }";
        let Appearance {
            scheme,
            forced_colors,
            reduced_motion,
            width,
            height,
        } = appearance;
        let arguments = vec![
            json!(scheme == Scheme::Dark),
            json!(forced_colors),
            json!(reduced_motion),
            json!(width),
            json!(height),
        ];
        self.run_in_firefox(APPEAR, arguments).await.map(drop)
    }

    /// The window's outer size is what can be set, its inner size what is wanted.
    async fn resize(&self, appearance: Appearance) -> Outcome {
        let edges = self
            .run("return [outerWidth - innerWidth, outerHeight - innerHeight]")
            .await?;
        let edge = |at: usize| {
            edges[at]
                .as_u64()
                .and_then(|length| u32::try_from(length).ok())
                .unwrap_or(0)
        };
        Ok(self
            .client
            .set_window_size(appearance.width + edge(0), appearance.height + edge(1))
            .await?)
    }
}
