//! A file that somebody has changed on its way is not run (D-06), and the policy in force is the
//! strict one (D-03, D-04).

use std::fs;
use std::path::Path;

use e2e::{
    Browser, Engine, Outcome, Role, Setup, Stage, Trouble, built_page, in_every_engine, play,
    wait_for,
};

in_every_engine![
    a_changed_program_is_not_run_d_06,
    a_changed_script_is_not_run_d_06,
    a_script_that_somebody_smuggles_in_is_not_run_d_03,
    text_that_would_become_a_script_is_refused_d_05,
];

/// A copy of the built page with one byte more in every file with this ending.
fn changed_page(folder: &Path, ending: &str) -> Outcome {
    let mut changed = 0;
    for entry in fs::read_dir(built_page()?)? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        // Without the compressed forms the changed file is the one that is served.
        if !path.is_file() || name.ends_with(".br") || name.ends_with(".gz") {
            continue;
        }
        let mut content = fs::read(&path)?;
        if name.ends_with(ending) {
            content.push(b'\n');
            changed += 1;
        }
        fs::write(folder.join(name), content)?;
    }
    if changed == 0 {
        return Err(Trouble::new(format_args!("no {ending} in the page")));
    }
    Ok(())
}

/// Waits until the browser has refused a file, and gives what it says of that.
async fn refusal(browser: &Browser) -> Outcome<String> {
    wait_for("the browser to refuse the file", async || {
        let complaints = browser.complaints().await?;
        let text: Vec<_> = complaints.iter().map(ToString::to_string).collect();
        let text = text.join("\n");
        Ok(text.contains("integrity").then_some(text))
    })
    .await
}

/// Where the browser keeps its refusal to itself: it has got the file, and the page has loaded, which
/// scripts that run hold up.
async fn wait_until_loaded(browser: &Browser, ending: &str) -> Outcome {
    const LOADED: &str = "return document.readyState !== 'complete' ? '' :
        performance.getEntriesByType('resource')
            .filter(file => file.responseEnd > 0)
            .map(file => file.name).join(' ')";
    wait_for("the page to load", async || {
        let files = browser.run(LOADED).await?;
        let files = files.as_str().unwrap_or_default();
        Ok(files.contains(ending).then_some(()))
    })
    .await
}

/// A page of which every file with this ending was changed.
async fn play_with_changed(
    engine: Engine,
    ending: &str,
    scene: impl AsyncFnOnce(&mut Stage) -> Outcome,
) -> Outcome {
    let folder = tempfile::tempdir()?;
    changed_page(folder.path(), ending)?;
    let setup = Setup {
        page: Some(folder.path()),
        ..Setup::default()
    };
    play(engine, &format!("changed_{ending}"), setup, async |stage| {
        stage.open("/").await?;
        scene(stage).await?;
        // The browser may write about the same file once more after this.
        stage.browser.ignore_further_complaints();
        Ok(())
    })
    .await
}

async fn a_changed_program_is_not_run_d_06(engine: Engine) -> Outcome {
    play_with_changed(engine, ".wasm", async |stage| {
        // Where the script leads when it has got no program.
        stage.browser.wait_for_path("/plain").await?;
        if stage.browser.tells_of_integrity() {
            let refused = refusal(&stage.browser).await?;
            assert!(refused.contains(".wasm"), "{refused}");
        }
        Ok(())
    })
    .await
}

async fn a_changed_script_is_not_run_d_06(engine: Engine) -> Outcome {
    play_with_changed(engine, ".js", async |stage| {
        if stage.browser.tells_of_integrity() {
            let refused = refusal(&stage.browser).await?;
            assert!(refused.contains(".js"), "{refused}");
        } else {
            wait_until_loaded(&stage.browser, ".js").await?;
        }
        let works = stage.browser.has(Role::Combobox, "Country").await?;
        assert!(!works, "the page runs all the same");
        assert_eq!(stage.browser.path().await?, "/");
        Ok(())
    })
    .await
}

async fn text_that_would_become_a_script_is_refused_d_05(engine: Engine) -> Outcome {
    play(engine, "text_into_script", Setup::default(), async |stage| {
        stage.open("/").await?;
        stage.browser.phone_screen().await?;
        for text_into in [
            "document.createElement('script').textContent = 'window.smuggled = true'",
            "document.body.innerHTML = '<img src=x onerror=\"window.smuggled = true\">'",
            "document.createElement('script').src = 'data:text/javascript,window.smuggled = true'",
        ] {
            let what_happens = format!(
                "try {{ {text_into}; return 'taken' }} catch (error) {{ return error.name }}"
            );
            let refused = stage.browser.run(&what_happens).await?;
            assert_eq!(refused, "TypeError", "{text_into}");
        }
        let ran = stage.browser.run("return window.smuggled === true").await?;
        assert_eq!(ran, false);
        stage.browser.ignore_further_complaints();
        Ok(())
    })
    .await
}

async fn a_script_that_somebody_smuggles_in_is_not_run_d_03(engine: Engine) -> Outcome {
    play(engine, "smuggled_script", Setup::default(), async |stage| {
        stage.open("/").await?;
        stage.browser.phone_screen().await?;
        stage
            .browser
            .run(
                "const script = document.createElement('script');
                 script.append(new Text('window.smuggled = true'));
                 document.body.append(script)",
            )
            .await?;
        let ran = stage.browser.run("return window.smuggled === true").await?;
        assert_eq!(ran, false);
        let complaints = stage.browser.complaints().await?;
        assert!(!complaints.is_empty(), "the browser has said so");
        Ok(())
    })
    .await
}

#[test]
fn what_everybody_downloads_names_no_path_of_the_machine_and_no_key_d_16() -> Outcome {
    let here = env!("CARGO_MANIFEST_DIR").trim_end_matches("/e2e");
    for entry in fs::read_dir(built_page()?)? {
        let path = entry?.path();
        let content = fs::read(&path)?;
        for word in ["/registry/src/", here, "sk_test_", "sk_live_"] {
            let found = content
                .windows(word.len())
                .any(|window| window == word.as_bytes());
            assert!(!found, "{} holds {word}", path.display());
        }
    }
    Ok(())
}
