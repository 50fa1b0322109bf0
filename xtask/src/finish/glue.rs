//! Makes the two files that wasm-bindgen writes smaller, the program and the JavaScript that it is
//! called through. Everything that the program asks the browser for goes by a long name with a digest,
//! in both; here they agree on the shortest names instead. Comments and indentation go too.
//!
//! Deliberately absent: a JavaScript minifier. Those to be had as crates fail on this file or take
//! minutes to build, and would save another kilobyte.

use crate::failure::Failure;
use crate::wasm::{IMPORTS, Import, import_section, imports, program, sections};

/// How the JavaScript names itself to the program.
const MODULE: &str = "./frontend_bg.js";

/// The program and its JavaScript, both shorter.
#[derive(Debug)]
pub(super) struct Shorter {
    pub(super) program: Vec<u8>,
    pub(super) glue: String,
}

/// Shortens both, or neither.
pub(super) fn shorten(wasm: &[u8], glue: &str) -> Result<Shorter, Failure> {
    let renamed = rename(wasm, glue).ok_or_else(unknown)?;
    Ok(Shorter {
        program: renamed.program,
        glue: without_comments(&renamed.glue).ok_or_else(unknown)?,
    })
}

fn rename(wasm: &[u8], glue: &str) -> Option<Shorter> {
    let mut parts = sections(wasm)?;
    let place = parts.iter().position(|(kind, _)| *kind == IMPORTS)?;
    let mut wanted = imports(parts[place].1)?;
    let mut glue = glue.to_owned();
    for (index, import) in wanted.iter_mut().enumerate() {
        if import.module != MODULE {
            return None;
        }
        let new = short_name(index);
        glue = replaced_once(
            &glue,
            &format!("\n        {}: function(", import.name),
            &format!("\n{new}: function("),
        )?;
        *import = Import {
            module: short_name(0),
            name: new,
            type_index: import.type_index,
        };
    }
    glue = replaced_once(
        &glue,
        &format!("\"{MODULE}\": "),
        &format!("{}: ", short_name(0)),
    )?;
    let section = import_section(&wanted);
    parts[place].1 = &section;
    Some(Shorter {
        program: program(&parts),
        glue,
    })
}

/// Nothing if it does not stand there exactly once.
fn replaced_once(text: &str, old: &str, new: &str) -> Option<String> {
    (text.matches(old).count() == 1).then(|| text.replacen(old, new, 1))
}

/// `a` to `z`, then `aa`, `ab` and so on; keys of an object, where words of the language do no harm.
fn short_name(index: usize) -> String {
    const LETTERS: &[u8; 26] = b"abcdefghijklmnopqrstuvwxyz";
    let last = char::from(LETTERS[index % LETTERS.len()]);
    match index.checked_sub(LETTERS.len()) {
        Some(rest) => format!("{}{last}", short_name(rest / LETTERS.len())),
        None => last.to_string(),
    }
}

/// Lines without what only people read. Nothing if a text of the program goes over lines, in which
/// a line's beginning would count.
fn without_comments(glue: &str) -> Option<String> {
    let mut short = String::with_capacity(glue.len());
    let mut in_comment = false;
    for line in glue.lines().map(str::trim) {
        in_comment |= line.starts_with("/*");
        let skipped = in_comment || line.is_empty() || line.starts_with("//");
        if in_comment && line.contains("*/") {
            in_comment = false;
            // Something behind it would be lost.
            if !line.ends_with("*/") {
                return None;
            }
        }
        if skipped {
            continue;
        }
        if line.matches('`').count() % 2 == 1 {
            return None;
        }
        short.push_str(line);
        short.push('\n');
    }
    (!in_comment).then_some(short)
}

fn unknown() -> Failure {
    Failure::new(
        "The program and its JavaScript do not fit together as wasm-bindgen 0.2.129 writes them.",
        "After an update of wasm-bindgen look at xtask/src/finish/glue.rs.",
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A program that asks for two things, and the JavaScript that has them.
    pub(in crate::finish) fn sample() -> (Vec<u8>, String) {
        let import = |name: &str| Import {
            module: MODULE.to_owned(),
            name: name.to_owned(),
            type_index: 3,
        };
        let section = import_section(&[import("__wbg_now_0a"), import("__wbg_log_1b")]);
        let glue = [
            "/* @ts-self-types */",
            "let wasm;",
            "function imports() {",
            "    const import0 = {",
            "        __proto__: null,",
            "        __wbg_now_0a: function() {",
            "            // the time `now",
            "            return `${Date.now()}`;",
            "        },",
            "        __wbg_log_1b: function(arg0) {",
            "            console.log(arg0);",
            "        },",
            "    };",
            "    return { \"./frontend_bg.js\": import0 };",
            "}",
            "",
            "/**",
            " * @returns {number}",
            " */",
            "export { initSync, __wbg_init as default };",
        ];
        (program(&[(IMPORTS, &section)]), glue.join("\n"))
    }

    #[test]
    fn both_files_agree_on_the_short_names() {
        let (wasm, glue) = sample();
        let shorter = shorten(&wasm, &glue).unwrap();
        let parts = sections(&shorter.program).unwrap();
        let names = imports(parts[0].1).unwrap();
        let names: Vec<_> = names
            .iter()
            .map(|import| {
                (
                    import.module.as_str(),
                    import.name.as_str(),
                    import.type_index,
                )
            })
            .collect();
        assert_eq!(names, [("a", "a", 3), ("a", "b", 3)]);
        assert_eq!(
            shorter.glue,
            "let wasm;\nfunction imports() {\nconst import0 = {\n__proto__: null,\na: function() {\nreturn `${Date.now()}`;\n},\nb: function(arg0) {\nconsole.log(arg0);\n},\n};\nreturn { a: import0 };\n}\nexport { initSync, __wbg_init as default };\n"
        );
    }

    #[test]
    fn files_that_do_not_fit_together_are_refused() {
        let (wasm, glue) = sample();
        for (wasm, glue) in [
            (b"\0asm".as_slice(), glue.clone()),
            (&wasm, glue.replace("__wbg_log_1b", "__wbg_log_2c")),
            (&wasm, glue.replace("./frontend_bg.js", "./other.js")),
            (
                &wasm,
                glue.replace("/* @ts-self-types */", "/* a */ let b;"),
            ),
            (&wasm, glue.replace("let wasm;", "let wasm = `\n`;")),
            (&wasm, format!("{glue}{glue}")),
        ] {
            shorten(wasm, &glue).unwrap_err();
        }
    }

    #[test]
    fn no_two_short_names_are_the_same() {
        let names: std::collections::BTreeSet<_> = (0..1000).map(short_name).collect();
        assert_eq!(names.len(), 1000);
        assert_eq!(
            (short_name(25), short_name(26)),
            ("z".to_owned(), "aa".to_owned())
        );
    }
}
