//! How soon the page is there on a slow machine and a slow network. Both are made slow by the browser
//! itself, as Lighthouse's “slow 4G” has it; what happens when is written down by observers in the page,
//! so that no driver's call stands between.

use std::fmt;

use e2e::{Appearance, Browser, Engine, Options, Outcome, wait_for};
use serde_json::{Value, json};

use crate::median::Spread;

/// A telephone of the middle class beside a laptop.
pub(crate) const PROCESSOR_SLOWER: u32 = 4;
/// From server to browser.
pub(crate) const MEGABITS: f64 = 1.6;
/// From browser to server, in Mbit/s.
const MEGABITS_UP: f64 = 0.75;
/// Before each answer.
pub(crate) const LATENCY_MS: u32 = 150;

/// The window of a telephone.
const WINDOW: (u32, u32) = (412, 823);

/// Runs before anything of the page does. The form works when the program has put the list of countries
/// in the place of the field that stands there before.
const OBSERVERS: &str = "
    const seen = globalThis.seen = { works: null, moved: 0, tasks: [] };
    const each = (type, look) => new PerformanceObserver(
        list => list.getEntries().forEach(look)).observe({ type, buffered: true });
    each('layout-shift', one => { if (!one.hadRecentInput) seen.moved += one.value; });
    each('longtask', one => seen.tasks.push([one.startTime, one.duration]));
    new MutationObserver((_, observer) => {
        if (!document.querySelector('[role=combobox]')) return;
        seen.works = performance.now();
        observer.disconnect();
    }).observe(document, { subtree: true, childList: true, attributes: true });";

/// What was seen, once the page has been left alone for two seconds.
const SEEN: &str = "
    const done = arguments[arguments.length - 1];
    setTimeout(() => done({
        ...seen,
        paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null,
    }), 2000);";

/// Milliseconds from the beginning of the navigation, but for the shift.
#[derive(Debug)]
struct Load {
    paint: f64,
    works: f64,
    moved: f64,
    /// Beginning and length of every task over 50 ms.
    tasks: Vec<(f64, f64)>,
}

/// All of them.
#[derive(Debug)]
pub(crate) struct Loads(Vec<Load>);

/// Opens the page so often, each time in a new browser.
pub(crate) async fn measure(address: &str, runs: usize) -> Outcome<Loads> {
    let mut loads = Vec::new();
    for _ in 0..runs {
        loads.push(once(address).await?);
    }
    Ok(Loads(loads))
}

async fn once(address: &str) -> Outcome<Load> {
    let options = Options {
        appearance: Appearance {
            width: WINDOW.0,
            height: WINDOW.1,
            ..Appearance::default()
        },
        ..Options::default()
    };
    let browser = Browser::open(Engine::Chromium, options).await?;
    slow_down(&browser).await?;
    browser
        .devtools(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": OBSERVERS }),
        )
        .await?;
    browser.go(address).await?;
    wait_for("the form to work", async || {
        let works = browser.run("return seen.works").await?;
        Ok(works.is_number().then_some(()))
    })
    .await?;
    Load::read(&browser.run_until_done(SEEN).await?)
}

async fn slow_down(browser: &Browser) -> Outcome {
    let bytes_per_second = |megabits: f64| megabits * 1e6 / 8.0;
    browser.devtools("Network.enable", json!({})).await?;
    browser
        .devtools(
            "Network.emulateNetworkConditions",
            json!({
                "offline": false,
                "latency": LATENCY_MS,
                "downloadThroughput": bytes_per_second(MEGABITS),
                "uploadThroughput": bytes_per_second(MEGABITS_UP),
            }),
        )
        .await?;
    browser
        .devtools(
            "Emulation.setCPUThrottlingRate",
            json!({ "rate": PROCESSOR_SLOWER }),
        )
        .await
        .map(drop)
}

impl Load {
    fn read(seen: &Value) -> Outcome<Self> {
        let number = |name: &str| {
            seen[name]
                .as_f64()
                .ok_or_else(|| e2e::Trouble::new(format_args!("the page tells no {name}: {seen}")))
        };
        let task = |task: &Value| Some((task[0].as_f64()?, task[1].as_f64()?));
        let tasks = seen["tasks"].as_array().into_iter().flatten();
        Ok(Self {
            paint: number("paint")?,
            works: number("works")?,
            moved: number("moved")?,
            tasks: tasks.filter_map(task).collect(),
        })
    }

    fn longest(&self) -> f64 {
        let lengths = self.tasks.iter().map(|(_, length)| *length);
        lengths.fold(0.0, f64::max)
    }

    fn tasks_after(&self) -> usize {
        let after = self.tasks.iter().filter(|(begin, _)| *begin >= self.works);
        after.count()
    }
}

impl fmt::Display for Loads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spread = |of: fn(&Load) -> f64| Spread::of(self.0.iter().map(of));
        let paint = spread(|load| load.paint);
        let works = spread(|load| load.works);
        let moved = spread(|load| load.moved);
        let tasks = spread(|load| load.tasks.len() as f64);
        let longest = spread(Load::longest);
        let after = spread(|load| load.tasks_after() as f64);
        writeln!(f, "| | median | least – most | goal |")?;
        writeln!(f, "| --- | ---: | ---: | ---: |")?;
        writeln!(f, "| first contentful paint, ms | {paint} | 1000 |")?;
        writeln!(f, "| the form works, ms | {works} | 2500 |")?;
        writeln!(f, "| layout shift | {moved:.3} | 0 |")?;
        writeln!(f, "| tasks over 50 ms | {tasks} | |")?;
        writeln!(f, "| the longest task, ms | {longest} | |")?;
        write!(f, "| tasks over 50 ms after the form works | {after} | 0 |")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_in_which_the_form_begins_to_work_is_none_after_it() {
        let load = Load::read(&json!({
            "paint": 400, "works": 1300.5, "moved": 0,
            "tasks": [[1200, 120], [1400, 60]],
        }))
        .unwrap();
        assert_eq!(load.tasks_after(), 1);
        assert!((load.longest() - 120.0).abs() < f64::EPSILON);
        assert!(Load::read(&json!({"paint": null})).is_err());
    }
}
