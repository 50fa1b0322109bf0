//! `templates check`

use std::io::Write;

use clap::Subcommand;

use super::ChoreError;
use crate::config::Config;
use crate::message::{Language, Mail, Sample, Template};
use crate::serve::StartError;

/// What messages say.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum Templates {
    /// Show every language's message as a phone does, what it costs, and which rules it breaks, and its
    /// e-mail; ends with an error when a rule is broken. Reads APP_NAME, ORIGIN_HOST, CODE_LENGTH and TEMPLATES_DIR
    Check {
        /// Minutes that the code works, 1 to 10
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=10))]
        minutes: u8,
    },
}

/// Letters in a line of the picture.
const WIDTH: usize = 44;

impl Templates {
    pub(super) fn run(self, config: &Config, out: &mut impl Write) -> Result<(), ChoreError> {
        let Self::Check { minutes } = self;
        let refused = |error| ChoreError::Start(StartError::Template(error));
        let template = Template::of_config(config).map_err(refused)?;
        let mut broken = Vec::new();
        for language in Language::ALL {
            let sample = template.sample(language, minutes);
            show(language, &sample, out)?;
            show_mail(language, &template.sample_mail(language, minutes), out)?;
            if !sample.faults.is_empty() {
                broken.push(language.tag());
            }
        }
        match broken.as_slice() {
            [] => Ok(()),
            broken => Err(ChoreError::Refused(format!(
                "Not fit to be sent: {}.",
                broken.join(", ")
            ))),
        }
    }
}

fn show(language: Language, sample: &Sample, out: &mut impl Write) -> std::io::Result<()> {
    let Sample {
        text,
        own,
        alphabet,
        units,
        segments,
        faults,
    } = sample;
    let whose = if *own { "own text" } else { "built in" };
    let plural = if *segments == 1 { "" } else { "s" };
    writeln!(
        out,
        "{}  {whose} · {alphabet}, {units} units · {segments} segment{plural} at most",
        language.tag()
    )?;
    for line in text.lines().flat_map(wrapped) {
        writeln!(out, "  │ {}", line.trim_end())?;
    }
    if faults.is_empty() {
        writeln!(
            out,
            "  ✓ autofill: a word for “code” stands before it, the last line binds it to the page"
        )?;
    }
    for fault in faults {
        writeln!(out, "  ✗ {fault}")?;
    }
    writeln!(out)
}

fn show_mail(language: Language, text: &str, out: &mut impl Write) -> std::io::Result<()> {
    let Some(mail) = Mail::parse(text) else {
        return Ok(());
    };
    writeln!(out, "{}  e-mail · {}", language.tag(), mail.subject)?;
    for line in mail.body.lines().flat_map(wrapped) {
        writeln!(out, "{}", format!("  │ {line}").trim_end())?;
    }
    writeln!(out)
}

/// Broken between words where there are any, as phones do.
fn wrapped(line: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split_inclusive(' ') {
        for piece in pieces(word) {
            let full = lines.last().is_some_and(|last| {
                last.chars().count() + piece.trim_end().chars().count() > WIDTH
            });
            if full {
                lines.push(String::new());
            }
            if let Some(last) = lines.last_mut() {
                last.push_str(&piece);
            }
        }
    }
    lines
}

/// A word that fills more than a line, as in languages without spaces, goes on in the next.
fn pieces(word: &str) -> Vec<String> {
    let characters: Vec<char> = word.chars().collect();
    let pieces = characters.chunks(WIDTH);
    pieces.map(|piece| piece.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn checked(arguments: &[&str]) -> (String, Result<(), ChoreError>) {
        let arguments = ["otp-service"].iter().chain(arguments);
        let config = Config::try_parse_from(arguments).unwrap();
        let mut out = Vec::new();
        let result = Templates::Check { minutes: 5 }.run(&config, &mut out);
        (String::from_utf8(out).unwrap(), result)
    }

    #[test]
    fn every_language_is_shown_with_what_it_costs() {
        let (text, result) = checked(&["--app-name=Acme", "--origin-host=login.example.com"]);
        assert!(result.is_ok(), "{text}");
        assert!(
            text.starts_with(
                "en  built in · GSM, 101 units · 1 segment at most\n\
                 \x20 │ Your Acme code is 123456. It works for 5\n\
                 \x20 │ minutes. We never ask you for it.\n\
                 \x20 │ @login.example.com #123456\n\
                 \x20 ✓ autofill"
            ),
            "{text}"
        );
        assert_eq!(text.matches("✓ autofill").count(), Language::ALL.len());
        let mail = "en  e-mail · Your Acme code\n\
                    \x20 │ Your Acme code is 123456. It works for 5\n\
                    \x20 │ minutes. We never ask you for it.\n\
                    \x20 │\n\
                    \x20 │ If you did not ask for it, you can ignore\n\
                    \x20 │ this e-mail.\n\
                    \x20 │\n\
                    \x20 │ @login.example.com #123456\n\n";
        assert!(text.contains(mail), "{text}");
        assert_eq!(text.matches("  e-mail · ").count(), Language::ALL.len());
    }

    #[test]
    fn an_own_text_that_breaks_rules_is_shown_with_all_of_them_and_fails_a_15() {
        let folder = tempfile::tempdir().unwrap();
        let setting = format!("--templates-dir={}", folder.path().display());
        std::fs::write(
            folder.path().join("de.txt"),
            "Dein {app_name}-Code: {code}. {lifetime} {never_asked}\n",
        )
        .unwrap();
        let (text, result) = checked(&[&setting, "--origin-host=login.example.com"]);
        assert!(result.is_ok(), "{text}");
        let german = text.split("\n\n").find(|sample| sample.starts_with("de "));
        let guide = include_str!("../../../docs/messages.md");
        assert!(
            guide.contains(german.unwrap()),
            "docs/messages.md lacks: {german:?}"
        );

        std::fs::write(
            folder.path().join("de.txt"),
            "{code} “{app_name}” https://example.com {lifetime}",
        )
        .unwrap();
        let (text, result) = checked(&[&setting]);
        let error = result.unwrap_err().to_string();
        assert_eq!(error, "Not fit to be sent: de.");
        for fault in [
            "✗ {never_asked} is missing",
            "✗ `https://example.com` looks like a link",
            "✗ phones look for a word before the code: code",
            "✗ the GSM alphabet lacks “ ”",
        ] {
            assert!(text.contains(fault), "{fault}: {text}");
        }
    }
}
