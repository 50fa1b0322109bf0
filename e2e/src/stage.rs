//! What every browser test stands on: a product, a browser, and an end that looks whether the
//! console stayed empty and the servers stop cleanly.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::task::Poll;
use std::time::Duration;

use crate::browser::Browser;
use crate::engine::{Engine, Options};
use crate::product::{Product, Setup};
use crate::trouble::{Outcome, Trouble};

/// A product and who looks at it.
#[derive(Debug)]
pub struct Stage {
    /// What is tried.
    pub product: Product,
    /// The person's browser.
    pub browser: Browser,
    /// Browsers of other people, or of the same person on another device.
    pub others: Vec<Browser>,
}

impl Stage {
    /// Opens one more browser, with a profile of its own.
    ///
    /// # Errors
    /// As [`Browser::open`].
    pub async fn another_browser(&mut self) -> Outcome<&mut Browser> {
        let engine = self.browser.engine();
        let another = Browser::open(engine, Options::default()).await?;
        self.others.push(another);
        self.others
            .last_mut()
            .ok_or_else(|| Trouble::new("no browser"))
    }

    /// Opens a page of the product in the person's browser.
    ///
    /// # Errors
    /// When the browser can't.
    pub async fn open(&self, path: &str) -> Outcome {
        self.browser.go(&self.product.url(path)).await
    }
}

/// Plays a scene on a fresh stage, in a browser as it comes. Afterwards no browser's console may hold a
/// complaint, and the product must stop without one.
///
/// # Errors
/// What the scene or the end has found. A picture of the page is left in `target/e2e/`.
///
/// # Panics
/// When the scene does.
pub async fn play(
    engine: Engine,
    name: &str,
    setup: Setup<'_>,
    scene: impl AsyncFnOnce(&mut Stage) -> Outcome,
) -> Outcome {
    play_with(engine, Options::default(), name, setup, scene).await
}

/// As [`play`], in a browser that a person has set up.
///
/// # Errors
/// As [`play`].
///
/// # Panics
/// As [`play`].
pub async fn play_with(
    engine: Engine,
    options: Options<'_>,
    name: &str,
    setup: Setup<'_>,
    scene: impl AsyncFnOnce(&mut Stage) -> Outcome,
) -> Outcome {
    let mut stage = Stage {
        product: Product::start(setup).await?,
        browser: Browser::open(engine, options).await?,
        others: Vec::new(),
    };
    let ended = {
        let mut playing = std::pin::pin!(scene(&mut stage));
        std::future::poll_fn(|context| {
            match catch_unwind(AssertUnwindSafe(|| playing.as_mut().poll(context))) {
                Ok(poll) => poll.map(Ok),
                Err(panic) => Poll::Ready(Err(panic)),
            }
        })
        .await
    };
    if !matches!(ended, Ok(Ok(()))) {
        leave_traces(&format!("{engine}-{name}"), &stage.browser).await;
    }
    match ended {
        Err(panic) => resume_unwind(panic),
        Ok(outcome) => outcome?,
    }
    for browser in std::iter::once(&stage.browser).chain(&stage.others) {
        let complaints = browser.complaints().await?;
        if !complaints.is_empty() {
            let lines: Vec<_> = complaints.iter().map(ToString::to_string).collect();
            return Err(Trouble::new(format_args!(
                "the console is not empty: {}",
                lines.join(" | ")
            )));
        }
    }
    let Stage {
        product,
        browser,
        others,
    } = stage;
    drop((browser, others));
    product.stop().await
}

/// What the page looked like when a test failed. The test has failed already, so what goes wrong
/// here is only said.
#[expect(
    clippy::print_stderr,
    reason = "shown by the test runner beside the failure"
)]
async fn leave_traces(name: &str, browser: &Browser) {
    // What hangs here has been waited for long enough.
    match tokio::time::timeout(Duration::from_secs(20), traces(name, browser)).await {
        Ok(Ok(path)) => eprintln!("the page as it was: {}", path.display()),
        Ok(Err(trouble)) => eprintln!("no picture of the page: {trouble}"),
        Err(_) => {
            eprintln!("no picture of the page: the browser does not answer");
            return;
        }
    }
    for complaint in browser.complaints().await.unwrap_or_default() {
        eprintln!("console: {complaint}");
    }
}

async fn traces(name: &str, browser: &Browser) -> Outcome<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/e2e");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{name}.png"));
    std::fs::write(&path, browser.picture().await?)?;
    Ok(path)
}
