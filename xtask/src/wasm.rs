//! Reads and writes WebAssembly as far as the page's program needs it: its sections, and what it imports.
//! (WebAssembly Core Specification, "Binary Format".)

/// What a program begins with: the magic word and version 1.
pub(crate) const MAGIC: &[u8] = b"\0asm\x01\0\0\0";

pub(crate) const CUSTOM: u8 = 0;
pub(crate) const IMPORTS: u8 = 2;
pub(crate) const CODE: u8 = 10;
pub(crate) const DATA: u8 = 11;

/// An import that is a function; wasm-bindgen makes no others.
const FUNCTION: u8 = 0;

/// Something that the program gets from outside.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Import {
    pub(crate) module: String,
    pub(crate) name: String,
    /// Of the function's type.
    pub(crate) type_index: usize,
}

/// The sections in their order, each with its kind. Nothing for what is no program of version 1.
pub(crate) fn sections(program: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut rest = program.strip_prefix(MAGIC)?;
    let mut sections = Vec::new();
    while let Some((&kind, behind)) = rest.split_first() {
        rest = behind;
        sections.push((kind, take(&mut rest)?));
    }
    Some(sections)
}

/// The imports of an import section that has functions alone.
pub(crate) fn imports(mut section: &[u8]) -> Option<Vec<Import>> {
    let section = &mut section;
    let mut imports = Vec::new();
    for _ in 0..number(section)? {
        let module = String::from_utf8(take(section)?.to_vec()).ok()?;
        let name = String::from_utf8(take(section)?.to_vec()).ok()?;
        let (&kind, behind) = section.split_first()?;
        *section = behind;
        let type_index = (kind == FUNCTION).then(|| number(section))??;
        imports.push(Import {
            module,
            name,
            type_index,
        });
    }
    section.is_empty().then_some(imports)
}

/// The import section with these.
pub(crate) fn import_section(imports: &[Import]) -> Vec<u8> {
    let mut section = Vec::new();
    put_number(&mut section, imports.len());
    for import in imports {
        put(&mut section, import.module.as_bytes());
        put(&mut section, import.name.as_bytes());
        section.push(FUNCTION);
        put_number(&mut section, import.type_index);
    }
    section
}

/// The program that has these sections.
pub(crate) fn program(sections: &[(u8, &[u8])]) -> Vec<u8> {
    let mut program = MAGIC.to_vec();
    for (kind, content) in sections {
        program.push(*kind);
        put(&mut program, content);
    }
    program
}

/// An unsigned number as WebAssembly writes them (LEB128).
pub(crate) fn number(rest: &mut &[u8]) -> Option<usize> {
    let mut value = 0;
    for shift in (0..35).step_by(7) {
        let (&byte, behind) = rest.split_first()?;
        *rest = behind;
        value |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// Bytes with their number in front.
pub(crate) fn take<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = number(rest)?;
    let (taken, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    Some(taken)
}

fn put(to: &mut Vec<u8>, bytes: &[u8]) {
    put_number(to, bytes.len());
    to.extend_from_slice(bytes);
}

fn put_number(to: &mut Vec<u8>, mut value: usize) {
    loop {
        let low = value.to_le_bytes()[0] & 0x7f;
        value >>= 7;
        if value == 0 {
            to.push(low);
            return;
        }
        to.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let imports_of = |count: usize| -> Vec<Import> {
            let import = |index: usize| Import {
                module: "./page.js".to_owned(),
                name: format!("name_{index}"),
                type_index: index * 100,
            };
            (0..count).map(import).collect()
        };
        for count in [0, 1, 300] {
            let section = import_section(&imports_of(count));
            assert_eq!(imports(&section), Some(imports_of(count)));
            let parts: [(u8, &[u8]); 2] = [(IMPORTS, &section), (CODE, b"\0")];
            assert_eq!(sections(&program(&parts)).unwrap(), parts);
        }
    }

    #[test]
    fn what_is_cut_off_or_something_else_is_not_read() {
        assert_eq!(sections(b"<!doctype html>"), None);
        assert_eq!(sections(&[MAGIC, b"\x02\x05\x00"].concat()), None);
        assert_eq!(imports(b"\x01\x01a\x01b\x00"), None);
        // A memory.
        assert_eq!(imports(b"\x01\x01a\x01b\x02\x00\x01"), None);
    }
}
